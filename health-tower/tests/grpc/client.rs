use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use health_tower::{BoxError, HealthBody};
use http::{HeaderMap, Request, Response, StatusCode, Version};
use http_body::{Body, Frame};
use http_body_util::{BodyExt as _, Full};
use tower::{Service, ServiceExt as _};

use crate::world::{SECOND, World};

pub(crate) const SERVING: u8 = 1;
pub(crate) const NOT_SERVING: u8 = 2;
pub(crate) const SERVICE_UNKNOWN: u8 = 3;

/// The body of a request: these pieces, and then the end, or nothing more for ever.
#[derive(Debug, Default)]
pub(crate) struct Sent {
    pub(crate) pieces: VecDeque<Bytes>,
    pub(crate) hangs: bool,
}

impl Sent {
    pub(crate) fn whole(bytes: impl Into<Bytes>) -> Self {
        Self {
            pieces: [bytes.into()].into(),
            hangs: false,
        }
    }
}

impl Body for Sent {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        match self.pieces.pop_front() {
            Some(piece) => Poll::Ready(Some(Ok(Frame::data(piece)))),
            None if self.hangs => Poll::Pending,
            None => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.pieces.is_empty() && !self.hangs
    }
}

/// A message of one text field, framed.
pub(crate) fn asks_for(service: &str) -> Vec<u8> {
    let mut message = vec![];
    if !service.is_empty() {
        message.push(0x0a);
        varint(service.len(), &mut message);
        message.extend(service.as_bytes());
    }
    framed(&message)
}

pub(crate) fn framed(message: &[u8]) -> Vec<u8> {
    let length = u32::try_from(message.len()).unwrap().to_be_bytes();
    [&[0], &length[..], message].concat()
}

fn varint(mut number: usize, into: &mut Vec<u8>) {
    while number >= 0x80 {
        into.push(u8::try_from(number & 0x7f).unwrap() | 0x80);
        number >>= 7;
    }
    into.push(u8::try_from(number).unwrap());
}

/// A message that says this status, framed.
pub(crate) fn says(status: u8) -> Vec<u8> {
    framed(&[0x08, status])
}

pub(crate) fn request(method: &str, body: Sent) -> Request<Sent> {
    let uri = format!("http://shop/grpc.health.v1.Health/{method}");
    let request = Request::post(uri).version(Version::HTTP_2);
    let request = request
        .header("content-type", "application/grpc")
        .header("te", "trailers");
    request.body(body).unwrap()
}

pub(crate) type Answer = Response<HealthBody<Full<Bytes>>>;

impl World {
    pub(crate) async fn send(&mut self, request: Request<Sent>) -> Answer {
        self.service
            .ready()
            .await
            .unwrap()
            .call(request)
            .await
            .unwrap()
    }

    /// A unary call: its status, and its data.
    pub(crate) async fn call(&mut self, method: &str, request: Sent) -> (u8, Bytes) {
        let answer = self.send(crate::client::request(method, request)).await;
        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!(answer.headers()["content-type"], "application/grpc");
        let (head, body) = answer.into_parts();
        let body = body.collect().await.unwrap();
        let status = match body.trailers() {
            Some(trailers) => code(trailers),
            None => code(&head.headers),
        };
        (status, body.to_bytes())
    }

    /// What Check says of a service; or the code that it fails with.
    pub(crate) async fn check(&mut self, service: &str) -> Result<u8, u8> {
        let (code, data) = self.call("Check", Sent::whole(asks_for(service))).await;
        match (code, &data[..]) {
            (0, [0, 0, 0, 0, 2, 0x08, status]) => Ok(*status),
            (code, []) if code != 0 => Err(code),
            other => panic!("{other:?}"),
        }
    }

    pub(crate) async fn watch(&mut self, service: &str) -> Watched {
        let answer = self
            .send(request("Watch", Sent::whole(asks_for(service))))
            .await;
        let (head, body) = answer.into_parts();
        Watched {
            head: head.headers,
            body,
        }
    }
}

pub(crate) fn code(headers: &HeaderMap) -> u8 {
    headers["grpc-status"].to_str().unwrap().parse().unwrap()
}

/// A call of Watch.
pub(crate) struct Watched {
    pub(crate) head: HeaderMap,
    pub(crate) body: HealthBody<Full<Bytes>>,
}

/// What comes out of one.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    Status(u8),
    Ended(u8),
    Nothing,
}

impl Watched {
    /// The next that comes, if need be after the clock has run on.
    pub(crate) async fn next(&mut self) -> Heard {
        let began = tokio::time::Instant::now();
        let frame = tokio::time::timeout(600 * SECOND, self.body.frame()).await;
        // Who is asked at the end of the time may know, and was not woken.
        assert!(began.elapsed() < 600 * SECOND, "it hears nothing any more");
        heard(frame.unwrap())
    }

    /// What there is now.
    pub(crate) fn now(&mut self) -> Heard {
        let mut context = Context::from_waker(std::task::Waker::noop());
        match Pin::new(&mut self.body).poll_frame(&mut context) {
            Poll::Ready(frame) => heard(frame),
            Poll::Pending => Heard::Nothing,
        }
    }
}

fn heard(frame: Option<Result<Frame<Bytes>, BoxError>>) -> Heard {
    match frame.map(|frame| frame.unwrap().into_data()) {
        Some(Ok(data)) => match &data[..] {
            [0, 0, 0, 0, 2, 0x08, status] => Heard::Status(*status),
            other => panic!("{other:?}"),
        },
        Some(Err(frame)) => Heard::Ended(code(frame.trailers_ref().unwrap())),
        None => panic!("it ended without trailers"),
    }
}

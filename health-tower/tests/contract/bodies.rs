use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use health_tower::{BoxError, Health, HealthBody, HealthLayer};
use http::{HeaderMap, Request, Response};
use http_body::{Body, Frame, SizeHint};
use http_body_util::{BodyExt as _, Empty};
use tower::{Layer as _, ServiceExt as _, service_fn};

use crate::gate::health;

/// Gives its frames one by one, and says that it has ended together with the last if told to.
#[derive(Clone)]
struct Frames {
    left: Vec<Result<&'static str, &'static str>>,
    trailers: bool,
    announces_end: bool,
}

#[derive(Debug, PartialEq, Eq)]
struct Broken(&'static str);
impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}
impl std::error::Error for Broken {}

impl Body for Frames {
    type Data = Bytes;
    type Error = Broken;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Broken>>> {
        if self.left.is_empty() {
            let trailers = std::mem::take(&mut self.trailers);
            let map =
                HeaderMap::from_iter([(http::header::ETAG, http::HeaderValue::from_static("t"))]);
            return Poll::Ready(trailers.then(|| Ok(Frame::trailers(map))));
        }
        let frame = self.left.remove(0).map_err(Broken);
        Poll::Ready(Some(frame.map(|text| Frame::data(Bytes::from(text)))))
    }

    fn is_end_stream(&self) -> bool {
        self.announces_end && self.left.is_empty() && !self.trailers
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(
            self.left
                .iter()
                .flatten()
                .map(|text| text.len() as u64)
                .sum(),
        )
    }
}

async fn response(frames: Frames) -> (Health, HealthBody<Frames>) {
    let health = health();
    let application = service_fn(move |_: Request<Empty<Bytes>>| {
        let body = frames.clone();
        async move { Ok::<_, Infallible>(Response::new(body)) }
    });
    let service = HealthLayer::new(&health).layer(application);
    let response = service.oneshot(crate::gate::get("/orders")).await.unwrap();
    (health, response.into_body())
}

fn frames(left: &[Result<&'static str, &'static str>]) -> Frames {
    Frames {
        left: left.to_vec(),
        trailers: false,
        announces_end: false,
    }
}

#[tokio::test]
async fn a_request_is_in_flight_until_its_body_has_ended() {
    let (health, mut body) = response(frames(&[Ok("a"), Ok("b")])).await;
    assert_eq!(
        body.frame().await.unwrap().unwrap().into_data().unwrap(),
        "a"
    );
    assert_eq!(
        body.frame().await.unwrap().unwrap().into_data().unwrap(),
        "b"
    );
    assert_eq!(health.in_flight().count(), 1);
    assert!(body.frame().await.is_none());
    assert_eq!(
        health.in_flight().count(),
        0,
        "ended, though the body is still held"
    );
}

#[tokio::test]
async fn who_is_told_of_the_end_need_not_poll_again() {
    let announces = Frames {
        announces_end: true,
        ..frames(&[Ok("a")])
    };
    let (health, mut body) = response(announces).await;
    assert_eq!(health.in_flight().count(), 1);
    body.frame().await.unwrap().unwrap();
    assert!(body.is_end_stream());
    assert_eq!(health.in_flight().count(), 0);
}

#[tokio::test]
async fn trailers_pass_and_count_to_the_end() {
    let with_trailers = Frames {
        trailers: true,
        announces_end: true,
        ..frames(&[Ok("a")])
    };
    let (health, mut body) = response(with_trailers).await;
    body.frame().await.unwrap().unwrap();
    assert_eq!(health.in_flight().count(), 1);
    let trailers = body
        .frame()
        .await
        .unwrap()
        .unwrap()
        .into_trailers()
        .unwrap();
    assert_eq!(trailers["etag"], "t");
    assert_eq!(health.in_flight().count(), 0);
}

#[tokio::test]
async fn an_error_ends_it_and_can_be_downcast() {
    let (health, mut body) = response(frames(&[Ok("a"), Err("disk")])).await;
    body.frame().await.unwrap().unwrap();
    let error: BoxError = body.frame().await.unwrap().unwrap_err();
    assert_eq!(error.downcast_ref::<Broken>(), Some(&Broken("disk")));
    assert_eq!(health.in_flight().count(), 0);
}

#[tokio::test]
async fn a_body_dropped_half_way_is_no_longer_in_flight() {
    let (health, mut body) = response(frames(&[Ok("a"), Ok("b")])).await;
    body.frame().await.unwrap().unwrap();
    assert_eq!(health.in_flight().count(), 1);
    drop(body);
    assert_eq!(health.in_flight().count(), 0);
}

#[tokio::test]
async fn size_and_end_are_the_inner_bodys() {
    let (_health, body) = response(frames(&[Ok("abc"), Ok("de")])).await;
    assert_eq!(body.size_hint().exact(), Some(5));
    assert!(!body.is_end_stream());
    let default = HealthBody::<Frames>::default();
    assert!(default.is_end_stream());
}

use std::convert::Infallible;
use std::future::Future as _;
use std::hint::black_box;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use http::{Response, Uri};
use http_body::Body;
use http_body_util::Empty;
use tower::Service;

pub(crate) type Request = http::Request<Empty<Bytes>>;

/// Makes that many requests, one after the other.
pub(crate) type Work = Box<dyn FnMut(usize) + Send>;

/// Which instance of a service a request meets.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Instance {
    /// The one that the request before met.
    Kept,
    /// A clone of its own, as axum and hyper-util make it.
    Cloned,
}

/// Requests for this path.
pub(crate) fn work<S, B>(service: S, path: &'static str, instance: Instance) -> Work
where
    S: Service<Request, Response = Response<B>, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
    B: Body<Data = Bytes> + Send + 'static,
{
    let uri = Uri::from_static(path);
    let mut connection = Connection {
        service,
        instance,
        in_flight: Box::pin(None),
        body: Box::pin(None),
    };
    Box::new(move |requests| {
        for _ in 0..requests {
            connection.receive(&uri);
            connection.respond();
            connection.write_body();
        }
    })
}

/// What a server does with a service: the steps, and the two places on the heap, are those of hyper's HTTP/1 dispatcher.
///
/// In a server they lie far apart, so they are not inlined into one another: else the optimiser would see through the
/// whole life of a request, and remove more of one layer than of another.
struct Connection<S: Service<Request>, B> {
    service: S,
    instance: Instance,
    in_flight: Pin<Box<Option<S::Future>>>,
    body: Pin<Box<Option<B>>>,
}

impl<S, B> Connection<S, B>
where
    S: Service<Request, Response = Response<B>, Error = Infallible> + Clone,
    B: Body<Data = Bytes>,
{
    #[inline(never)]
    fn receive(&mut self, uri: &Uri) {
        let mut request = Request::default();
        *request.uri_mut() = uri.clone();
        let future = match self.instance {
            Instance::Kept => called(&mut self.service, request),
            Instance::Cloned => called(&mut self.service.clone(), request),
        };
        self.in_flight.set(Some(future));
    }

    #[inline(never)]
    fn respond(&mut self) {
        let future = self.in_flight.as_mut().as_pin_mut();
        let answer = at_once(future.expect("a request came").poll(&mut context()));
        let (head, body) = answer.unwrap_or_else(|never| match never {}).into_parts();
        self.in_flight.set(None);
        black_box(head);
        if !body.is_end_stream() {
            black_box(body.size_hint());
            self.body.set(Some(body));
        }
    }

    #[inline(never)]
    fn write_body(&mut self) {
        while let Some(mut body) = self.body.as_mut().as_pin_mut() {
            match at_once(body.as_mut().poll_frame(&mut context())) {
                Some(Ok(frame)) => {
                    let chunk = frame.into_data();
                    if body.is_end_stream() {
                        self.body.set(None);
                    }
                    black_box(chunk.is_ok());
                }
                Some(Err(_)) | None => self.body.set(None),
            }
        }
    }
}

fn called<S: Service<Request>>(service: &mut S, request: Request) -> S::Future {
    assert!(service.poll_ready(&mut context()).is_ready());
    service.call(request)
}

fn context() -> Context<'static> {
    Context::from_waker(Waker::noop())
}

fn at_once<T>(poll: Poll<T>) -> T {
    match poll {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("nothing here waits"),
    }
}

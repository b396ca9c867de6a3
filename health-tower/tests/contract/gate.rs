//! An inner service that is strict about the contract: it panics when called without having been polled ready, a clone has
//! not been polled, and it can be full.

use std::future::{Future, Ready, pending};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use bytes::Bytes;
use health_tower::{Health, HealthLayer, HealthService};
use http::{Request, Response};
use http_body_util::{Empty, Full};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::PollSemaphore;
use tower::Layer;

pub(crate) type Answer = Result<Response<Full<Bytes>>, &'static str>;

/// Ready while it holds a permit; a call uses the permit up until its future is dropped.
pub(crate) struct Gate {
    semaphore: PollSemaphore,
    permit: Option<OwnedSemaphorePermit>,
    broken: Arc<Mutex<Option<&'static str>>>,
}

impl Gate {
    pub(crate) fn new(permits: usize) -> (Self, Arc<Semaphore>) {
        let semaphore = Arc::new(Semaphore::new(permits));
        let gate = Self {
            semaphore: PollSemaphore::new(Arc::clone(&semaphore)),
            permit: None,
            broken: Arc::default(),
        };
        (gate, semaphore)
    }

    /// From here on `poll_ready` fails, until this is taken back.
    pub(crate) fn switch(&self) -> Arc<Mutex<Option<&'static str>>> {
        Arc::clone(&self.broken)
    }
}

impl Clone for Gate {
    fn clone(&self) -> Self {
        Self {
            semaphore: self.semaphore.clone(),
            permit: None,
            broken: Arc::clone(&self.broken),
        }
    }
}

impl tower::Service<Request<Empty<Bytes>>> for Gate {
    type Response = Response<Full<Bytes>>;
    type Error = &'static str;
    type Future = Served;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), &'static str>> {
        if let Some(error) = *self.broken.lock().unwrap() {
            return Poll::Ready(Err(error));
        }
        if self.permit.is_none() {
            self.permit = std::task::ready!(self.semaphore.poll_acquire(cx));
        }
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Empty<Bytes>>) -> Served {
        let permit = self
            .permit
            .take()
            .expect("called without being polled ready");
        let answer: Pin<Box<dyn Future<Output = Answer> + Send>> = match request.uri().path() {
            "/hang" => Box::pin(pending()),
            "/error" => Box::pin(std::future::ready(Err("the application's own error"))),
            path => Box::pin(ready(path)),
        };
        Served {
            answer,
            _permit: permit,
        }
    }
}

fn ready(path: &str) -> Ready<Answer> {
    std::future::ready(Ok(Response::new(Full::from(path.to_owned()))))
}

pub(crate) struct Served {
    answer: Pin<Box<dyn Future<Output = Answer> + Send>>,
    _permit: OwnedSemaphorePermit,
}

impl Future for Served {
    type Output = Answer;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Answer> {
        self.answer.as_mut().poll(cx)
    }
}

pub(crate) fn health() -> Health {
    Health::builder().linked(false).start().unwrap()
}

pub(crate) fn layered(permits: usize) -> (Health, HealthService<Gate>, Arc<Semaphore>) {
    let health = health();
    let (gate, semaphore) = Gate::new(permits);
    let service = HealthLayer::new(&health).layer(gate);
    (health, service, semaphore)
}

pub(crate) fn get(path: &str) -> Request<Empty<Bytes>> {
    Request::get(path).body(Empty::new()).unwrap()
}

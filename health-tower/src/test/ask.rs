//! One request to a service, as a server makes it: to a clone of its own.

use std::fmt::Display;
use std::future::poll_fn;
use std::task::Poll;
use std::time::Duration;

use http::header::{ACCEPT, CONTENT_TYPE, HOST};
use http::{HeaderMap, Method, Request, Response, StatusCode, Version};
use tokio::time::{Instant, timeout_at};
use tower_service::Service;

use crate::StatusBoard;
use crate::test::question::{Note, Question};

/// By address, as the kubelet and balancers ask.
pub(super) const HOST_ASKED: &str = "10.1.2.3:8080";

/// What a request came to.
#[derive(Debug)]
pub(super) enum Came {
    /// Nothing, in its time: the service never got ready for it.
    Unready,
    /// The same, once it was called: for so long it was waited.
    Pending(Duration),
    Failed(String),
    Response(StatusCode, HeaderMap),
}

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Plain,
    Query,
    Json,
    Grpc,
}

impl Form {
    pub(super) fn request<B: Default>(&self, path: &str, question: &Question) -> Request<B> {
        let mut request = Request::new(B::default());
        question.ask(&mut request);
        // As a server of HTTP/1 hands it on, or one of HTTP/2.
        let uri = match self {
            Self::Plain | Self::Json => path.to_owned(),
            Self::Query => format!("{path}?verbose"),
            Self::Grpc => format!("http://{HOST_ASKED}{path}"),
        };
        *request.uri_mut() = uri.parse().expect("the layer takes no path that is none");
        let headers = request.headers_mut();
        headers.insert(HOST, static_value(HOST_ASKED));
        match self {
            Self::Json => drop(headers.insert(ACCEPT, static_value("application/health+json"))),
            Self::Grpc => {
                headers.insert(CONTENT_TYPE, static_value("application/grpc"));
                *request.method_mut() = Method::POST;
                *request.version_mut() = Version::HTTP_2;
            }
            Self::Plain | Self::Query => {}
        }
        request
    }

    /// As it is said in a message.
    pub(super) fn of(&self, path: &str) -> String {
        match self {
            Self::Plain => format!("`{path}`"),
            Self::Query => format!("`{path}?verbose`"),
            Self::Json => format!("`{path}` with `accept: application/health+json`"),
            Self::Grpc => format!("`{path}` over gRPC"),
        }
    }
}

fn static_value(value: &'static str) -> http::HeaderValue {
    http::HeaderValue::from_static(value)
}

/// Asks, and waits no longer than `patience` for the service and its response.
pub(super) async fn ask<S, B, R>(
    service: &S,
    (form, path): (&Form, &str),
    (of, patience): (StatusBoard, Duration),
) -> (Came, Note)
where
    S: Service<Request<B>, Response = Response<R>, Error: Display> + Clone,
    B: Default,
{
    let question = Question::of(of);
    let request = form.request(path, &question);
    let came = answer(service.clone(), request, patience).await;
    (came, question.note())
}

async fn answer<S, B, R>(mut service: S, request: Request<B>, patience: Duration) -> Came
where
    S: Service<Request<B>, Response = Response<R>, Error: Display>,
{
    let until = Instant::now() + patience;
    let ready = poll_fn(|cx| service.poll_ready(cx));
    match timeout_at(until, ready).await {
        Err(_elapsed) => return Came::Unready,
        Ok(Err(error)) => return Came::Failed(error.to_string()),
        Ok(Ok(())) => {}
    }
    match timeout_at(until, service.call(request)).await {
        Err(_elapsed) => Came::Pending(patience),
        Ok(Err(error)) => Came::Failed(error.to_string()),
        Ok(Ok(response)) => {
            let (head, _body) = response.into_parts();
            Came::Response(head.status, head.headers)
        }
    }
}

/// What all of these come to, in their order. There are few, and each wakes all.
pub(super) async fn all<F: Future>(futures: impl Iterator<Item = F>) -> Vec<F::Output> {
    let mut begun: Vec<_> = futures.map(|future| (Box::pin(future), None)).collect();
    poll_fn(|cx| {
        for (future, output) in &mut begun {
            if output.is_none()
                && let Poll::Ready(ready) = future.as_mut().poll(cx)
            {
                *output = Some(ready);
            }
        }
        if begun.iter().all(|(_, output)| output.is_some()) {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
    begun.into_iter().filter_map(|(_, output)| output).collect()
}

//! Requests that fill the application, and stay.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use http::Request;
use tokio::time::{Instant, timeout};
use tower_service::Service;

use crate::StatusBoard;
use crate::test::ask::Form;
use crate::test::question::Question;

/// Begins so many requests that stay where the layer is, and takes each as far as it gets: there, or to where it waits for a place. Over
/// once all are there, once none has come for as long as one may take, or when filling has taken too long: what limits a rate
/// lets all through some time.
pub(super) async fn fill<S, B>(
    service: &S,
    (form, path): (&Form, &str),
    requests: usize,
    (of, patience): (StatusBoard, Duration),
) -> impl Sized + use<S, B>
where
    S: Service<Request<B>> + Clone,
    B: Default,
{
    const LONGEST: Duration = Duration::from_secs(10);

    let mut held: Vec<_> = std::iter::repeat_with(|| {
        let question = Question::held(of);
        let request = form.request(path, &question);
        Held::new(begin(service.clone(), request), question)
    })
    .take(requests)
    .collect();
    let ends = Instant::now() + LONGEST.max(patience);
    while Instant::now() < ends {
        let moved = timeout(patience, poll_fn(|cx| poll_any(&mut held, cx))).await;
        if !matches!(moved, Ok(Moved::Some)) {
            break;
        }
    }
    held
}

async fn begin<S, B>(mut service: S, request: Request<B>)
where
    S: Service<Request<B>>,
{
    if poll_fn(|cx| service.poll_ready(cx)).await.is_ok() {
        let _answered = service.call(request).await;
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Moved {
    Some,
    /// None is left that could.
    All,
}

/// Ready when one has arrived, or was answered by something else. There are few turns, and each wakes all that are on their way.
fn poll_any<F: Future<Output = ()>>(held: &mut [Held<F>], cx: &mut Context<'_>) -> Poll<Moved> {
    let (mut moved, mut left) = (false, false);
    for one in held.iter_mut().filter(|one| !one.is_settled) {
        one.poll(cx);
        moved |= one.is_settled;
        left |= !one.is_settled;
    }
    match (moved, left) {
        (_, false) => Poll::Ready(Moved::All),
        (true, true) => Poll::Ready(Moved::Some),
        (false, true) => Poll::Pending,
    }
}

struct Held<F> {
    request: Pin<Box<F>>,
    question: Question,
    // From there on it is left alone, so that no time-out outside gives its place back.
    is_settled: bool,
}

impl<F: Future<Output = ()>> Held<F> {
    fn new(request: F, question: Question) -> Self {
        Self {
            request: Box::pin(request),
            question,
            is_settled: false,
        }
    }

    fn poll(&mut self, cx: &mut Context<'_>) {
        let is_over = self.request.as_mut().poll(cx).is_ready();
        self.is_settled = is_over || self.question.arrived();
    }
}

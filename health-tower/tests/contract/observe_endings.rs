//! As what a call counts, by the head, the body and the trailers of its response.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use health_tower::{Health, ObserveLayer, ObservedBody};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response};
use http_body::{Body, Frame, SizeHint};
use http_body_util::{BodyExt as _, Empty};
use tower::{Layer as _, ServiceExt as _, service_fn};

use crate::gate::{get, health};
use crate::observe::counted;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Data,
    Trailers(&'static [(&'static str, &'static str)]),
    Broken,
}
use Part::{Broken, Data, Trailers};

/// Gives its parts one by one.
#[derive(Clone, Debug)]
struct Parts {
    left: VecDeque<Part>,
    announces_end: bool,
}

impl Body for Parts {
    type Data = Bytes;
    type Error = &'static str;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, &'static str>>> {
        Poll::Ready(self.left.pop_front().map(|part| match part {
            Data => Ok(Frame::data(Bytes::from_static(b"part"))),
            Trailers(trailers) => Ok(Frame::trailers(headers(trailers))),
            Broken => Err("it broke off"),
        }))
    }

    fn is_end_stream(&self) -> bool {
        self.announces_end && self.left.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(4 * self.left.len() as u64)
    }
}

fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
    let pair = |&(name, value): &_| {
        (
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        )
    };
    pairs.iter().map(pair).collect()
}

/// Until there is a head.
const SLOW: Duration = Duration::from_secs(1);

type Headers = &'static [(&'static str, &'static str)];

async fn respond(
    status: u16,
    head: Headers,
    parts: &[Part],
    announces_end: bool,
) -> (Health, ObservedBody<Parts>) {
    let health = health();
    let mut response = Response::new(Parts {
        left: parts.iter().copied().collect(),
        announces_end,
    });
    *response.status_mut() = status.try_into().unwrap();
    *response.headers_mut() = headers(head);
    let client = service_fn(move |_: Request<Empty<Bytes>>| {
        let response = response.clone();
        async move { Ok::<_, Infallible>(response) }
    });
    let layer = ObserveLayer::builder(&health, "payments").slow_call(SLOW);
    let client = layer.build().unwrap().layer(client);
    let observed = client.oneshot(get("/charge")).await.unwrap();
    assert_eq!(
        (observed.status(), observed.headers()),
        (status.try_into().unwrap(), &headers(head))
    );
    (health, observed.into_body())
}

const COMPLETED: [u64; 3] = [1, 0, 0];
const FAILED: [u64; 3] = [0, 1, 0];
const CANCELLED: [u64; 3] = [0, 0, 1];
const NOTHING: [u64; 3] = [0, 0, 0];

const GRPC: (&str, &str) = ("content-type", "application/grpc+proto");
const OK: Part = Trailers(&[("grpc-status", "0")]);
const UNAVAILABLE: Part = Trailers(&[("grpc-status", "14")]);
const DENIED: Part = Trailers(&[("grpc-status", "7")]);
const EXHAUSTED: Part = Trailers(&[("grpc-status", "8")]);
const TURNED_AWAY: Part = Trailers(&[("grpc-status", "8"), ("grpc-retry-pushback-ms", "100")]);

#[tokio::test]
async fn a_call_that_is_read_to_its_end_counts_as_what_the_response_said() {
    for (status, head, parts, expected) in [
        (200, &[][..], &[Data][..], COMPLETED),
        (404, &[], &[Data], COMPLETED),
        (429, &[("retry-after", "1")], &[Data], CANCELLED),
        (500, &[], &[Data], FAILED),
        (503, &[("retry-after", "1")], &[], FAILED),
        (200, &[], &[Data, Broken], FAILED),
        (200, &[], &[Data, UNAVAILABLE], COMPLETED),
        (200, &[GRPC], &[Data, OK], COMPLETED),
        (200, &[GRPC], &[Data, DENIED], COMPLETED),
        (200, &[GRPC], &[Data, EXHAUSTED], COMPLETED),
        (200, &[GRPC], &[Data, TURNED_AWAY], FAILED),
        (200, &[GRPC], &[Data, UNAVAILABLE], FAILED),
        (200, &[GRPC], &[Data, Broken], FAILED),
        (200, &[GRPC, ("grpc-status", "14")], &[], FAILED),
        (200, &[GRPC, ("grpc-status", "5")], &[], COMPLETED),
        (502, &[], &[Data], FAILED),
    ] {
        for announces_end in [false, true] {
            let (health, mut body) = respond(status, head, parts, announces_end).await;
            while let Some(Ok(_frame)) = body.frame().await {}
            let what = format!("{status} {head:?} {parts:?} {announces_end}");
            assert_eq!(counted(&health), expected, "{what}");
            drop(body);
            assert_eq!(counted(&health), expected, "once: {what}");
        }
    }
}

/// What is dropped half-way was answered, if its head said how.
#[tokio::test(start_paused = true)]
async fn a_body_that_is_dropped_counts_as_its_head() {
    for (status, head, read, expected) in [
        (200, &[][..], 0, COMPLETED),
        (200, &[], 1, COMPLETED),
        (500, &[], 0, FAILED),
        (200, &[GRPC], 0, CANCELLED),
        (200, &[GRPC], 1, CANCELLED),
        (200, &[GRPC], 2, FAILED),
    ] {
        let parts = [Data, UNAVAILABLE, Data];
        let (health, mut body) = respond(status, head, &parts, false).await;
        for _ in 0..read {
            assert!(body.frame().await.unwrap().is_ok());
        }
        assert_eq!(counted(&health), NOTHING, "it may still break off");
        // A stream may last.
        tokio::time::advance(2 * SLOW).await;
        drop(body);
        assert_eq!(counted(&health), expected, "{status} {head:?} {read}");
    }
}

/// All streams of one instance break off when it restarts, and calls would fail in a row where nothing is wrong.
#[tokio::test(start_paused = true)]
async fn what_was_answered_well_and_breaks_off_late_says_nothing() {
    for (status, head, parts, long_ago) in [
        (200, &[][..], &[Data, Broken][..], CANCELLED),
        (200, &[GRPC], &[Data, Broken], CANCELLED),
        (200, &[GRPC], &[Data, UNAVAILABLE], CANCELLED),
        (200, &[GRPC], &[Data, OK], COMPLETED),
        (502, &[], &[Data, Broken], FAILED),
    ] {
        for (seconds, expected) in [(30, None), (31, Some(long_ago))] {
            let (health, mut body) = respond(status, head, parts, true).await;
            assert!(body.frame().await.unwrap().is_ok());
            tokio::time::advance(Duration::from_secs(seconds)).await;
            let _end = body.frame().await;
            let soon = if parts[1] == OK { COMPLETED } else { FAILED };
            let found = counted(&health);
            let what = format!("{status} {head:?} {parts:?} after {seconds} s");
            assert_eq!(found, expected.unwrap_or(soon), "{what}");
        }
    }
}

/// Consumers need not poll again after the last frame, and may keep the body.
#[tokio::test]
async fn a_call_counts_with_its_last_frame() {
    let (health, mut body) = respond(200, &[], &[Data], true).await;
    assert_eq!(counted(&health), NOTHING);
    assert!(body.frame().await.unwrap().is_ok());
    assert_eq!(counted(&health), COMPLETED);
    let (health, body) = respond(204, &[], &[], true).await;
    assert_eq!(counted(&health), COMPLETED);
    drop(body);
}

#[tokio::test]
async fn frames_hints_and_the_end_are_the_clients_own() {
    let parts = [Data, Trailers(&[("x-sum", "1")]), Broken];
    let (_health, mut body) = respond(200, &[], &parts, true).await;
    assert_eq!(body.size_hint().exact(), Some(12));
    assert!(!body.is_end_stream());
    assert_eq!(
        body.frame().await.unwrap().unwrap().into_data().unwrap(),
        "part"
    );
    let trailers = body
        .frame()
        .await
        .unwrap()
        .unwrap()
        .into_trailers()
        .unwrap();
    assert_eq!(trailers["x-sum"], "1");
    assert_eq!(body.size_hint().exact(), Some(4));
    assert_eq!(body.frame().await.unwrap().unwrap_err(), "it broke off");
    assert!(body.is_end_stream());
}

//! Ten thousand requests in flight at the deadline: counted exactly, all of them ended, and a report that can be read.

use std::convert::Infallible;
use std::future::pending;
use std::time::{Duration, Instant};

use bytes::Bytes;
use health_tower::HealthLayer;
use http::{Request, Response, StatusCode};
use http_body_util::{Empty, Full};
use integration_tests::patience::{patiently, until};
use tokio::task::JoinSet;
use tower::{Layer as _, ServiceExt as _, service_fn};

use crate::shutdown::draining;

const MANY: usize = 10_000;

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_requests_are_ended_and_a_hundred_named() {
    let deadline = Duration::from_secs(2);
    let health = draining(Duration::ZERO, deadline);
    let never = service_fn(async |_: Request<Empty<Bytes>>| {
        pending::<()>().await;
        Ok::<_, Infallible>(Response::new(Full::<Bytes>::default()))
    });
    let service = HealthLayer::new(&health).layer(never);
    let mut requests = JoinSet::new();
    for number in 0..MANY {
        let request = Request::get(format!("/orders/{number}"));
        let response = service.clone().oneshot(request.body(Empty::new()).unwrap());
        requests.spawn(async { response.await.map(|response| response.status()) });
    }
    until("all of them", || health.in_flight().count() == MANY).await;
    let began = Instant::now();
    health.shutdown();
    let ended = health.run(async { Ok::<_, Infallible>(()) });
    let report = patiently("the report", ended).await.unwrap();
    assert!(
        (deadline..deadline + Duration::from_secs(8)).contains(&began.elapsed()),
        "{report}"
    );
    assert_eq!((report.remaining, report.unfinished.len()), (MANY, 100));
    let text = report.to_string();
    assert!(
        text.contains("10000 still in flight") && text.len() < 1000,
        "{text}"
    );
    assert!(
        report
            .unfinished
            .is_sorted_by(|older, younger| older.age() >= younger.age())
    );
    while let Some(ended) = patiently("all answers", requests.join_next()).await {
        assert_eq!(ended.unwrap(), Ok(StatusCode::SERVICE_UNAVAILABLE));
    }
    assert_eq!(health.in_flight().count(), 0);
}

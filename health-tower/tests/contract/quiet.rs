//! What the layer notes for a lame duck that may end early.

use std::time::Duration;

use health_tower::{DrainPolicy, Health, HealthLayer};
use tokio::time::{Instant, sleep};
use tower::{Layer as _, ServiceExt as _};

use crate::gate::{Gate, get};

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn probes_that_are_told_and_requests_that_come_are_noted() {
    let policy = DrainPolicy::default().quiet(2 * SECOND);
    let health = Health::builder().linked(false).drain(policy);
    let health = health.start().unwrap();
    let (gate, _semaphore) = Gate::new(1);
    let service = HealthLayer::new(&health).layer(gate);
    let ask = |path: &'static str| {
        let service = service.clone();
        async move { service.oneshot(get(path)).await.unwrap().status().as_u16() }
    };
    assert_eq!(ask("/health/ready").await, 200);
    let began = Instant::now();
    health.shutdown();
    let traffic = async {
        sleep(SECOND).await;
        assert_eq!(ask("/health/live").await, 200);
        let post = http::Request::post("/health/ready");
        let post = post.body(http_body_util::Empty::new()).unwrap();
        assert_eq!(service.clone().oneshot(post).await.unwrap().status(), 405);
        sleep(3 * SECOND).await;
        assert_eq!(ask("/health/ready").await, 503);
        sleep(SECOND).await;
        assert_eq!(ask("/orders").await, 200);
        sleep(SECOND).await;
        assert_eq!(ask("/health/ready").await, 503);
    };
    tokio::join!(traffic, health.closing());
    assert_eq!(began.elapsed(), 7 * SECOND);
}

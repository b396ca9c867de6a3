//! What happens in services that are well, or not: found by somebody who wanted the verdict to be wrong.

use std::time::Duration;

use bytes::Bytes;
use health_tower::{BoxError, Check, Health, HealthLayer, Probe, Rule, Traffic, Verdict, Watchdog};
use http::{Request, Response};
use http_body_util::{BodyExt as _, Empty};
use tower::limit::GlobalConcurrencyLimitLayer;
use tower::load_shed::LoadShedLayer;
use tower::{Layer as _, Service, ServiceBuilder, ServiceExt as _};

use crate::world::{
    Frames, ask, counted, data, endings, get, gives, grpc, health, layer, ok, poll_once, second,
};

/// So many requests that are answered at once, with this status.
async fn quick(layer: &HealthLayer, number: usize, path: &str, status: u16) {
    for _ in 0..number {
        let service = gives(move || {
            ok(Response::builder()
                .status(status)
                .body(Frames(Vec::new()))
                .unwrap())
        });
        ask(layer, service, get(path)).await;
    }
}

/// One that is answered after that time.
fn later(layer: &HealthLayer, time: Duration, path: &'static str) {
    let waits = tower::service_fn(move |_: Request<Empty<Bytes>>| async move {
        tokio::time::sleep(time).await;
        Ok::<_, BoxError>(Response::new(Frames(Vec::new())))
    });
    let service = layer.layer(waits);
    tokio::spawn(async move { service.oneshot(get(path)).await.map(drop) });
}

fn verdict(health: &Health) -> Verdict {
    health.snapshot().verdict().verdict()
}

fn said(health: &Health) -> String {
    health.snapshot().verdict().to_string()
}

/// A minute, with so many requests a second that are answered at once.
async fn busy(health: &Health, layer: &HealthLayer, number: usize) {
    for _ in 0..60 {
        quick(layer, number, "/ok", 200).await;
        second().await;
    }
    assert_eq!(verdict(health), Verdict::Healthy, "{}", said(health));
}

/// Serves twenty at a time, each for 100 ms: 200 a second.
fn limited()
-> impl Service<Request<Empty<Bytes>>, Response = Response<Frames>, Error = BoxError, Future: Send>
+ Clone {
    ServiceBuilder::new()
        .layer(GlobalConcurrencyLimitLayer::new(20))
        .service_fn(|_: Request<Empty<Bytes>>| async {
            tokio::time::sleep(Duration::from_millis(100)).await;
            Ok::<_, BoxError>(Response::new(Frames(Vec::new())))
        })
}

#[tokio::test(start_paused = true)]
async fn a_handler_that_panics_has_failed() {
    let health = health();
    let layer = layer(&health, Traffic::new());
    busy(&health, &layer, 50).await;
    for _ in 0..5 {
        quick(&layer, 50, "/ok", 200).await;
        for _ in 0..50 {
            let service = layer.layer(tower::service_fn(|_: Request<Empty<Bytes>>| async {
                tokio::task::yield_now().await;
                if true {
                    panic!("on purpose");
                }
                Ok::<_, BoxError>(Response::new(Frames(Vec::new())))
            }));
            tokio::spawn(async move { service.oneshot(get("/panics")).await.map(drop) });
        }
        second().await;
    }
    assert_eq!(verdict(&health), Verdict::Gray, "{}", said(&health));
}

/// However long the queue gets, and though what waits there waits for longer than anybody should.
#[tokio::test(start_paused = true)]
async fn overload_stays_overload_where_the_queue_is_long() {
    let health = health();
    let service = layer(&health, Traffic::new()).layer(limited());
    let mut worst = Verdict::Healthy;
    for at in 0..100 {
        // Three times as many as are served, after a while; not all at once, so that times are those of a service that is well.
        for _ in 0..10 {
            for _ in 0..(if at < 60 { 9 } else { 60 }) {
                let service = service.clone();
                tokio::spawn(async move { service.oneshot(get("/orders")).await.map(drop) });
            }
            tokio::time::sleep(Duration::from_millis(101)).await;
        }
        worst = worst.max(verdict(&health));
        assert!(
            worst <= Verdict::Overloaded,
            "after {at} s: {}",
            said(&health)
        );
    }
    assert_eq!(verdict(&health), Verdict::Overloaded);
    assert!(health.status(Probe::Readiness).is_up());
}

#[tokio::test(start_paused = true)]
async fn streams_whose_clients_leave_were_answered() {
    let health = health();
    let layer = layer(&health, Traffic::new());
    for _ in 0..90 {
        for _ in 0..5 {
            let streams = gives(|| ok(Response::new(Frames(vec![data(), data(), data()]))));
            let response = layer
                .layer(streams)
                .oneshot(grpc("/shop.Orders/Watch"))
                .await;
            let mut body = response.unwrap().into_body();
            assert!(body.frame().await.is_some());
        }
        second().await;
        assert_eq!(verdict(&health), Verdict::Healthy, "{}", said(&health));
    }
}

#[tokio::test(start_paused = true)]
async fn a_group_of_long_polls_is_not_judged_by_how_fast_others_are() {
    let health = health();
    let layer = layer(&health, Traffic::new().group("poll", ["/poll"]));
    for _ in 0..120 {
        quick(&layer, 100, "/ok", 200).await;
        (0..10).for_each(|_| later(&layer, Duration::from_secs(20), "/poll"));
        second().await;
        assert!(verdict(&health) < Verdict::Gray, "{}", said(&health));
    }
}

#[tokio::test(start_paused = true)]
async fn slow_requests_in_a_quiet_night_are_slow() {
    let health = health();
    let layer = layer(&health, Traffic::new());
    busy(&health, &layer, 100).await;
    for _ in 0..20 {
        second().await;
    }
    (0..3).for_each(|_| later(&layer, Duration::from_secs(20), "/export"));
    for _ in 0..25 {
        second().await;
        assert_eq!(verdict(&health), Verdict::Healthy, "{}", said(&health));
    }
}

/// Nothing but agents that wait for something to do, for five minutes each.
#[tokio::test(start_paused = true)]
async fn what_waits_by_design_stands_still_for_as_long_as_it_likes() {
    for (declared, expected) in [(true, Verdict::Healthy), (false, Verdict::Gray)] {
        let health = health();
        let traffic = Traffic::new();
        let traffic = if declared {
            traffic.slow(["/agent"])
        } else {
            traffic
        };
        let layer = layer(&health, traffic);
        let mut worst = Verdict::Healthy;
        for _ in 0..200 {
            later(&layer, Duration::from_secs(300), "/agent");
            second().await;
            worst = worst.max(verdict(&health));
        }
        assert_eq!(worst, expected);
    }
}

#[tokio::test(start_paused = true)]
async fn an_application_s_own_time_out_is_its_fault() {
    let health = health();
    let layer = layer(&health, Traffic::new());
    busy(&health, &layer, 100).await;
    for _ in 0..3 {
        quick(&layer, 100, "/ok", 408).await;
        second().await;
    }
    assert_eq!(verdict(&health), Verdict::Gray, "{}", said(&health));
}

/// Maintenance keeps the user's path from working, by intent.
#[tokio::test(start_paused = true)]
async fn maintenance_does_not_make_the_path_of_users_gray() {
    let path = Check::external("checkout", || async { false });
    let builder = Health::builder().linked(false).watchdog(Watchdog::off());
    let health = builder.check(path).start().unwrap();
    health.begin_drain();
    for _ in 0..120 {
        second().await;
        assert_eq!(verdict(&health), Verdict::Healthy, "{}", said(&health));
    }
    health.resume();
    for _ in 0..60 {
        second().await;
    }
    assert_eq!(verdict(&health), Verdict::Gray);
}

/// All that is served takes its time, and the rest is turned away: that is overload, for as long as it may be slow.
#[tokio::test(start_paused = true)]
async fn what_sheds_while_all_it_serves_is_slow_is_overloaded() {
    let health = health();
    let layer = layer(&health, Traffic::new());
    busy(&health, &layer, 100).await;
    let service = ServiceBuilder::new()
        .layer(LoadShedLayer::new())
        .layer(GlobalConcurrencyLimitLayer::new(10))
        .service_fn(|_: Request<Empty<Bytes>>| {
            std::future::pending::<Result<Response<Frames>, BoxError>>()
        });
    let service = layer.layer(service);
    let mut held: Vec<_> = (0..10)
        .map(|_| Box::pin(service.clone().oneshot(get("/report"))))
        .collect();
    for one in &mut held {
        assert!(!poll_once(one.as_mut()).await);
    }
    let mut verdicts = Vec::new();
    for _ in 0..8 {
        for _ in 0..100 {
            assert!(service.clone().oneshot(get("/report")).await.is_err());
        }
        second().await;
        verdicts.push(verdict(&health));
    }
    assert_eq!(verdicts[1..4], [Verdict::Overloaded; 3], "{verdicts:?}");
    assert_eq!(
        verdicts[7],
        Verdict::Gray,
        "nobody is served at all: {}",
        said(&health)
    );
    let snapshot = health.snapshot();
    let text = snapshot.verdict().evidence()[0].to_string();
    assert!(
        text.starts_with("10 requests, and none was answered for "),
        "{text}"
    );
}

#[tokio::test(start_paused = true)]
async fn two_layers_count_twice_as_documented() {
    let health = health();
    let layer = layer(&health, Traffic::new());
    let service = layer.layer(gives(|| ok(Response::new(Frames(Vec::new())))));
    ask(&layer, service, get("/orders")).await;
    assert_eq!(endings(&counted(&health).await), [2, 2, 0, 0, 0]);
}

/// A response that nobody reads was answered.
#[tokio::test(start_paused = true)]
async fn small_responses_that_nobody_reads_are_no_standstill() {
    let health = health();
    let layer = layer(&health, Traffic::new());
    busy(&health, &layer, 100).await;
    let mut kept = Vec::new();
    for _ in 0..60 {
        let service = layer.layer(tower::service_fn(|_: Request<Empty<Bytes>>| async {
            tokio::time::sleep(Duration::from_millis(1)).await;
            ok(Response::new(Frames(vec![data()])))
        }));
        kept.push(service.oneshot(get("/small")).await.unwrap());
        second().await;
        let snapshot = health.snapshot();
        let evidence = snapshot.verdict().evidence();
        assert!(
            evidence
                .iter()
                .all(|evidence| evidence.rule() != Rule::NoProgress),
            "{}",
            snapshot.verdict()
        );
    }
}

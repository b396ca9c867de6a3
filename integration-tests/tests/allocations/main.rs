//! What the layer allocates: nothing for a request that passes through, and for a probe its headers, however many checks
//! there are.

use std::alloc::System;
use std::convert::Infallible;
use std::fmt::Debug;
use std::hint::black_box;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt as _;
use health_tower::{
    Check, Health, HealthLayer, ObserveLayer, ObserveLayerBuilder, Probe, Watchdog,
};
use http::{Request, Response, StatusCode, Uri};
use http_body::Body;
use http_body_util::{BodyExt as _, Empty, Full};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use tokio::runtime::Builder;
use tower::{Layer as _, Service, ServiceExt as _, service_fn};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const REQUESTS: usize = 10_000;

#[test]
fn a_request_that_passes_through_allocates_nothing_more() {
    let _alone = alone();
    let mut bare = service_fn(application);
    let mut layered = HealthLayer::new(&health(1)).layer(bare);
    let application = allocations(|| passes(&mut bare));
    assert!(application >= REQUESTS, "the counter doesn't count");
    assert_eq!(allocations(|| passes(&mut layered)), application);
}

#[test]
fn closing_is_announced_only_where_it_is_paid_for() {
    let _alone = alone();
    let bare = service_fn(application);
    let application = allocations(|| passes(bare));
    for (announce, more) in [(false, false), (true, true)] {
        let layer = HealthLayer::builder(&health(1)).announce(announce).build();
        let layered = layer.expect("nothing is wrong with it").layer(bare);
        let count = allocations(|| passes(layered.clone()));
        assert_eq!(count > application, more, "{count} of {application}");
    }
}

#[test]
fn a_service_that_is_cloned_for_each_request_allocates_nothing_more() {
    let _alone = alone();
    let bare = service_fn(application);
    let layered = HealthLayer::new(&health(1)).layer(bare);
    let application = allocations(|| passes(bare));
    assert_eq!(allocations(|| passes(layered.clone())), application);
}

#[test]
fn a_call_that_is_observed_allocates_nothing_more() {
    let _alone = alone();
    // Nobody drives it: what looks at the calls doesn't run.
    let runtime = Builder::new_current_thread().enable_time().build();
    let runtime = runtime.expect("a runtime for the check");
    let health = Health::builder().linked(false).watchdog(Watchdog::off());
    let health = health.runtime(runtime.handle().clone()).start();
    let health = health.expect("nothing can be wrong with it");
    let bare = service_fn(application);
    let application = allocations(|| passes(bare));
    for slow in [None, Some(Duration::from_secs(1))] {
        let layer = ObserveLayer::builder(&health, "payments");
        let layer = slow.into_iter().fold(layer, ObserveLayerBuilder::slow_call);
        let observed = layer.build().expect("nothing is wrong with it").layer(bare);
        assert_eq!(allocations(|| passes(observed.clone())), application);
    }
}

#[test]
fn a_probe_allocates_its_header_map_however_many_checks_there_are() {
    let _alone = alone();
    for path in ["/health/live", "/health/ready"] {
        let counts = [1, 1000].map(|checks| {
            let mut layered = HealthLayer::new(&health(checks)).layer(service_fn(application));
            allocations(|| {
                let (status, text) = exchange(&mut layered, path);
                assert_eq!((status, &*text), (StatusCode::OK, &b"ok"[..]));
            })
        });
        // The index of the map, its entries, and what `collect` keeps the body in.
        assert_eq!(counts, [3 * REQUESTS; 2], "{path}");
    }
}

#[test]
fn a_status_allocates_nothing() {
    let _alone = alone();
    let health = health(1000);
    let count = allocations(|| {
        black_box(Probe::ALL.map(|probe| health.status(probe)));
    });
    assert_eq!(count, 0);
}

/// It allocates itself, so that a counter which doesn't count is found out.
async fn application(request: Request<Empty<Bytes>>) -> Result<Response<Full<Bytes>>, Infallible> {
    let path = request.uri().path().to_owned();
    Ok(Response::new(Full::from(path)))
}

fn passes<S, B>(service: S)
where
    S: Service<Request<Empty<Bytes>>, Response = Response<B>, Error = Infallible>,
    B: Body<Data = Bytes, Error: Debug>,
{
    const PATH: &str = "/orders/1042";
    let (status, text) = exchange(service, PATH);
    assert_eq!((status, &*text), (StatusCode::OK, PATH.as_bytes()));
}

/// One request, up to the end of the response body.
fn exchange<S, B>(service: S, path: &'static str) -> (StatusCode, Bytes)
where
    S: Service<Request<Empty<Bytes>>, Response = Response<B>, Error = Infallible>,
    B: Body<Data = Bytes, Error: Debug>,
{
    let mut request = Request::new(Empty::new());
    *request.uri_mut() = Uri::from_static(path);
    let response = service.oneshot(request).now_or_never();
    let Ok(response) = response.expect("nothing here waits");
    let status = response.status();
    let body = response.into_body().collect().now_or_never();
    let body = body
        .expect("nothing here waits")
        .expect("the body is whole");
    (status, body.to_bytes())
}

/// A health with that many readiness checks, all of which have run and will not run again: their runtime is gone, and no watchdog looks at it.
fn health(checks: usize) -> Health {
    let runtime = Builder::new_current_thread().enable_time().build();
    runtime.expect("a runtime for the checks").block_on(async {
        let mut builder = Health::builder().linked(false).watchdog(Watchdog::off());
        for number in 0..checks {
            let check = Check::readiness(format!("check-{number}"), || async { true });
            let day = Duration::from_secs(24 * 3600);
            // First runs are spread over `every`.
            builder = builder.check(check.every(Duration::from_millis(50)).stale_after(day));
        }
        let health = builder.start().expect("nothing is wrong with the checks");
        let mut changes = health.subscribe();
        while !health.status(Probe::Readiness).is_up() {
            changes.changed().await.expect("there is a `Health`");
        }
        health
    })
}

/// How often the allocator is asked for memory when `work` is done so many times. The harness may ask meanwhile, from its
/// own thread; that only ever adds, so the least of several counts is that of the work alone.
fn allocations(mut work: impl FnMut()) -> usize {
    let mut count = || {
        let region = Region::new(ALLOCATOR);
        (0..REQUESTS).for_each(|_| work());
        let change = region.change();
        change.allocations + change.reallocations
    };
    let counts = [count(), count(), count()];
    counts.into_iter().min().unwrap_or_default()
}

/// The allocator counts for the whole process: one test at a time.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

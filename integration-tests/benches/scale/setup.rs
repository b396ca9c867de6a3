use std::convert::Infallible;
use std::fmt::Debug;
use std::future::pending;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use bytes::Bytes;
use health_tower::{Check, Health, HealthBuilder, HealthLayer};
use http::{Request, Response, Uri};
use http_body_util::{Empty, Full};
use tokio::runtime::{Builder, Runtime};
use tower::{Layer as _, Service, service_fn};

use crate::plan::Plan;

/// A health whose checks run until it is dropped.
pub(crate) struct Running {
    pub(crate) health: Health,
    pub(crate) runtime: Runtime,
}

/// How often checks that pass have run.
static RUNS: AtomicU64 = AtomicU64::new(0);

pub(crate) fn runs() -> u64 {
    RUNS.load(Ordering::Relaxed)
}

/// What a check does that passes.
pub(crate) async fn run() -> bool {
    RUNS.fetch_add(1, Ordering::Relaxed);
    true
}

pub(crate) fn runtime() -> Runtime {
    let runtime = Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    runtime.expect("a runtime for the checks")
}

pub(crate) fn passing(runtime: Runtime, checks: usize, every: Duration) -> Running {
    let check = |number| {
        let check = Check::readiness(format!("check-{number}"), run);
        check.every(every)
    };
    start(runtime, (0..checks).map(check))
}

/// They hang again and again: their intervals don't grow.
pub(crate) fn hanging(runtime: Runtime, plan: Plan) -> Running {
    let check = |number| {
        let check = Check::readiness(format!("check-{number}"), pending::<bool>);
        let check = check.every(plan.every).backoff(plan.every);
        check.timeout(plan.timeout)
    };
    start(runtime, (0..plan.hanging).map(check))
}

fn start(runtime: Runtime, checks: impl Iterator<Item = Check>) -> Running {
    let builder = Health::builder()
        .linked(false)
        .runtime(runtime.handle().clone());
    let builder = checks.fold(builder, HealthBuilder::check);
    let health = builder.start().expect("nothing is wrong with the checks");
    Running { health, runtime }
}

impl Running {
    /// Returns when all checks have run once: first runs are spread over an interval.
    pub(crate) fn warm_up(&self) {
        let have_run = || {
            let snapshot = self.health.snapshot();
            snapshot.checks().all(|check| check.outcome().is_some())
        };
        while !have_run() {
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// An application that answers at once, behind the layer.
    pub(crate) fn service(&self) -> impl Answering {
        HealthLayer::new(&self.health).layer(service_fn(application))
    }
}

pub(crate) type Asked = Request<Empty<Bytes>>;

/// A service that can be asked from every thread.
pub(crate) trait Answering:
    Service<Asked, Response: Send, Error: Debug + Send, Future: Send> + Clone + Send + 'static
{
}

impl<S> Answering for S where
    S: Service<Asked, Response: Send, Error: Debug + Send, Future: Send> + Clone + Send + 'static
{
}

pub(crate) const PROBE: &str = "/health/ready";
pub(crate) const APPLICATION: &str = "/orders/1042";

pub(crate) fn ask(path: &'static str) -> Asked {
    let mut request = Asked::default();
    *request.uri_mut() = Uri::from_static(path);
    request
}

async fn application(_: Asked) -> Result<Response<Full<Bytes>>, Infallible> {
    let text = Bytes::from_static(b"1042 is on its way");
    Ok(Response::new(Full::new(text)))
}

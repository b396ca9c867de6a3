use std::convert::Infallible;
use std::future::pending;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use health_tower::{
    Cause, CheckState, Health, HealthLayer, HealthService, Snapshot, Synthetic, SyntheticBody,
    SyntheticRequest,
};
use http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt as _, Full, StreamBody, combinators::UnsyncBoxBody};
use tokio::time::{Instant, sleep};
use tower::Layer as _;
use tower::util::BoxCloneSyncService;

pub(crate) const SECOND: Duration = Duration::from_secs(1);

pub(crate) type Body = UnsyncBoxBody<Bytes, Infallible>;
pub(crate) type App = BoxCloneSyncService<Request<SyntheticBody>, Response<Body>, Infallible>;

/// A request as the application saw it.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) at: Duration,
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) marked: bool,
    /// How many were in flight meanwhile.
    pub(crate) in_flight: usize,
}

/// A service, and what has reached it.
pub(crate) struct World {
    pub(crate) health: Health,
    pub(crate) service: HealthService<App>,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl World {
    pub(crate) fn new() -> Self {
        let health = Health::builder().linked(false).start().unwrap();
        let seen = Arc::<Mutex<Vec<Seen>>>::default();
        let (begun, noted) = (Instant::now(), Arc::clone(&seen));
        let in_flight = health.in_flight();
        let app = tower::service_fn(move |request: Request<SyntheticBody>| {
            let noted = Arc::clone(&noted);
            async move {
                let (head, body) = request.into_parts();
                let seen = Seen {
                    at: begun.elapsed(),
                    path: head.uri.to_string(),
                    headers: head.headers,
                    body: body.collect().await?.to_bytes(),
                    marked: head.extensions.get::<SyntheticRequest>().is_some(),
                    in_flight: in_flight.count(),
                };
                noted.lock().unwrap().push(seen);
                Ok(answer(head.uri.path()).await)
            }
        });
        let service = HealthLayer::new(&health).layer(App::new(app));
        Self {
            health,
            service,
            seen,
        }
    }

    /// Everything that holds it, and what has reached it.
    #[allow(clippy::type_complexity, reason = "three things")]
    pub(crate) fn into_parts(self) -> (Health, HealthService<App>, Arc<Mutex<Vec<Seen>>>) {
        (self.health, self.service, self.seen)
    }

    pub(crate) fn start(&self, synthetic: Synthetic) {
        synthetic
            .jitter(0)
            .through(self.service.clone())
            .start(&self.health)
            .unwrap();
    }

    /// The requests since this was last asked.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        std::mem::take(&mut self.seen.lock().unwrap())
    }

    /// Waits until the check is as wanted.
    pub(crate) async fn until(&self, wanted: impl Fn(&Snapshot) -> bool) -> Snapshot {
        let mut changes = self.health.subscribe();
        let mut snapshot = changes.latest();
        let search = async {
            while !wanted(&snapshot) {
                snapshot = changes.changed().await.unwrap();
            }
        };
        let found = tokio::time::timeout(600 * SECOND, search).await;
        assert!(found.is_ok(), "it never became as wanted: {snapshot:?}");
        snapshot
    }

    pub(crate) async fn state(&self, name: &str, state: CheckState) {
        self.until(|now| now.check(name).unwrap().state() == state)
            .await;
    }

    /// Starts one that is expected to fail, and gives why.
    pub(crate) async fn failure(&self, name: &str, synthetic: Synthetic) -> (Cause, String) {
        self.start(synthetic.fail_after(1));
        self.state(name, CheckState::Down).await;
        let snapshot = self.health.snapshot();
        let check = snapshot.check(name).unwrap();
        let reason = check.outcome().unwrap().reason().unwrap();
        (check.cause().unwrap(), reason.to_owned())
    }
}

async fn answer(path: &str) -> Response<Body> {
    let response = Response::builder();
    let (path, argument) = path.rsplit_once('/').unwrap();
    match path {
        "/status" => response.status(argument.parse::<u16>().unwrap()),
        "/login" => response
            .header("set-cookie", format!("session={argument}; HttpOnly"))
            .header("set-cookie", "theme=dark"),
        "/redirect" => response.status(302).header("location", "/status/200"),
        "/slow" => {
            sleep(argument.parse::<u32>().unwrap() * SECOND).await;
            response
        }
        "/hang" => pending().await,
        "/panic" => panic!("an application that panics, on purpose"),
        "/zeros" => {
            let zeros = Bytes::from(vec![0; argument.parse().unwrap()]);
            return response.body(Full::new(zeros).boxed_unsync()).unwrap();
        }
        "/endless" => {
            let zeros = tokio_stream::iter(std::iter::repeat_with(|| {
                Ok(http_body::Frame::data(Bytes::from_static(&[0; 1024])))
            }));
            return response
                .body(StreamBody::new(zeros).boxed_unsync())
                .unwrap();
        }
        _ => response,
    }
    .body(Full::new(Bytes::from("fine, secret")).boxed_unsync())
    .unwrap()
}

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use health_tower::{
    Check, DrainPolicy, GrpcHealth, GrpcServices, Health, HealthBuilder, HealthLayer,
    HealthService, Phase,
};
use http::{Request, Response};
use http_body_util::Full;
use tower::Layer as _;
use tower::util::BoxCloneSyncService;

use crate::client::Sent;

pub(crate) type App = BoxCloneSyncService<Request<Sent>, Response<Full<Bytes>>, Infallible>;

/// A service with one readiness check, `database`, and one gRPC service that needs it, `shop.Orders`.
pub(crate) struct World {
    pub(crate) health: Health,
    pub(crate) service: HealthService<App>,
    pub(crate) services: GrpcServices,
    database: Arc<AtomicBool>,
}

pub(crate) const SECOND: Duration = Duration::from_secs(1);

impl World {
    pub(crate) async fn up() -> Self {
        let world = Self::new();
        world.database(true).await;
        world
    }

    pub(crate) fn new() -> Self {
        Self::with(|builder| builder)
    }

    pub(crate) fn with(more: impl FnOnce(HealthBuilder) -> HealthBuilder) -> Self {
        let database = Arc::new(AtomicBool::new(true));
        let check = Check::readiness("database", {
            let database = Arc::clone(&database);
            move || std::future::ready(database.load(Ordering::SeqCst))
        });
        let policy = DrainPolicy::default()
            .lame_duck(10 * SECOND)
            .deadline(25 * SECOND);
        let builder = Health::builder()
            .linked(false)
            .check(check.fail_after(1).every(SECOND).stale_after(5 * SECOND))
            .drain(policy);
        let health = more(builder).start().unwrap();
        let grpc = GrpcHealth::new().service("shop.Orders", ["database"]);
        let layer = HealthLayer::builder(&health).grpc(grpc).build().unwrap();
        Self {
            service: layer.layer(application()),
            services: layer.grpc_services().unwrap(),
            health,
            database,
        }
    }

    /// Switches it, and waits until that is known.
    pub(crate) async fn database(&self, up: bool) {
        self.database.store(up, Ordering::SeqCst);
        let mut changes = self.health.subscribe();
        loop {
            let state = changes.latest().check("database").unwrap().state();
            if state
                == if up {
                    health_tower::CheckState::Up
                } else {
                    health_tower::CheckState::Down
                }
            {
                return;
            }
            changes.changed().await.unwrap();
        }
    }

    pub(crate) async fn phase(&self, phase: Phase) {
        let mut changes = self.health.subscribe();
        while changes.latest().phase() < phase {
            changes.changed().await.unwrap();
        }
    }
}

/// Whatever reaches it is answered with `application`.
pub(crate) fn application() -> App {
    BoxCloneSyncService::new(tower::service_fn(|_request: Request<Sent>| async {
        Ok(Response::new(Full::new(Bytes::from_static(b"application"))))
    }))
}

/// Serves a request each second, for so many: without any, nobody is missed who might ask.
pub(crate) async fn busy(health: &Health, seconds: u32) {
    for _ in 0..seconds {
        drop(health.in_flight().enter_request());
        tokio::time::sleep(SECOND).await;
    }
}

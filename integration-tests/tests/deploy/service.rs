//! The service behind the proxies. It keeps account of the questions that reach it.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::routing::{any, post};
use health_tower::{GrpcHealth, Health, HealthLayer};
use http::HeaderMap;
use http::header::{CONNECTION, CONTENT_TYPE, UPGRADE};
use integration_tests::host::{Host, healthy};

/// The header that numbers the questions of the tests: proxies' own have none.
pub(crate) const ASKED: &str = "x-asked";

pub(crate) struct Service {
    pub(crate) health: Health,
    host: Host,
    reached: Arc<Mutex<Vec<String>>>,
}

impl Service {
    /// Serves `/orders` and a gRPC call, which answer this name, and answers 200 to all else, so that nothing is hidden by it.
    pub(crate) async fn start(name: &'static str) -> Self {
        let health = healthy();
        let layer = HealthLayer::builder(&health).grpc(GrpcHealth::new());
        let reached = Arc::<Mutex<Vec<String>>>::default();
        let account = Arc::clone(&reached);
        let keep_account = from_fn(move |request: Request, next: Next| {
            if let Some(number) = request.headers().get(ASKED) {
                let number = number.to_str().unwrap().to_owned();
                account
                    .lock()
                    .unwrap()
                    .push(number + &offers(request.headers()));
            }
            next.run(request)
        });
        let grpc = async move || {
            (
                [(CONTENT_TYPE, "application/grpc"), (GRPC_STATUS, "0")],
                name,
            )
        };
        let app = Router::new()
            .route("/orders", any(async move || name))
            .route("/orders.v1.Orders/Count", post(grpc))
            .fallback(async move || name)
            .layer(layer.build().unwrap())
            .layer(keep_account);
        Self {
            host: Host::start(&health, app).await,
            health,
            reached,
        }
    }

    pub(crate) fn addr(&self) -> SocketAddr {
        self.host.addr()
    }

    /// The numbers of the questions that came here since the last look, each with what offers to change the protocol.
    pub(crate) fn reached(&self) -> Vec<String> {
        std::mem::take(&mut *self.reached.lock().unwrap())
    }

    /// Ends it: nobody listens on its port any more.
    pub(crate) async fn stop(self) {
        self.host.stop().await;
    }
}

/// What a change of protocol is made of. A proxy's own `Connection: close` or `keep-alive` is nothing.
fn offers(headers: &HeaderMap) -> String {
    let mut offers = String::new();
    for name in [CONNECTION.as_str(), UPGRADE.as_str(), "http2-settings"] {
        for value in headers.get_all(name) {
            let value = value.to_str().unwrap();
            if !["close", "keep-alive"].contains(&value) {
                offers += &format!(" {name} {value}");
            }
        }
    }
    offers
}

const GRPC_STATUS: http::HeaderName = http::HeaderName::from_static("grpc-status");

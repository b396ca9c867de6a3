use std::future::pending;

use axum::Router;
use axum::routing::get;
use health_tower::{BoxError, DrainPolicy, Health, HealthLayer};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use crate::server::Server;

/// What SIGTERM does.
pub(crate) enum Ending {
    /// It ends the process.
    Abrupt,
    /// It begins the server's own graceful shutdown.
    Own,
    /// It begins the drain of health-tower.
    Health(DrainPolicy),
}

impl Ending {
    pub(crate) async fn serve(
        self,
        server: Server,
        listener: TcpListener,
        app: Router,
    ) -> Result<(), BoxError> {
        match self {
            Self::Abrupt => server.serve(listener, ready(app), pending()).await,
            Self::Own => {
                let mut terminate = signal(SignalKind::terminate())?;
                let closing = async move {
                    terminate.recv().await;
                };
                server.serve(listener, ready(app), closing).await
            }
            Self::Health(policy) => {
                let health = Health::builder().linked(false).drain(policy).start()?;
                let layer = HealthLayer::builder(&health).announce(true).build()?;
                let serving = server.serve_tracked(&health, listener, app.layer(layer));
                let report = health.run(serving).await?;
                let [lame_duck, closing] =
                    [report.lame_duck, report.closing].map(|time| time.as_millis());
                println!("{lame_duck} {closing} {}", report.is_clean());
                Ok(())
            }
        }
    }
}

/// The readiness that people write.
fn ready(app: Router) -> Router {
    app.route("/health/ready", get(async || "ok"))
}

use std::future::Future;

use axum::Router;
use health_tower::{BoxError, Health, TrackedListener};
use tokio::net::TcpListener;
use tonic::service::Routes;
use tonic::transport::server::{self, TcpIncoming};

/// Whose server it is. Both serve HTTP/1 and HTTP/2 on one port.
pub(crate) enum Server {
    Axum,
    Tonic,
}

impl Server {
    /// Serves until the future resolves, and then finishes as the server does it by itself.
    pub(crate) async fn serve(
        self,
        listener: TcpListener,
        app: Router,
        closing: impl Future<Output = ()> + Send + 'static,
    ) -> Result<(), BoxError> {
        match self {
            Self::Axum => {
                let server = axum::serve(listener, app).with_graceful_shutdown(closing);
                server.await?;
            }
            Self::Tonic => {
                let incoming = TcpIncoming::from(listener);
                let router = tonic(app);
                router
                    .serve_with_incoming_shutdown(incoming, closing)
                    .await?;
            }
        }
        Ok(())
    }

    /// The same, on connections that the drain knows of.
    pub(crate) async fn serve_tracked(
        self,
        health: &Health,
        listener: TcpListener,
        app: Router,
    ) -> Result<(), BoxError> {
        let (listener, closing) = (TrackedListener::new(health, listener), health.closing());
        match self {
            Self::Axum => {
                let server = axum::serve(listener, app).with_graceful_shutdown(closing);
                server.await?;
            }
            Self::Tonic => {
                let router = tonic(app);
                router
                    .serve_with_incoming_shutdown(listener, closing)
                    .await?;
            }
        }
        Ok(())
    }
}

fn tonic(app: Router) -> server::Router {
    let mut server = tonic::transport::Server::builder().accept_http1(true);
    server.add_routes(Routes::from(app))
}

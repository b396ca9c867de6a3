use std::future::Future;

use axum::Router;
use health_tower::BoxError;
use tokio::net::TcpListener;
use tonic::service::Routes;
use tonic::transport::server::TcpIncoming;

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
                tonic::transport::Server::builder()
                    .accept_http1(true)
                    .add_routes(Routes::from(app))
                    .serve_with_incoming_shutdown(incoming, closing)
                    .await?;
            }
        }
        Ok(())
    }
}

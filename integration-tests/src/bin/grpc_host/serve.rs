//! The servers under the layer.

use std::pin::pin;

use axum::Router;
use health_tower::{BoxError, Health, HealthLayer};
use http::{HeaderMap, StatusCode, Version};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use integration_tests::patience::pause;
use tokio::net::TcpListener;
use tonic::transport::server::TcpIncoming;
use tower::ServiceBuilder;
use tower_http::compression::{CompressionLayer, Predicate};

use crate::echo::Echo;
use crate::settings::Settings;

/// Serves until the drain lets the server end.
pub(crate) async fn tonic(
    settings: &Settings,
    health: &Health,
    layer: HealthLayer,
    echo: Echo,
    listener: TcpListener,
) -> Result<(), BoxError> {
    let server = tonic::transport::Server::builder()
        .accept_http1(settings.http1)
        .layer(compression(settings))
        .layer(layer)
        .add_service(echo);
    let incoming = TcpIncoming::from(listener);
    let served = server.serve_with_incoming_shutdown(incoming, health.closing());
    Ok(served.await?)
}

pub(crate) async fn axum(
    settings: &Settings,
    health: &Health,
    layer: HealthLayer,
    echo: Echo,
    listener: TcpListener,
) -> Result<(), BoxError> {
    let app = Router::new()
        .route_service("/test.Echo/{method}", echo)
        .layer(layer)
        .layer(compression(settings));
    let server = axum::serve(listener, app).with_graceful_shutdown(health.closing());
    Ok(server.await?)
}

pub(crate) async fn hyper(
    settings: &Settings,
    health: &Health,
    layer: HealthLayer,
    echo: Echo,
    listener: TcpListener,
) -> Result<(), BoxError> {
    let (graceful, closing) = (GracefulShutdown::new(), health.closing());
    let layers = ServiceBuilder::new()
        .layer(compression(settings))
        .layer(layer);
    let service = layers.service(echo);
    let end = async {
        closing.await;
        while settings.lingering && health.in_flight().count() > 0 {
            pause().await;
        }
    };
    let mut end = pin!(end);
    loop {
        let (stream, _) = tokio::select! {
            accepted = listener.accept() => accepted?,
            () = &mut end => break,
        };
        let service = TowerToHyperService::new(service.clone());
        let builder = Builder::new(TokioExecutor::new()).http2_only();
        let connection = builder.serve_connection(TokioIo::new(stream), service);
        tokio::spawn(graceful.watch(connection.into_owned()));
    }
    drop(listener);
    graceful.shutdown().await;
    Ok(())
}

/// A layer that compresses everything it may, or nothing.
pub(crate) fn compression(settings: &Settings) -> CompressionLayer<impl Predicate + use<>> {
    let compressing = settings.compressing;
    let always = move |_: StatusCode, _: Version, _: &HeaderMap, _: &http::Extensions| compressing;
    CompressionLayer::new().compress_when(always)
}

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use axum::error_handling::HandleErrorLayer;
use axum::extract::{Path, State};
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum::{BoxError, Router};
use integration_tests::gray::{LIMIT, REPORT};
use tonic::Status;
use tonic::metadata::MetadataValue;
use tower::ServiceBuilder;
use tower::limit::GlobalConcurrencyLimitLayer;
use tower::load_shed::LoadShedLayer;

use crate::database::Database;
use crate::flaws::{Flaws, between};
use crate::grpc::{Grpc, is_grpc};
use crate::peer;
use crate::store::Store;

/// What handlers use.
#[derive(Clone, Debug)]
pub(crate) struct Shop {
    pub(crate) database: Database,
    pub(crate) store: Store,
    pub(crate) flaws: Flaws,
    /// How many were written. A lock as it is often taken in handlers: briefly, as long as nobody keeps it.
    pub(crate) written: Arc<Mutex<u64>>,
}

/// An application as it is usually written: health routes by hand among the others, and one limit for all of them.
pub(crate) fn router(shop: Shop) -> Router {
    let Shop {
        database,
        store,
        flaws,
        ..
    } = shop.clone();
    let peer = peer::health(database.clone(), store);
    let http = Router::new()
        .route("/orders", get(list).post(write))
        .route("/order/{id}", get(read))
        .route("/stock/{id}", get(stock))
        .route("/report", get(async || tokio::time::sleep(REPORT).await))
        .with_state(shop);
    let grpc = Grpc {
        database,
        flaws: flaws.clone(),
    };
    grpc.beside(http)
        .layer(from_fn_with_state(flaws, between))
        .route("/health", get(async || "ok"))
        .route("/peer-health", get(axum_health::health_check).layer(peer))
        .layer(
            ServiceBuilder::new()
                .layer(HandleErrorLayer::new(shed))
                .layer(LoadShedLayer::new())
                .layer(GlobalConcurrencyLimitLayer::new(LIMIT)),
        )
}

async fn read(State(shop): State<Shop>, Path(id): Path<i64>) -> Result<String, StatusCode> {
    let item = shop.database.get(id).await.map_err(unavailable)?;
    let item = item.ok_or(StatusCode::NOT_FOUND)?;
    Ok(shop.flaws.through(item))
}

async fn list(State(shop): State<Shop>) -> Result<String, StatusCode> {
    let items = shop.database.list().await.map_err(unavailable)?;
    Ok(items.join("\n"))
}

async fn write(State(shop): State<Shop>, item: String) -> Result<StatusCode, StatusCode> {
    *shop.written.lock().unwrap_or_else(PoisonError::into_inner) += 1;
    shop.database.create(&item).await.map_err(unavailable)?;
    Ok(StatusCode::CREATED)
}

async fn stock(State(shop): State<Shop>, Path(id): Path<i64>) -> Result<String, StatusCode> {
    let stock: io::Result<String> = shop.store.stock(id).await;
    stock.map_err(unavailable)
}

fn unavailable<E>(_: E) -> StatusCode {
    StatusCode::SERVICE_UNAVAILABLE
}

/// There are too many of them.
async fn shed(headers: HeaderMap, _: BoxError) -> Response {
    match is_grpc(&headers) {
        true => {
            let mut status = Status::resource_exhausted("too many requests");
            let wait = MetadataValue::from_static("1000");
            status.metadata_mut().insert("grpc-retry-pushback-ms", wait);
            status.into_http()
        }
        false => (StatusCode::SERVICE_UNAVAILABLE, [(RETRY_AFTER, "1")]).into_response(),
    }
}

//! The HTTP interface: forms in, JSON out.

use std::convert::Infallible;
use std::num::NonZeroU32;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, LOCATION};
use axum::response::IntoResponse;
use axum::routing::{get, post};
use axum::{Form, Json, Router};
use serde::Deserialize;
use tokio_stream::StreamExt as _;

use crate::database::Database;
use crate::error::Error;
use crate::proto::Order;

pub(crate) fn routes(database: Database) -> Router {
    Router::new()
        .route("/orders", get(list).post(create))
        .route("/orders/{id}", get(one))
        .route("/orders/export", get(export))
        // For the demonstration. A real service has such switches on a port of its own, if at all.
        .route("/admin/database/break", post(break_database))
        .route("/admin/database/mend", post(mend_database))
        .with_state(database)
}

async fn list(State(database): State<Database>) -> Result<Json<Vec<Order>>, Error> {
    Ok(Json(database.latest(10).await?))
}

async fn one(State(database): State<Database>, Path(id): Path<i64>) -> Result<Json<Order>, Error> {
    database.get(id).await?.map(Json).ok_or(Error::NotFound)
}

#[derive(Debug, Deserialize)]
struct NewOrder {
    item: String,
    quantity: NonZeroU32,
}

async fn create(
    State(database): State<Database>,
    Form(new): Form<NewOrder>,
) -> Result<impl IntoResponse, Error> {
    let item = new.item.trim();
    if !(1..=100).contains(&item.len()) {
        return Err(Error::Invalid("`item` takes 1 to 100 bytes"));
    }
    let order = database.create(item, new.quantity.get()).await?;
    let location = format!("/orders/{}", order.id);
    Ok((StatusCode::CREATED, [(LOCATION, location)], Json(order)))
}

/// A download of ten seconds. It counts as in flight until its last byte has left: a drain waits for it.
async fn export(State(database): State<Database>) -> Result<impl IntoResponse, Error> {
    let orders = database.latest(20).await?;
    let lines = tokio_stream::iter(orders)
        .throttle(Duration::from_millis(500))
        .map(|order| Ok::<_, Infallible>(csv_line(&order)));
    Ok(([(CONTENT_TYPE, "text/csv")], Body::from_stream(lines)))
}

fn csv_line(order: &Order) -> String {
    let item = order.item.replace('"', "\"\"");
    format!("{},\"{item}\",{}\n", order.id, order.quantity)
}

async fn break_database(State(database): State<Database>) -> &'static str {
    database.close().await;
    "the database connections are closed; readiness follows\n"
}

async fn mend_database(State(database): State<Database>) -> Result<&'static str, Error> {
    database.reopen().await?;
    Ok("the database is open again; readiness follows\n")
}

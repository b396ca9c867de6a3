//! `axum-health`, as its users set it up: its route, and an indicator for each thing that is needed.

use axum_health::indicator::{HealthDetail, HealthIndicator};
use axum_health::service::Health;
use tonic::async_trait;

use crate::database::Database;
use crate::store::Store;

pub(crate) fn health(database: Database, store: Store) -> Health {
    Health::builder()
        .with_indicator(Pool(database))
        .with_indicator(Stock(store))
        .build()
}

/// What its own indicator for a pool of sqlx does, for the version of sqlx that is used here: takes a connection, and pings.
struct Pool(Database);

#[async_trait]
impl HealthIndicator for Pool {
    fn name(&self) -> String {
        "database".to_owned()
    }

    async fn details(&self) -> HealthDetail {
        said(self.0.ping().await)
    }
}

struct Stock(Store);

#[async_trait]
impl HealthIndicator for Stock {
    fn name(&self) -> String {
        "store".to_owned()
    }

    async fn details(&self) -> HealthDetail {
        said(self.0.ping().await)
    }
}

fn said<E>(answered: Result<(), E>) -> HealthDetail {
    answered.map_or_else(|_| HealthDetail::down(), |()| HealthDetail::up())
}

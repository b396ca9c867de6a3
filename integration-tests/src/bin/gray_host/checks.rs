//! What health is asked to look at, as a service of this kind declares it.

use std::io;
use std::time::Duration;

use health_tower::{Check, Health, HealthBuilder, Scope, Traffic};

use crate::database::Database;
use crate::store::Store;

const EVERY: Duration = Duration::from_secs(1);
const TIMEOUT: Duration = Duration::from_millis(500);

/// Ready while the database and the store answer.
pub(crate) fn declare(
    builder: HealthBuilder,
    database: &Database,
    store: Store,
    scope: Scope,
) -> HealthBuilder {
    let pool = database.clone();
    let pool = Check::readiness("database", move || {
        let pool = pool.clone();
        async move { pool.ping().await }
    });
    let store = Check::readiness("store", move || store.ping());
    let often = |check: Check| check.every(EVERY).backoff(EVERY).timeout(TIMEOUT);
    builder.check(often(pool)).check(often(store).scope(scope))
}

/// Where the synthetic probe belongs that reads an order and compares it: `GET /order/7` must say `lamp 7`. Without it nobody here
/// notices answers that are wrong.
pub(crate) fn synthetic(_health: &Health, _app: &axum::Router) -> io::Result<()> {
    Ok(())
}

/// Where it is wanted, the reading of one order is judged by itself as well.
pub(crate) fn traffic(grouped: bool) -> Traffic {
    match grouped {
        true => Traffic::new().group("order", ["/order"]),
        false => Traffic::new(),
    }
}

//! What health is asked to look at, as a service of this kind declares it.

use std::time::Duration;

use health_tower::{Check, Health, HealthBuilder, Scope, Step, Synthetic, SyntheticError, Traffic};

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

/// Reads an order through the whole service, and compares it: nobody else here notices answers that are wrong.
pub(crate) fn synthetic(health: &Health, app: &axum::Router) -> Result<(), SyntheticError> {
    let read = Step::get("/order/7").expect_body(|body| body == b"lamp 7");
    let often = Synthetic::new("an order").step(read).every(2 * EVERY);
    often
        .timeout(2 * TIMEOUT)
        .through(app.clone())
        .start(health)
}

/// Where it is wanted, the reading of one order is judged by itself as well.
pub(crate) fn traffic(grouped: bool) -> Traffic {
    match grouped {
        true => Traffic::new().group("order", ["/order"]),
        false => Traffic::new(),
    }
}

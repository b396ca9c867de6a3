//! What health asks of this service. Nothing registers these functions by hand: the attributes do.
//!
//! Both answers matter, and they are not the same one. An orchestrator *restarts* a process that is not alive, and sends no
//! traffic to one that is not ready. A database that is away makes this service not ready; restarting it would not bring
//! the database back, and would lose the requests that need none.

use std::time::Duration;

use health_tower::{State, liveness_check, readiness_check};

use crate::database::Database;
use crate::dispatcher::Dispatcher;

/// Ready while the database answers.
///
/// It runs in the background, however often somebody probes. Two failures in a row make the service not ready, one success
/// makes it ready again. This database is a file of its own; with one that all replicas share, say `scope = shared`.
#[readiness_check(timeout = "500ms", every = "1s", backoff = "2s", fail_after = 2)]
async fn database(database: State<Database>) -> Result<(), sqlx::Error> {
    database.ping().await
}

/// Alive while the dispatcher turns: if it is stuck, a restart helps.
///
/// It can't be `async`, and can't ask for the database: a liveness check answers from the memory of this process.
#[liveness_check]
fn dispatcher(dispatcher: State<Dispatcher>) -> Result<(), String> {
    const LIMIT: Duration = Duration::from_secs(10);

    let since = dispatcher.since_last_turn();
    if since < LIMIT {
        Ok(())
    } else {
        Err(format!("no turn for {} s", since.as_secs()))
    }
}

use std::panic::catch_unwind;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::time::{Sleep, sleep};

/// `None` where there is no clock: outside a tokio runtime, and in one without timers, which there is no way to ask for but to take one.
pub(crate) fn timer(duration: Duration) -> Option<Sleep> {
    let _runtime = Handle::try_current().ok()?;
    catch_unwind(|| sleep(duration)).ok()
}

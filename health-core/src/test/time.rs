//! Time in a test: whether it is paused, and how to let it pass.

use std::hint::spin_loop;
use std::time::Duration;

use tokio::time::{Instant, sleep};

/// Further, a test would take longer than anybody waits: how late the runtime is, is looked at up to 200 times a second, and a verdict made each
/// second. In a debug build, an hour takes about half a minute, and a day some twelve.
pub(super) const FURTHEST: Duration = Duration::from_secs(24 * 3600);
/// For so long something is waited for.
pub(super) const PATIENCE: Duration = Duration::from_secs(600);

/// For that long the clock goes on beyond what was wanted, so that it stands still only once nothing is left to do: what falls due
/// in the last moment has ended by then.
const SETTLE: Duration = Duration::from_millis(1);

/// In paused time, the runtime moves its clock from timer to timer, whenever there is nothing else to do.
pub(super) async fn pass(by: Duration) {
    sleep(by).await;
    sleep(SETTLE).await;
}

/// Whether the clock of this runtime is paused, which tokio doesn't say: it stands still while that of the system goes on. `false` outside
/// of a runtime.
///
/// ```
/// #[tokio::test(start_paused = true)]
/// # async fn not_run() {}
/// # #[tokio::main(flavor = "current_thread")]
/// async fn time_is_paused() {
/// #   tokio::time::pause();
///     assert!(health_core::test::is_paused());
/// }
/// # time_is_paused();
/// ```
#[must_use]
pub fn is_paused() -> bool {
    let (here, outside) = (Instant::now(), std::time::Instant::now());
    while outside.elapsed() < Duration::from_micros(10) {
        spin_loop();
    }
    Instant::now() == here
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn paused_time_is_known_as_such_and_time_that_goes_on_again_is_not() {
        assert!(is_paused());
        pass(Duration::from_secs(5)).await;
        assert!(is_paused());
        tokio::time::resume();
        assert!(!is_paused());
    }

    #[tokio::test]
    async fn time_that_was_never_paused_is_not() {
        assert!(!is_paused());
    }

    #[test]
    fn neither_is_that_of_a_thread_without_a_runtime() {
        assert!(!is_paused());
    }
}

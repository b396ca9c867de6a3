use std::time::Duration;

use health_tower::{Check, Health, HealthLayer, Probe, Watchdog};
use tokio::runtime::Builder;

const DAY: Duration = Duration::from_secs(24 * 3600);

/// A layer over that many readiness checks, all of which have run once and will not run again.
///
/// Their runtime is gone when this returns, and there is no watchdog, so that nothing happens in the background of a measurement.
pub(crate) fn layer(checks: usize) -> HealthLayer {
    HealthLayer::new(&started(checks))
}

/// What the layer is over.
pub(crate) fn started(checks: usize) -> Health {
    let runtime = Builder::new_current_thread().enable_time().build();
    runtime.expect("a runtime for the checks").block_on(async {
        let mut builder = Health::builder().linked(false).watchdog(Watchdog::off());
        for number in 0..checks {
            let check = Check::readiness(format!("check-{number}"), || async { true });
            // First runs are spread over `every`.
            builder = builder.check(check.every(Duration::from_millis(50)).stale_after(DAY));
        }
        let health = builder.start().expect("nothing is wrong with the checks");
        let mut changes = health.subscribe();
        while !health.status(Probe::Readiness).is_up() {
            changes.changed().await.expect("there is a `Health`");
        }
        health
    })
}

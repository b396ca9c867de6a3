//! Every option, in every form that it may have.

use health_macros::{checks, external_check, liveness_check, readiness_check, startup_check};

mod my {
    pub mod facade {
        pub use health_tower::*;
    }
}

#[readiness_check(
    name = "orders-database",
    timeout = "100ms",
    every = "1m30s",
    jitter = "0%",
    backoff = "1.5m",
    fail_after = 1,
    pass_after = 4_294_967_295,
    stale_after = "1m30s",
    initial_delay = "0s",
    impact = degrades,
    scope = shared,
    crate = my::facade,
)]
async fn all() -> bool {
    true
}

#[startup_check(impact = "critical", scope = "local", crate = "my::facade")]
fn as_strings() -> bool {
    true
}

#[external_check(impact = observe, crate = crate::my::facade)]
fn observed() -> bool {
    true
}

#[startup_check(impact = observe, every = "10ms", backoff = "10ms", pass_after = 2)]
fn observed_start() -> bool {
    true
}

/// What is not given follows: results are believed for long, and intervals don't grow.
#[external_check(timeout = "10m", every = "1m")]
fn slow() -> bool {
    true
}

#[liveness_check(impact = degrades, scope = local)]
fn not_worth_a_restart() -> bool {
    true
}

#[liveness_check()]
fn empty() -> bool {
    true
}

fn main() {
    assert_eq!(checks![].len(), 0);
    assert_eq!(checks![crate = my::facade;].len(), 0);
    assert_eq!(checks![crate = "my::facade"; all].len(), 1);
    assert_eq!(
        checks![crate = ::health_tower; crate::all, self::as_strings, observed, empty,].len(),
        4
    );
}

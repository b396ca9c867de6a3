//! Options that are each right, and have no effect here or make no sense together.

use health_macros::{external_check, liveness_check, readiness_check, startup_check};

#[liveness_check(stale_after = "1m", scope = shared)]
fn never_stale() -> bool {
    true
}

#[startup_check(impact = degrades, scope = "shared", stale_after = "1m")]
fn once() -> bool {
    true
}

#[external_check(impact = "degrades", scope = shared)]
fn nothing_to_answer() -> bool {
    true
}

#[readiness_check(every = "30s", stale_after = "10s")]
fn stale_before_the_next_run() -> bool {
    true
}

#[readiness_check(stale_after = "1s")]
fn stale_before_the_next_default_run() -> bool {
    true
}

#[external_check(timeout = "10m", stale_after = "1m30s")]
fn stale_during_a_slow_run() -> bool {
    true
}

#[readiness_check(every = "100ms", stale_after = "500ms")]
fn stale_during_a_slow_default_run() -> bool {
    true
}

#[readiness_check(every = "2s", backoff = "1s")]
fn shrinking() -> bool {
    true
}

#[startup_check(backoff = "1s")]
fn shrinking_from_the_default() -> bool {
    true
}

#[readiness_check(every = "2s", timeout = "1", stale_after = "1s", backoff = "1s", fail_after = 0)]
fn all_at_once() -> bool {
    true
}

fn main() {}

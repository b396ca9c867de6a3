use health_macros::readiness_check;

#[readiness_check(timeout = "100")]
fn without_unit() -> bool {
    true
}

#[readiness_check(timeout = 100)]
fn number() -> bool {
    true
}

#[readiness_check(timeout = 100ms)]
fn unquoted() -> bool {
    true
}

#[readiness_check(timeout = "0s", every = "0ms", backoff = "0s", stale_after = "0s")]
fn zero() -> bool {
    true
}

#[readiness_check(
    timeout = "",
    every = "soon",
    backoff = "-5s",
    initial_delay = "5 parsecs"
)]
fn malformed() -> bool {
    true
}

#[readiness_check(
    timeout = "8d",
    every = "5M",
    backoff = "99999999999999999999s",
    initial_delay = "0.1ns"
)]
fn out_of_range() -> bool {
    true
}

#[readiness_check(every = "9ms")]
fn a_loop() -> bool {
    true
}

fn main() {}

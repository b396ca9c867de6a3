use health_macros::{external_check, liveness_check, readiness_check};

#[readiness_check]
#[liveness_check]
fn both() -> bool {
    true
}

#[health_macros::external_check]
#[inline]
#[health_macros::readiness_check(timeout = "1s")]
fn by_path() -> bool {
    true
}

#[external_check]
#[external_check]
fn twice() -> bool {
    true
}

fn main() {}

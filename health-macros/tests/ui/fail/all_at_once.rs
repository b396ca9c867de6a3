//! Everything that is wrong with one check is said in one pass, and the function is there nevertheless.

use health_macros::{checks, liveness_check, readiness_check};

#[liveness_check(timeout = "1", evry = "5s", fail_after = 0, impact = hard, name = "")]
async unsafe fn ticking<T>(&self, mut pool: &mut u32) {}

#[readiness_check(timeout = "1")]
fn only_options() -> bool {
    true
}

fn main() {
    let _: bool = only_options();
    let _ = checks![only_options];
}

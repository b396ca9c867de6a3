//! The body is not the attribute's business, and rustc words its own errors.

use health_macros::readiness_check;

#[readiness_check]
async fn database() -> bool {
    let pool = ;
    pool.
}

fn main() {}

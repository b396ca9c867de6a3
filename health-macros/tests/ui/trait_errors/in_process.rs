use std::sync::Arc;

use health_macros::liveness_check;
use health_tower::State;

struct Pool;

#[liveness_check]
fn state(_pool: State<Pool>) -> bool {
    true
}

#[liveness_check]
fn reference(_pool: &Pool) -> bool {
    true
}

#[liveness_check]
fn shared(_other: Option<Arc<Pool>>) -> bool {
    true
}

fn main() {}

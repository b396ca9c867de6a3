use health_macros::readiness_check;
use health_tower::State;

struct Pool;

#[readiness_check]
async fn by_value(_pool: Pool) -> bool {
    true
}

#[readiness_check]
async fn unsized_value(_name: &str) -> bool {
    true
}

#[readiness_check]
async fn not_shareable(_pool: State<std::cell::Cell<u32>>) -> bool {
    true
}

fn main() {}

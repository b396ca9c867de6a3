use health_macros::{external_check, liveness_check, readiness_check, startup_check};

#[readiness_check]
struct Database;

#[liveness_check]
const TICKS: u32 = 0;

#[startup_check]
mod inner {}

#[external_check]
pub trait Ping {
    #[readiness_check]
    fn ping(&self) -> bool;
}

#[readiness_check]
impl Database {
    #[readiness_check]
    fn method(&self) -> bool {
        true
    }
}

fn main() {}

use health_macros::{liveness_check, readiness_check};

#[readiness_check(timout = "1s", evry = "5s")]
fn near() -> bool {
    true
}

#[readiness_check(period = "5s", failure_threshold = 3)]
fn from_elsewhere() -> bool {
    true
}

#[liveness_check(colour = "red", health::timeout = "1s")]
fn far() -> bool {
    true
}

#[readiness_check(every = "1s", timeout = "1s", every = "2s")]
fn repeated() -> bool {
    true
}

#[readiness_check(every, timeout("1s"), name)]
fn without_values() -> bool {
    true
}

#[readiness_check(every = "1s" timeout = "2s")]
fn without_comma() -> bool {
    true
}

#[readiness_check("orders")]
fn not_an_option() -> bool {
    true
}

#[readiness_check = "orders"]
fn not_a_list() -> bool {
    true
}

fn main() {}

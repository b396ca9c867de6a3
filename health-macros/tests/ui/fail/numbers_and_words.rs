use health_macros::readiness_check;

#[readiness_check(fail_after = 0, pass_after = 0)]
fn zero() -> bool {
    true
}

#[readiness_check(fail_after = "3", pass_after = -1)]
fn not_a_number() -> bool {
    true
}

#[readiness_check(fail_after = 4294967296, pass_after = 3s)]
fn too_large() -> bool {
    true
}

#[readiness_check(jitter = "10")]
fn jitter_without_percent() -> bool {
    true
}

#[readiness_check(jitter = 0.1)]
fn jitter_without_quotes() -> bool {
    true
}

#[readiness_check(jitter = "101%")]
fn jitter_too_large() -> bool {
    true
}

#[readiness_check(jitter = "2.5%")]
fn jitter_fraction() -> bool {
    true
}

#[readiness_check(impact = critcal, scope = "everywhere")]
fn words() -> bool {
    true
}

#[readiness_check(impact = 3, scope = Shared)]
fn not_words() -> bool {
    true
}

#[readiness_check(crate = "not a path")]
fn facade() -> bool {
    true
}

#[readiness_check(crate = 3)]
fn facade_number() -> bool {
    true
}

fn main() {}

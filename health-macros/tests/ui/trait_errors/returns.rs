use health_macros::{liveness_check, readiness_check};

struct Report;

#[readiness_check]
async fn number() -> u32 {
    1
}

#[liveness_check]
fn option() -> Option<bool> {
    None
}

#[readiness_check]
async fn no_display() -> Result<(), Report> {
    Ok(())
}

#[readiness_check]
fn future() -> impl Future<Output = bool> {
    std::future::ready(true)
}

fn main() {}

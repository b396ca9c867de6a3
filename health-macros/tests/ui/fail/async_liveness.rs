use health_macros::liveness_check;

#[liveness_check]
async fn database() -> Result<(), String> {
    Ok(())
}

fn main() {}

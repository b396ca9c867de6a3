//! Every form that a result may have.
#![allow(clippy::unused_unit)]

use std::fmt::Display;

use health_macros::{liveness_check, readiness_check};
use health_tower::{IntoOutcome, Outcome};

#[liveness_check]
fn unit() -> () {}

#[readiness_check]
async fn boolean() -> bool {
    true
}

#[readiness_check]
async fn outcome() -> Outcome {
    Outcome::Pass
}

#[readiness_check]
async fn boxed() -> Result<(), Box<dyn std::error::Error>> {
    Ok(())
}

#[readiness_check]
async fn boxed_send() -> Result<bool, Box<dyn std::error::Error + Send + Sync>> {
    Ok(true)
}

#[readiness_check]
async fn hidden() -> impl IntoOutcome {
    true
}

#[readiness_check]
fn hidden_error() -> Result<(), impl Display> {
    Err("no")
}

struct Own;

impl IntoOutcome for Own {
    fn into_outcome(self) -> Outcome {
        Outcome::Pass
    }
}

#[readiness_check]
async fn own() -> Own {
    Own
}

fn main() {}

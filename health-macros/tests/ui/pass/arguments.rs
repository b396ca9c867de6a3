//! Every form that an argument may have.

#![allow(unused_parens, clippy::ptr_arg)]

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use health_macros::{external_check, liveness_check, readiness_check, startup_check};
use health_tower::{InProcess, Outcome, State};

struct Pool;
struct Ticks;

impl InProcess for Ticks {}

#[readiness_check]
fn none() -> bool {
    true
}

#[readiness_check]
async fn state(pool: State<Pool>) -> Result<(), std::fmt::Error> {
    let _ = &*pool;
    Ok(())
}

#[startup_check]
async fn shared(pool: Arc<Pool>, other: Option<State<Ticks>>, third: Option<Arc<Ticks>>) -> bool {
    let _ = (pool, other, third);
    true
}

#[external_check]
async fn reference(pool: &Pool, ticks: &Ticks) -> Outcome {
    let _ = (pool, ticks);
    Outcome::Pass
}

#[readiness_check]
fn patterns(mut pool: State<Pool>, _: &Ticks, (_ticks): State<Ticks>) -> bool {
    pool = pool.clone();
    drop(pool);
    true
}

#[readiness_check]
async fn borrowed_error(text: &String) -> Result<(), &str> {
    if text.is_empty() { Err(text) } else { Ok(()) }
}

#[readiness_check]
fn borrowed_error_without_waiting(text: &String) -> Result<(), &str> {
    if text.is_empty() { Err(text) } else { Ok(()) }
}

#[readiness_check]
async fn parenthesised(pool: (&Pool)) -> (bool) {
    let _ = pool;
    true
}

#[readiness_check]
async fn conditional(#[cfg(any())] gone: NoSuchType, #[cfg(not(any()))] pool: &Pool) -> bool {
    let _ = pool;
    true
}

#[liveness_check]
fn alive(
    a: &Ticks,
    b: State<Ticks>,
    c: Arc<Ticks>,
    d: Option<State<Ticks>>,
    e: State<AtomicU64>,
) -> bool {
    let _ = (a, b, c, d, e);
    true
}

fn main() {}

//! Nothing that the expansion uses may be looked up by a name that the user can take.
#![no_implicit_prelude]
#![allow(dead_code, unused_macros)]

use ::health_macros::{checks, liveness_check, readiness_check};

struct Option;
struct Some;
struct None;
struct Box;
struct Result;
struct Ok;
struct Duration;
struct Sized;
struct Entry;
struct State;
mod core {}
mod std {}
mod health_tower {}
mod inventory {}
fn from_state() {}
fn into_outcome() {}

macro_rules! line {
    () => {
        compile_error!("the user's")
    };
}
macro_rules! file {
    () => {
        compile_error!("the user's")
    };
}
macro_rules! module_path {
    () => {
        compile_error!("the user's")
    };
}

#[readiness_check(timeout = "1s", impact = observe)]
async fn database(
    pool: ::health_tower::State<u32>,
    cache: &u64,
) -> ::core::result::Result<(), ::std::string::String> {
    let _ = (pool, cache);
    ::core::result::Result::Ok(())
}

#[liveness_check]
fn ticking(ticks: &::std::sync::atomic::AtomicU64) -> bool {
    let _ = ticks;
    true
}

fn main() {
    let _ = checks![database, ticking];
}

//! The attributes of [`health-tower`](https://docs.rs/health-tower), which re-exports them: depend on that one.
//!
//! An attribute leaves the function as it is, and registers it for `Health::builder()` to find: in this crate or in any
//! other that is linked. Four questions are asked of a service, and each has its own attribute:
//!
//! | attribute | asks | a failure means |
//! |---|---|---|
//! | [`#[liveness_check]`](macro@liveness_check) | would a restart help? | the process is restarted |
//! | [`#[readiness_check]`](macro@readiness_check) | send traffic here now? | traffic goes elsewhere |
//! | [`#[startup_check]`](macro@startup_check) | has it finished starting? | nobody asks the others yet |
//! | [`#[external_check]`](macro@external_check) | does the path that a user takes work? | somebody is told |
//!
//! # What is checked at compile time
//!
//! Options and durations, the function's signature, the types of its arguments and its result; that a liveness check can't
//! wait and asks only for memory of this process; and that no two checks of a crate share a name. (Between crates,
//! `start()` finds that.) Everything that is wrong with a function is said in one go.
//!
//! # The linker drops what nobody names
//!
//! A library that stands in `Cargo.toml` and is never named in code is not linked, and its checks are then missing without
//! a word. `use that_library as _;` links it, [`checks!`] names single checks, and `Health::builder().expect([…])` makes
//! `start()` fail when one is missing.

mod args;
mod argument;
mod checks;
mod duration;
mod errors;
mod expand;
mod facade;
mod kind;
mod names;
mod options;
mod refuse;
mod rules;
mod run;
mod signature;
mod suggest;
mod values;

use proc_macro::TokenStream;

use kind::Kind;

/// Would a restart help? Registers a function that says no while it passes.
///
/// An orchestrator restarts the process when this fails, so that it must fail only for what a restart mends: a scheduler
/// that has stopped turning, a lock that is never released. **Never for another service**: when the database is down, a
/// restart of every replica makes it worse. That is what [`#[readiness_check]`](macro@readiness_check) is for. Hence
///
/// - the function is not `async`: it answers from memory, at once;
/// - it may ask only for types that are marked `InProcess`.
///
/// It runs on a thread of its own, never goes stale, and three failures in a row (`fail_after`) are needed. One that takes more
/// than 50 ms is named in a warning.
///
/// ```
/// # use health_macros::liveness_check; /*
/// use health_tower::{InProcess, liveness_check};
/// # */ use health_tower::InProcess;
/// # use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
///
/// struct Turns { expected: AtomicU64, seen: AtomicU64 }
///
/// // Nothing here leaves the process.
/// impl InProcess for Turns {}
///
/// #[liveness_check]
/// fn scheduler_turns(turns: &Turns) -> bool {
///     turns.expected.load(Relaxed) <= turns.seen.load(Relaxed) + 10
/// }
/// ```
///
/// One that waits does not compile:
///
/// ```compile_fail
/// # use health_macros::liveness_check;
/// #[liveness_check]
/// async fn database() -> bool { // error: it must answer from memory
///     ping().await
/// }
/// # async fn ping() -> bool { true }
/// ```
#[doc = include_str!("options.md")]
#[proc_macro_attribute]
pub fn liveness_check(options: TokenStream, function: TokenStream) -> TokenStream {
    expand::attribute(Kind::Liveness, options.into(), function.into()).into()
}

/// Should traffic be sent here now? Registers a function that says yes while it passes.
///
/// It runs in the background every 5 seconds (`every`), for at most a second (`timeout`), and probes read the last result:
/// they never wait for it. An `async` function runs on the application's runtime and
/// must not block; a plain one runs on a thread of its own, and may.
///
/// Where every replica depends on the same thing, say `scope = shared`: if all replicas leave when it fails, nobody is left
/// to say so. The service is then degraded, and stays.
///
/// ```
/// # use health_macros::readiness_check; /*
/// use health_tower::{State, readiness_check};
/// # */ use health_tower::State;
/// # struct Pool;
/// # impl Pool { async fn ping(&self) -> Result<(), std::io::Error> { Ok(()) } }
///
/// /// Ready while the pool answers.
/// #[readiness_check(timeout = "100ms", every = "5s")]
/// async fn database(pool: State<Pool>) -> Result<(), std::io::Error> {
///     pool.ping().await
/// }
///
/// /// A new check, that is only watched for now.
/// #[readiness_check(name = "orders-cache", impact = observe)]
/// async fn cache(pool: &Pool) -> bool {
///     pool.ping().await.is_ok()
/// }
/// ```
#[doc = include_str!("options.md")]
#[proc_macro_attribute]
pub fn readiness_check(options: TokenStream, function: TokenStream) -> TokenStream {
    expand::attribute(Kind::Readiness, options.into(), function.into()).into()
}

/// Has the service finished starting? Registers a function that must pass once.
///
/// Once it has passed it is never asked again: startup does not go back. Until then nothing restarts the service for being
/// slow to start, and no traffic is sent. An `async` function must not block; a plain one runs on a thread of its own, and may.
///
/// ```
/// # use health_macros::startup_check; /*
/// use health_tower::{Outcome, startup_check};
/// # */ use health_tower::Outcome;
/// # struct Schema { version: u32 }
///
/// #[startup_check(every = "500ms", timeout = "200ms")]
/// fn migrated(schema: &Schema) -> Outcome {
///     match schema.version {
///         3.. => Outcome::Pass,
///         old => Outcome::fail(format!("schema {old}, waiting for 3")),
///     }
/// }
/// ```
#[doc = include_str!("options.md")]
#[proc_macro_attribute]
pub fn startup_check(options: TokenStream, function: TokenStream) -> TokenStream {
    expand::attribute(Kind::Startup, options.into(), function.into()).into()
}

/// Does the path that a real user takes work? Registers a function that walks it.
///
/// It runs at its own pace however often it is asked for. Nothing follows from it for this process: neither a restart nor
/// the loss of traffic. With no such check and no synthetic request declared, the path `/health/external` belongs to the
/// application; a check that is only observed (`impact = observe`) does not count, and one that only degrades is refused.
/// An `async` function must not block; a plain one runs on a thread of its own, and may.
///
/// ```
/// # use health_macros::external_check;
/// # struct Client;
/// # impl Client { async fn place_canary_order(&self) -> Result<(), String> { Ok(()) } }
/// #[external_check(every = "30s", timeout = "5s", fail_after = 3)]
/// async fn checkout(client: &Client) -> Result<(), String> {
///     client.place_canary_order().await
/// }
/// ```
#[doc = include_str!("options.md")]
#[proc_macro_attribute]
pub fn external_check(options: TokenStream, function: TokenStream) -> TokenStream {
    expand::attribute(Kind::External, options.into(), function.into()).into()
}

/// Names annotated functions, for `Health::builder().checks(…)`: an array with one `CheckRef` each.
///
/// A check that is named is linked, and a name that does not exist does not compile. Each path leads to the module in which
/// the function is *defined*: a function that was imported or re-exported alone is not enough.
///
/// ```
/// # use health_macros::{checks, readiness_check};
/// mod jobs {
/// #   use health_macros::readiness_check;
///     #[readiness_check]
///     pub async fn queue() -> bool {
///         true
///     }
/// }
///
/// #[readiness_check]
/// fn disk() -> bool {
///     true
/// }
///
/// let named = checks![jobs::queue, disk];
/// assert_eq!(named.len(), 2);
/// ```
///
/// Where health-tower is re-exported under another path, that comes first:
///
/// ```
/// # use health_macros::{checks, readiness_check};
/// # mod my { pub mod facade { pub use health_tower::*; } }
/// # #[readiness_check(crate = my::facade)] fn memory() -> bool { true }
/// let named = checks![crate = my::facade; memory];
/// # assert_eq!(named.len(), 1);
/// ```
#[proc_macro]
pub fn checks(paths: TokenStream) -> TokenStream {
    checks::array(paths.into()).into()
}

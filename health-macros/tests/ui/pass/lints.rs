//! A crate that denies what rustc has to say hears nothing about the expansion.
#![forbid(unsafe_code, missing_docs, dead_code, unused)]
#![deny(clippy::all, clippy::pedantic)]
#![deny(
    warnings,
    nonstandard_style,
    future_incompatible,
    rust_2018_idioms,
    rust_2021_compatibility
)]
#![deny(rust_2024_compatibility, let_underscore, keyword_idents)]
#![deny(
    absolute_paths_not_starting_with_crate,
    elided_lifetimes_in_paths,
    explicit_outlives_requirements,
    macro_use_extern_crate,
    missing_abi,
    missing_copy_implementations,
    missing_debug_implementations,
    non_ascii_idents,
    redundant_lifetimes,
    single_use_lifetimes,
    trivial_casts,
    trivial_numeric_casts,
    unit_bindings,
    unnameable_types,
    unreachable_pub,
    unused_extern_crates,
    unused_import_braces,
    unused_lifetimes,
    unused_macro_rules,
    unused_qualifications,
    unused_results,
    variant_size_differences
)]

use std::future::ready;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use health_macros::{checks, external_check, liveness_check, readiness_check, startup_check};
use health_tower::State;

/// A check that nobody calls.
#[readiness_check(
    name = "all",
    timeout = "1s",
    every = "1s",
    jitter = "1%",
    backoff = "1s",
    fail_after = 1,
    pass_after = 1,
    stale_after = "1s",
    initial_delay = "1s",
    impact = critical,
    scope = local
)]
async fn database(
    pool: State<u32>,
    cache: &u64,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    if ready(*pool).await == 1 && *cache == 2 {
        Ok(())
    } else {
        Err("no answer".into())
    }
}

/// A check that does not wait.
#[liveness_check]
fn ticking(ticks: &AtomicU64) -> bool {
    ticks.load(Ordering::Relaxed) > 0
}

mod private {
    use super::{Arc, startup_check};

    #[startup_check]
    pub(super) fn inner(pool: Arc<u32>) -> bool {
        Arc::into_inner(pool).is_some()
    }
}

/// A check that is public.
#[external_check]
pub async fn outer() -> bool {
    ready(true).await
}

/// A check that may be called no more.
#[readiness_check]
#[deprecated]
#[must_use]
pub fn old(pool: State<u32>) -> bool {
    *pool.into_inner() == 1
}

fn main() {
    #[readiness_check]
    async fn local() -> bool {
        ready(true).await
    }
    let _none = checks![];
    let _some = checks![database, ticking, private::inner, outer, old, local];
}

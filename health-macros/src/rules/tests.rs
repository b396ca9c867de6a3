use health_tower::{Check, Health, Impact, Scope};
use proc_macro2::TokenStream;
use quote::quote;

use super::*;

const MILLI: Duration = Duration::from_millis(1);

/// What is wrong with these options, in the words of the macros.
fn here(kind: Kind, options: TokenStream) -> Vec<String> {
    let mut errors = Errors::default();
    Args::parse(kind, options, &mut errors);
    errors.messages()
}

/// The same in the words of `start()`, without the place.
fn there(kind: Kind, options: impl FnOnce(Check) -> Check) -> Vec<String> {
    let check = match kind {
        Kind::Liveness => Check::liveness("it", (), |()| true),
        Kind::Readiness => Check::readiness("it", || async { true }),
        Kind::Startup => Check::startup("it", || async { true }),
        Kind::External => Check::external("it", || async { true }),
    };
    let error = Health::builder()
        .linked(false)
        .check(options(check))
        .start();
    let error = error.expect_err("there is no runtime here");
    let problems = error.problems().filter_map(|problem| {
        let (_place, why) = problem.strip_prefix("check `it` at ")?.split_once(": ")?;
        Some(why.to_owned())
    });
    problems.collect()
}

/// The macros may show how to write it, after the same words.
fn same(kind: Kind, written: TokenStream, set: impl FnOnce(Check) -> Check, count: usize) {
    let [mut here, mut there] = [here(kind, written), there(kind, set)];
    here.sort_unstable();
    there.sort_unstable();
    assert_eq!(
        (here.len(), there.len()),
        (count, count),
        "{here:#?} {there:#?}"
    );
    for (here, there) in here.iter().zip(&there) {
        assert!(here.starts_with(there), "{here}\n{there}");
    }
}

#[test]
fn what_has_no_effect_is_refused_here_and_by_start() {
    for (kind, [stale_after, shared, degrades]) in [
        (Kind::Liveness, [1, 1, 0]),
        (Kind::Readiness, [0, 0, 0]),
        (Kind::Startup, [1, 1, 1]),
        (Kind::External, [0, 1, 1]),
    ] {
        let minute = 60_000 * MILLI;
        same(
            kind,
            quote!(stale_after = "1m"),
            |it| it.stale_after(minute),
            stale_after,
        );
        same(
            kind,
            quote!(scope = shared),
            |it| it.scope(Scope::Shared),
            shared,
        );
        same(
            kind,
            quote!(impact = "degrades"),
            |it| it.impact(Impact::Degrades),
            degrades,
        );
        same(
            kind,
            quote!(impact = observe),
            |it| it.impact(Impact::Observe),
            0,
        );
        same(kind, quote!(scope = local), |it| it.scope(Scope::Local), 0);
    }
}

#[test]
fn what_is_too_short_beside_another_is_refused_here_and_by_start() {
    for kind in [Kind::Readiness, Kind::External] {
        same(
            kind,
            quote!(stale_after = "500ms"),
            |it| it.stale_after(500 * MILLI),
            1,
        );
        same(
            kind,
            quote!(stale_after = "500ms", every = "100ms"),
            |it| it.stale_after(500 * MILLI).every(100 * MILLI),
            1,
        );
        same(
            kind,
            quote!(stale_after = "6s", timeout = "7s"),
            |it| it.stale_after(6000 * MILLI).timeout(7000 * MILLI),
            1,
        );
        same(
            kind,
            quote!(stale_after = "7s", timeout = "7s"),
            |it| it.stale_after(7000 * MILLI).timeout(7000 * MILLI),
            0,
        );
        same(
            kind,
            quote!(timeout = "10m"),
            |it| it.timeout(600_000 * MILLI),
            0,
        );
    }
    for kind in Kind::ALL {
        same(
            kind,
            quote!(backoff = "2s"),
            |it| it.backoff(2000 * MILLI),
            1,
        );
        same(kind, quote!(every = "1m"), |it| it.every(60_000 * MILLI), 0);
        same(
            kind,
            quote!(every = "2s", backoff = "2s"),
            |it| it.every(2000 * MILLI).backoff(2000 * MILLI),
            0,
        );
    }
}

#[test]
fn all_that_is_wrong_is_said_at_once_here_and_by_start() {
    same(
        Kind::External,
        quote! {
            every = "9ms", timeout = "2s", stale_after = "1s", backoff = "0s", jitter = "101%", fail_after = 0,
            pass_after = 0, initial_delay = "0s", impact = degrades, scope = shared
        },
        |it| {
            it.every(9 * MILLI)
                .timeout(2000 * MILLI)
                .stale_after(1000 * MILLI)
                .backoff(Duration::ZERO)
                .jitter(101)
                .fail_after(0)
                .pass_after(0)
                .initial_delay(Duration::ZERO)
                .impact(Impact::Degrades)
                .scope(Scope::Shared)
        },
        8,
    );
}

#[test]
fn what_is_wrong_by_itself_is_compared_with_nothing() {
    let wrong = here(
        Kind::Readiness,
        quote!(every = "1", timeout = 3, stale_after = "1s", backoff = "1s"),
    );
    assert_eq!(wrong.len(), 2, "{wrong:?}");
}

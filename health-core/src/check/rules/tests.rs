use super::*;

const NONE: Options = Options::NONE;

const fn millis(millis: u64) -> Option<Duration> {
    Some(Duration::from_millis(millis))
}

#[test]
fn everything_wrong_is_said_at_once() {
    let options = Options {
        every: Some(Duration::ZERO),
        timeout: Some(Duration::MAX),
        fail_after: Some(0),
        jitter: Some(101),
        stale_after: millis(1),
        backoff: millis(1),
        impact: Some(Impact::Degrades),
        scope: Some(Scope::Shared),
        ..NONE
    };
    // What `stale_after` and `backoff` are compared with is wrong by itself.
    assert_eq!(broken(&options, Probe::Readiness).len(), 4);
    assert_eq!(broken(&options, Probe::External).len(), 6);
    let options = Options {
        every: millis(20),
        timeout: millis(20),
        ..options
    };
    assert_eq!(broken(&options, Probe::External).len(), 6);
}

#[test]
fn a_result_is_believed_at_least_until_the_next_one_can_be_there() {
    for (stale_after, every, timeout, said) in [
        (
            millis(500),
            millis(100),
            None,
            "`stale_after` (500ms) is shorter than `timeout` (1s by default): a run that is slow",
        ),
        (
            millis(500),
            millis(100),
            millis(600),
            "shorter than `timeout` (600ms): a run that is slow",
        ),
        (
            millis(1000),
            None,
            None,
            "shorter than `every` (5s by default): one run that is lost",
        ),
        (
            millis(1000),
            None,
            millis(7000),
            "would find the result before it stale; give it at least 7s",
        ),
        (
            millis(599),
            millis(600),
            millis(600),
            "shorter than `every` (600ms)",
        ),
    ] {
        let options = Options {
            stale_after,
            every,
            timeout,
            ..NONE
        };
        for probe in [Probe::Readiness, Probe::External] {
            let wrong = broken(&options, probe);
            assert!(wrong.len() == 1 && wrong[0].contains(said), "{wrong:?}");
        }
    }
    for (stale_after, every, timeout) in [
        (millis(600), millis(600), millis(600)),
        (millis(5000), None, None),
        (None, None, millis(600_000)),
        (None, millis(600_000), None),
    ] {
        let options = Options {
            stale_after,
            every,
            timeout,
            ..NONE
        };
        assert_eq!(broken(&options, Probe::Readiness), [""; 0]);
    }
}

#[test]
fn intervals_do_not_shrink_while_a_check_fails() {
    let options = Options {
        backoff: millis(2000),
        ..NONE
    };
    assert_eq!(
        broken(&options, Probe::Readiness),
        [
            "`backoff` (2s) is shorter than `every` (5s by default): intervals grow while a check fails, and never \
             shrink; give it at least 5s"
        ]
    );
    // None at all is fine, whether said or by a default that is shorter.
    for backoff in [None, millis(60_000)] {
        let options = Options {
            every: millis(60_000),
            backoff,
            ..NONE
        };
        assert_eq!(broken(&options, Probe::Readiness), [""; 0]);
    }
}

/// Each combination of probe and option, said by name: what is not refused is fine.
#[test]
fn options_without_effect_are_refused() {
    let stale_after = Options {
        stale_after: millis(60_000),
        ..NONE
    };
    let shared = Options {
        scope: Some(Scope::Shared),
        ..NONE
    };
    let degrades = Options {
        impact: Some(Impact::Degrades),
        ..NONE
    };
    let fine = Options {
        backoff: millis(60_000),
        initial_delay: Some(Duration::ZERO),
        jitter: Some(100),
        fail_after: Some(1),
        pass_after: Some(2),
        impact: Some(Impact::Observe),
        scope: Some(Scope::Local),
        ..NONE
    };
    for (probe, refuses) in [
        (Probe::Liveness, [true, true, false]),
        (Probe::Readiness, [false, false, false]),
        (Probe::Startup, [true, true, true]),
        (Probe::External, [false, true, true]),
    ] {
        for (options, refuses) in [stale_after, shared, degrades].iter().zip(refuses) {
            let wrong = broken(options, probe);
            assert_eq!(wrong.len(), usize::from(refuses), "{probe}: {wrong:?}");
        }
        assert_eq!(broken(&fine, probe), [""; 0], "{probe}");
    }
}

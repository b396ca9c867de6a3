use std::time::Instant;

use proptest::prelude::*;

use super::*;
use crate::watchdog::clock::Clock;

/// From one look of the watchdog to the next.
#[derive(Clone, Copy, Debug)]
enum Gap {
    /// On time, or late because the processor is short: the process runs.
    Late(Duration),
    /// Stopped for a moment, after it ran for a tick.
    Hiccup(Duration),
    /// Stopped, or suspended: nothing runs.
    Stopped(Duration),
}

impl Gap {
    /// How much time has passed, and how much of it the process ran.
    fn passes(self) -> (Duration, Duration) {
        match self {
            Self::Late(late) => (TICK + late, TICK + late),
            Self::Hiccup(stop) => (TICK + stop, TICK),
            Self::Stopped(stop) => (stop, Duration::ZERO),
        }
    }
}

fn a_gap() -> impl Strategy<Value = Gap> {
    let millis = |range| proptest::strategy::Strategy::prop_map(range, Duration::from_millis);
    prop_oneof![
        6 => millis(0..20_u64).prop_map(Gap::Late),
        2 => millis(0..5_000_u64).prop_map(Gap::Late),
        2 => millis(0..5_000_u64).prop_map(Gap::Hiccup),
        2 => millis(1_001..20_000_u64).prop_map(Gap::Stopped),
        1 => millis(1_000_000..100_000_000_u64).prop_map(Gap::Stopped),
    ]
}

fn most(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(most(400))]

    /// However the watchdog's looks and the stops of the process fall, a runtime that answers within half the limit of what it
    /// ran is never accused; and no sample is longer than what the watchdog saw.
    #[test]
    fn a_runtime_that_answers_in_time_is_never_accused(
        gaps in prop::collection::vec(a_gap(), 1..400),
        takes in prop::collection::vec(0..(LIMIT.as_millis() as u64 / 2), 1..50),
        workers in 0..3_usize,
    ) {
        let (mut watch, _) = watch(workers);
        let still = vec![counters(1, 0); workers];
        let mut now = Instant::now();
        let mut clock = Clock::new(now);
        let mut takes = takes.iter().copied().map(Duration::from_millis).cycle();
        let (mut ran, mut sent, mut need) = (Duration::ZERO, now, takes.next().unwrap());
        let mut seen = Moment::default();
        for gap in gaps {
            let (passed, has_run) = gap.passes();
            now += passed;
            ran += has_run;
            let moment = clock.tick(now);
            prop_assert!(moment - seen <= 2 * TICK);
            let out = moment - watch.sent;
            // Its own lag knows nothing of what was seen.
            let answer = (ran >= need).then(|| now - sent);
            let next = watch.look(&sight(answer, &still), moment);
            prop_assert_eq!(kinds(&watch), []);
            prop_assert!(watch.late <= out);
            prop_assert!(watch.report().lag.max() <= LIMIT);
            prop_assert_eq!(next == Next::Send, answer.is_some());
            if answer.is_some() {
                prop_assert!(watch.state() <= RuntimeState::Late, "it turns");
                (ran, sent, need) = (Duration::ZERO, now, takes.next().unwrap());
            }
            seen = moment;
        }
    }

    #[test]
    fn a_runtime_that_never_answers_is_accused_after_the_limit_until_it_answers(
        gaps in prop::collection::vec(a_gap(), 1..400),
        workers in 0..3_usize,
        parks in 0..2_u64,
    ) {
        let (mut watch, start) = watch(workers);
        let still = vec![counters(parks, 0); workers];
        watch.look(&sight(None, &still), start);
        let mut now = Instant::now();
        let mut clock = Clock::new(now);
        let mut moment = start;
        for gap in gaps.iter().chain(&[Gap::Late(Duration::ZERO); 100]) {
            now += gap.passes().0;
            moment = clock.tick(now);
            watch.look(&sight(None, &still), moment);
            let dead = moment - start >= LIMIT;
            prop_assert_eq!(watch.state() == RuntimeState::Dead, dead);
            prop_assert_eq!(kinds(&watch).contains(&FaultKind::RuntimeStalled), dead);
        }
        prop_assert_eq!(kinds(&watch), [FaultKind::RuntimeStalled]);
        watch.look(&sight(Some(Duration::MAX), &vec![counters(2, 1); workers]), moment);
        prop_assert_eq!(kinds(&watch), []);
    }

    /// A step: for how long it is seen, and whether the worker hangs on (0), gets on (1), or parks (2).
    #[test]
    fn a_worker_that_parks_or_gets_on_is_never_accused_and_one_that_hangs_is(
        steps in prop::collection::vec((1..200_u64, 0..3_u8), 1..600),
        parks_at_the_end in any::<bool>(),
    ) {
        let (mut watch, mut now) = watch(2);
        let (mut parks, mut busy, mut hangs, mut longest) = (0, 0, Duration::ZERO, Duration::ZERO);
        let mut look = |passed, step, parks: &mut u64, busy: &mut u64| {
            match step {
                0 => {}
                1 => (*parks, *busy) = (*parks + *parks % 2, *busy + 1),
                _ => (*parks, *busy) = (*parks + 2 - (*parks + 1) % 2, *busy + 1),
            }
            now = now.after(passed);
            let other = counters(*busy * 2 + 1, 0);
            watch.look(&sight(Some(Duration::ZERO), &[counters(*parks, *busy), other]), now);
            (kinds(&watch), watch.patience())
        };
        for (millis, step) in steps {
            let passed = Duration::from_millis(millis);
            let must = hangs + passed >= LIMIT - TICK;
            let step = if must && step == 0 { 1 } else { step };
            let was_parked = parks % 2 == 1;
            let (found, _) = look(passed, step, &mut parks, &mut busy);
            prop_assert_eq!(found, []);
            hangs = if step == 0 && !was_parked { hangs + passed } else { longest = longest.max(hangs + passed); Duration::ZERO };
        }
        let last = if parks_at_the_end { 2 } else { 1 };
        let (_, patience) = look(TICK, last, &mut parks, &mut busy);
        prop_assert!(patience <= LIMIT.max(2 * (longest.max(hangs) + TICK)).min(2 * LIMIT), "{patience:?}");
        let ticks = patience.as_millis() / TICK.as_millis() + 1;
        for tick in 1..=ticks {
            let (found, _) = look(TICK, 0, &mut parks, &mut busy);
            let stuck = !parks_at_the_end && TICK * u32::try_from(tick).unwrap() >= patience;
            prop_assert_eq!(found.contains(&FaultKind::WorkerStuck), stuck);
        }
        let (found, _) = look(TICK, 1, &mut parks, &mut busy);
        prop_assert_eq!(found, []);
    }
}

use std::time::Duration;

use super::*;
use crate::pulse::{Pulse, PulseState};
use crate::watchdog::FaultKind;

const SECOND: Duration = Duration::from_secs(1);
const LIMIT: Duration = Duration::from_secs(10);

/// A watch, and the time.
struct Bench {
    pulses: Arc<Pulses>,
    watch: PulseWatch,
    now: Moment,
}

impl Bench {
    fn new() -> Self {
        let pulses = Arc::new(Pulses::new(true));
        Self {
            watch: PulseWatch::new(Arc::clone(&pulses)),
            pulses,
            now: Moment::default(),
        }
    }

    fn declare(&self, name: &'static str) -> Pulse {
        self.pulses.declare(name.into()).overdue_after(LIMIT)
    }

    fn look(&mut self, passed: Duration) -> Vec<String> {
        self.now = self.now.after(passed);
        self.watch.look(self.now)
    }

    fn kinds(&self, serving: bool) -> Vec<FaultKind> {
        let faults = self.watch.faults(serving);
        faults.map(|fault| fault.kind()).collect()
    }

    fn states(&self) -> Vec<&'static str> {
        let reports = self.watch.reports();
        reports.iter().map(|report| report.state.name()).collect()
    }
}

#[test]
fn the_oldest_piece_of_work_counts() {
    let mut bench = Bench::new();
    let pulse = bench.declare("consumer");
    let first = pulse.begin("first");
    bench.look(SECOND);
    let second = pulse.begin("second");
    bench.look(SECOND);
    let state = |bench: &Bench| bench.watch.reports()[0].state;
    let working = |what, seconds| PulseState::Working {
        what,
        so_long: SECOND * seconds,
    };
    assert_eq!(state(&bench), working("first", 1));
    bench.look(SECOND);
    drop(first);
    bench.look(SECOND);
    assert_eq!(state(&bench), working("second", 2));
    let _third = pulse.begin("third");
    bench.look(SECOND * 8);
    let overdue = PulseState::Overdue {
        what: "second",
        so_long: LIMIT,
    };
    assert_eq!(state(&bench), overdue);
    assert_eq!(bench.kinds(true), [FaultKind::PulseOverdue]);
    drop(second);
    bench.look(SECOND);
    assert_eq!(state(&bench), working("third", 1));
    assert_eq!(bench.kinds(true), [], "at the next look");
    pulse.finish();
}

#[test]
fn short_pieces_of_work_that_fill_the_same_place_at_each_look_are_never_overdue() {
    let mut bench = Bench::new();
    let pulse = bench.declare("consumer");
    let mut working = Vec::new();
    for _ in 0..1000 {
        working.clear();
        working.extend((0..40).map(|_| pulse.begin("commit")));
        bench.look(SECOND);
        assert_eq!(bench.kinds(true), []);
    }
    bench.look(LIMIT);
    assert_eq!(bench.kinds(true), [FaultKind::PulseOverdue]);
}

#[test]
fn each_of_many_is_followed_whatever_ends_around_it() {
    let mut bench = Bench::new();
    let pulse = bench.declare("consumer");
    let mut working: Vec<_> = (0..200).map(|_| Some(pulse.begin("long"))).collect();
    for step in 0..9 {
        bench.look(SECOND);
        for (at, guard) in working.iter_mut().enumerate().skip(1) {
            if (at + step) % 3 == 0 {
                *guard = None;
                *guard = Some(pulse.begin("short"));
            }
        }
    }
    bench.look(SECOND);
    assert_eq!(bench.kinds(true), []);
    bench.look(SECOND);
    let said = bench.watch.faults(true).next().unwrap().to_string();
    let expected = "pulse `consumer` is overdue: `long` has not ended for 10s";
    assert_eq!(said, expected);
    working[0] = None;
    bench.look(Duration::ZERO);
    assert_eq!(bench.kinds(true), []);
}

#[test]
fn who_finishes_is_watched_until_its_last_piece_of_work_ends() {
    let mut bench = Bench::new();
    let pulse = bench.declare("consumer");
    let working = pulse.begin("commit");
    bench.look(SECOND);
    pulse.finish();
    assert!(bench.look(SECOND).is_empty(), "it has not died");
    assert_eq!(bench.states(), ["working"]);
    bench.look(LIMIT);
    for serving in [true, false] {
        assert_eq!(bench.kinds(serving), [FaultKind::PulseOverdue]);
    }
    drop(working);
    bench.look(SECOND);
    assert!(bench.states().is_empty());
}

#[test]
fn a_successor_excuses_a_death_but_no_work_that_hangs() {
    let mut bench = Bench::new();
    let pulse = bench.declare("consumer");
    let working = pulse.begin("commit");
    bench.look(SECOND);
    drop(pulse);
    assert_eq!(bench.look(SECOND), ["consumer"]);
    assert_eq!(bench.states(), ["died"]);
    let successor = bench.declare("consumer");
    bench.look(LIMIT);
    assert_eq!(bench.states(), ["overdue", "waiting"]);
    assert_eq!(bench.kinds(false), [FaultKind::PulseOverdue]);
    drop(working);
    bench.look(SECOND);
    assert_eq!(bench.states(), ["waiting"]);
    successor.finish();
}

#[test]
fn a_shutdown_excuses_a_death_but_no_work_that_hangs() {
    let mut bench = Bench::new();
    let pulse = bench.declare("consumer");
    let _working = pulse.begin("commit");
    drop(pulse);
    bench.look(SECOND);
    bench.look(LIMIT - SECOND);
    assert_eq!(bench.states(), ["died"]);
    bench.look(SECOND);
    for serving in [true, false] {
        assert_eq!(bench.kinds(serving), [FaultKind::PulseOverdue]);
    }
}

#[test]
fn while_one_lives_others_of_its_name_may_die() {
    let mut bench = Bench::new();
    let [first, second, third] = [(); 3].map(|()| bench.declare("consumer"));
    bench.look(SECOND);
    drop((second, third));
    assert_eq!(bench.look(SECOND), ["consumer", "consumer"]);
    assert_eq!(bench.states(), ["waiting"]);
    drop(first);
    bench.look(SECOND);
    bench.look(LIMIT);
    assert_eq!(bench.kinds(true), [FaultKind::PulseDied]);
}

#[test]
fn a_death_is_said_once_and_is_a_fault_after_the_limit_while_serving() {
    let mut bench = Bench::new();
    drop(bench.declare("consumer"));
    assert_eq!(bench.look(SECOND), ["consumer"]);
    assert!(bench.look(LIMIT - SECOND / 10).is_empty());
    assert_eq!(bench.kinds(true), []);
    bench.look(SECOND / 10);
    assert_eq!(bench.kinds(true), [FaultKind::PulseDied]);
    assert_eq!(bench.kinds(false), []);
}

#[test]
fn it_makes_no_difference_when_a_successor_is_declared() {
    // Before the death, after it and before it is seen, and after it was seen.
    for when in 0..3 {
        let mut bench = Bench::new();
        let first = bench.declare("consumer");
        let mut successor = (when == 0).then(|| bench.declare("consumer"));
        bench.look(SECOND);
        drop(first);
        successor = successor.or_else(|| (when == 1).then(|| bench.declare("consumer")));
        assert_eq!(bench.look(SECOND), ["consumer"]);
        successor = successor.or_else(|| Some(bench.declare("consumer")));
        bench.look(LIMIT);
        assert_eq!(bench.states(), ["waiting"], "{when}");
        assert_eq!(bench.kinds(true), [], "{when}");
        drop(successor);
    }
}

#[test]
fn who_dies_again_and_again_has_its_place_taken_each_time() {
    let mut bench = Bench::new();
    for _ in 0..1000 {
        drop(bench.declare("consumer"));
        drop(bench.declare("consumer"));
        assert_eq!(bench.look(SECOND), ["consumer", "consumer"]);
        assert_eq!(bench.states(), ["died"]);
        assert_eq!(bench.kinds(true), []);
    }
    bench.declare("consumer").finish();
    bench.look(SECOND);
    assert!(bench.states().is_empty(), "who finished had its place");
}

#[test]
fn the_dead_are_bounded_and_the_first_of_them_stay() {
    let mut bench = Bench::new();
    for at in 0..1000 {
        drop(bench.pulses.declare(format!("consumer {at}").into()));
        bench.look(SECOND);
    }
    assert_eq!(bench.watch.watched.len(), MOST_DEAD);
    assert_eq!(bench.watch.watched[0].name(), "consumer 0");
    assert_eq!(bench.kinds(true).len(), MOST_DEAD);
}

#[test]
fn ten_thousand_are_all_watched() {
    let mut bench = Bench::new();
    let name = |at: usize| format!("consumer {at}").into();
    let pulses: Vec<_> = (0..10_000)
        .map(|at| bench.pulses.declare(name(at)))
        .collect();
    let _working = pulses[9_999].begin("commit");
    bench.look(SECOND);
    assert!(bench.pulses.take().is_empty());
    bench.look(SECOND * 300);
    let said = bench.watch.faults(true).next().unwrap().to_string();
    assert!(said.contains("consumer 9999"), "{said}");
    pulses.into_iter().for_each(Pulse::finish);
    bench.look(SECOND);
    assert_eq!(bench.states().len(), 1, "the one that is at work");
}

use proptest::prelude::*;

use super::*;

const SECOND: Duration = Duration::from_secs(1);

/// Looks once a second, at what completed and failed since; and says in one word what was found.
#[derive(Default)]
struct Looks {
    judgement: Judgement,
    now: Duration,
    last: Option<Outcome>,
}

impl Looks {
    fn look(&mut self, completed: u64, failed: u64) -> &'static str {
        self.look_by_chance(completed, failed, 0.5)
    }

    fn look_by_chance(&mut self, completed: u64, failed: u64, chance: f64) -> &'static str {
        self.look_late(completed, failed, Duration::ZERO, chance)
    }

    fn look_late(
        &mut self,
        completed: u64,
        failed: u64,
        lost: Duration,
        chance: f64,
    ) -> &'static str {
        self.now += SECOND;
        let ended = Ended { completed, failed };
        let outcome = self.judgement.look(ended, lost, self.now, chance);
        self.last.insert(outcome).name()
    }

    /// For how many seconds without a call it is still down.
    fn alone(&mut self) -> u64 {
        let down = (0..).take_while(|_| self.look(0, 0) == "fail");
        down.count() as u64 + 1
    }

    fn reason(&self) -> &str {
        let reason = self.last.as_ref().and_then(Outcome::reason);
        reason.unwrap_or_default()
    }
}

fn found(looks: &[(u64, u64)]) -> Vec<&'static str> {
    let mut all = Looks::default();
    let look = |&(completed, failed): &_| all.look(completed, failed);
    looks.iter().map(look).collect()
}

#[test]
fn it_is_down_where_failures_show_it() {
    for (looks, expected) in [
        (&[(0, 0)][..], "pass"),
        (&[(0, 4)], "pass"),
        (&[(0, 5)], "fail"),
        (&[(0, 2), (0, 0), (0, 2), (0, 1)], "fail"),
        // Something went well in between, or may have done.
        (&[(0, 4), (1, 0), (0, 4)], "pass"),
        (&[(0, 4), (1, 4), (0, 4)], "pass"),
        // Half of twenty may be chance.
        (&[(10, 10)], "pass"),
        (&[(6, 14)], "pass"),
        (&[(5, 15)], "fail"),
        (&[(40, 60)], "fail"),
        (&[(41, 59)], "pass"),
        // The twentieth call is a success.
        (&[(4, 15), (1, 0)], "pass"),
        (&[(4, 15), (1, 0), (0, 1)], "fail"),
        // What was before matters only where there are too few now.
        (&[(1000, 0), (5, 15)], "fail"),
        (&[(10, 0), (2, 8)], "pass"),
        (&[(1, 1), (1, 3), (1, 4), (1, 4), (1, 4)], "fail"),
    ] {
        assert_eq!(found(looks).last(), Some(&expected), "{looks:?}");
    }
}

/// The first time it is down for ten seconds, whatever comes of calls. So many looks of nothing but failures keep it down.
const HELD: [(u64, u64); 10] = [(0, 100); 10];

#[test]
fn it_is_up_again_when_calls_show_it() {
    for (looks, expected) in [
        (&[(1, 0)][..], "fail"),
        (&[(2, 0), (0, 0), (0, 0), (0, 0)], "fail"),
        // The window goes as far back as it takes to have enough.
        (&[(19, 0)], "fail"),
        (&[(20, 0)], "pass"),
    ] {
        let all = [&HELD, looks].concat();
        assert_eq!(found(&all).last(), Some(&expected), "{looks:?}");
    }
    // Where nobody called while it was down.
    let alone = [&[(0, 100)][..], &[(0, 0); 10]].concat();
    for (looks, expected) in [
        (&[(1, 0)][..], "fail"),
        (&[(2, 0)], "pass"),
        (&[(1, 0), (0, 0), (1, 0)], "pass"),
        (&[(1, 0), (0, 1), (1, 0)], "fail"),
        (&[(1, 0), (1, 1), (1, 0)], "fail"),
        // Where there are enough, two are chance, and less than half is not few.
        (&[(10, 10)], "fail"),
        (&[(14, 6)], "fail"),
        (&[(15, 5)], "pass"),
        (&[(0, 17), (3, 0)], "fail"),
        (&[(0, 5), (15, 0)], "pass"),
    ] {
        let all = [&alone, looks].concat();
        assert_eq!(found(&all).last(), Some(&expected), "{looks:?}");
    }
}

#[test]
fn it_is_down_for_a_while_whatever_comes_of_calls() {
    let mut looks = Looks::default();
    for times in (1..=10).chain([10, 10]) {
        assert_eq!(looks.look(0, 100), "fail");
        for _ in 1..10 * times {
            assert_eq!(looks.look(100, 0), "fail");
        }
        assert_eq!(looks.look(100, 0), "pass");
    }
}

/// Also where they came before that.
#[test]
fn two_calls_that_succeed_are_enough_when_that_is_over() {
    let mut looks = Looks::default();
    looks.look(0, 100);
    looks.look(2, 0);
    for _ in 2..10 {
        assert_eq!(looks.look(0, 0), "fail");
    }
    assert_eq!(looks.look(0, 0), "pass");
}

#[test]
fn failures_a_minute_apart_are_no_row() {
    for (apart, expected) in [(60, "fail"), (61, "pass")] {
        let mut looks = Looks::default();
        looks.look(0, 4);
        (1..apart).for_each(|_| assert_eq!(looks.look(0, 0), "pass"));
        assert_eq!(looks.look(0, 1), expected, "{apart} s");
    }
}

#[test]
fn what_ends_around_a_stall_of_this_process_is_not_judged() {
    let stall = Duration::from_millis(251);
    let mut looks = Looks::default();
    assert_eq!(looks.look_late(0, 100, stall, 0.5), "pass");
    assert_eq!(
        looks.look(0, 100),
        "pass",
        "timed out then, and told only now"
    );
    assert_eq!(looks.look(0, 4), "pass");
    assert_eq!(looks.look(0, 1), "fail");
    // Nor towards up.
    (0..9).for_each(|_| assert_eq!(looks.look(0, 1), "fail"));
    assert_eq!(looks.look_late(100, 0, stall, 0.5), "fail");
    let mut looks = Looks::default();
    let little = Duration::from_millis(250);
    assert_eq!(looks.look_late(0, 100, little, 0.5), "fail");
}

/// At the edge of a limit, it would be up and down with each look.
#[test]
fn what_was_before_a_change_counts_for_nothing_after_it() {
    let mut up = Looks::default();
    up.look(0, 5);
    let last = (0..10).map(|_| up.look(5, 0)).last();
    assert_eq!(last, Some("pass"));
    assert_eq!(up.look(0, 4), "pass");
    assert_eq!(up.look(0, 1), "fail");
    let all = [&[(0, 18)][..], &[(0, 0); 10], &[(2, 0), (0, 1)]].concat();
    assert_eq!(found(&all).last(), Some(&"pass"));
}

#[test]
fn reasons_are_figures_of_the_last_look_that_had_some() {
    let mut looks = Looks::default();
    looks.look(0, 3);
    looks.look(0, 4);
    assert_eq!(looks.reason(), "the last 7 calls failed");
    looks.look(3, 17);
    assert_eq!(looks.reason(), "17 of 20 calls failed within 1 s");
    looks.look(0, 2);
    assert_eq!(looks.reason(), "19 of 22 calls failed within 2 s");
    looks.look(1, 1);
    let last = "20 of 24 calls failed within 3 s";
    assert_eq!(looks.reason(), last);
    assert_eq!(looks.alone(), 30);
    let why = format!("no call has ended for 30 s; before that, {last}");
    assert_eq!(looks.reason(), why);
    looks.look(0, 0);
    assert_eq!(looks.reason(), why, "and stays, so that it is one event");
}

#[test]
fn another_chance_ends_with_the_first_call_that_fails() {
    let mut looks = Looks::default();
    assert_eq!(looks.look(0, 5), "fail");
    // Also when that goes on for more than an hour.
    for times in 1..30 {
        assert_eq!(looks.alone(), (30 * times).min(300));
        assert_eq!(looks.look(0, 0), "warn", "for as long as nobody calls");
        assert_eq!(looks.look(0, 1), "fail");
    }
    assert_eq!(looks.reason(), "the last call failed");
}

/// It was known to be failing: nothing has to be shown anew.
#[test]
fn one_failure_ends_another_chance_also_where_there_was_no_row_of_them() {
    let mut looks = Looks::default();
    assert_eq!(looks.look(5, 15), "fail");
    looks.alone();
    assert_eq!(looks.look(0, 1), "fail");
    assert_eq!(looks.reason(), "the last call failed");
}

#[test]
fn another_chance_is_taken_by_calls() {
    let mut looks = Looks::default();
    looks.look(0, 5);
    looks.alone();
    assert_eq!(looks.look(1, 0), "warn");
    assert_eq!(looks.look(1, 2), "warn", "neither here nor there");
    assert_eq!(looks.look(1, 0), "warn");
    assert_eq!(looks.look(1, 0), "pass");
}

#[test]
fn an_hour_without_a_fall_is_a_new_beginning() {
    let mut looks = Looks::default();
    let mut fall_after = |seconds| {
        (0..seconds).for_each(|_| assert_eq!(looks.look(2, 0), "pass"));
        looks.look(0, 5);
        let alone = looks.alone();
        assert_eq!(looks.look(2, 0), "pass");
        alone
    };
    assert_eq!(fall_after(1), 30);
    assert_eq!(fall_after(3000), 60);
    assert_eq!(fall_after(3600), 30);
    assert_eq!(
        fall_after(1),
        60,
        "an hour from the last, and not from the first"
    );
}

#[test]
fn replicas_do_not_try_again_at_once() {
    for (chance, seconds) in [(0.0, 27), (1.0, 33)] {
        let mut looks = Looks::default();
        looks.look_by_chance(0, 5, chance);
        assert_eq!(looks.alone(), seconds);
    }
}

/// What a second brings: nothing, a few, or many.
fn second() -> impl Strategy<Value = (u64, u64)> {
    prop_oneof![
        Just((0, 0)),
        (0..3_u64, 0..3_u64),
        (0..200_u64, 0..200_u64),
        Just((0, 7)),
        Just((7, 0)),
    ]
}

fn history() -> impl Strategy<Value = Vec<((u64, u64), usize)>> {
    proptest::collection::vec((second(), prop_oneof![1..5_usize, 20..400_usize]), 0..20)
}

fn after(history: &[((u64, u64), usize)]) -> Looks {
    let mut looks = Looks::default();
    for ((completed, failed), times) in history {
        for _ in 0..*times {
            looks.look(*completed, *failed);
        }
    }
    looks
}

/// Ten falls take 550 s, and each after them 100 s.
const MOST_CHANGES: u32 = 2 * (10 + (3600 - 550) / 100 + 1);

proptest! {
    /// Never down but by failures: what has begun to succeed, or has not been called, does not go down.
    #[test]
    fn it_goes_down_only_in_a_second_that_brings_a_failure(history in history()) {
        let mut looks = Looks::default();
        let mut before = "pass";
        for ((completed, failed), times) in history {
            for _ in 0..times {
                let found = looks.look(completed, failed);
                prop_assert!(found != "fail" || before == "fail" || failed > 0);
                // Or had before, while it had to be down.
                prop_assert!(found != "pass" || before == "pass" || completed > 0 || failed == 0);
                before = found;
            }
        }
    }

    /// Whatever was before.
    #[test]
    fn it_is_not_down_for_ever_without_a_call(history in history()) {
        let mut looks = after(&history);
        prop_assert!(looks.alone() <= 330);
    }

    #[test]
    fn it_recovers_when_calls_succeed(history in history(), each in 1..100_u64) {
        let mut looks = after(&history);
        let found = (0..111).map(|_| looks.look(each, 0)).last();
        prop_assert_eq!(found, Some("pass"));
    }

    /// At any rate of failures, and of calls.
    #[test]
    fn it_changes_only_so_often(rate in 0.0..1.0_f64, each in prop_oneof![1..3_u64, 3..300_u64], seed: u64) {
        let mut random = fastrand::Rng::with_seed(seed);
        let (mut looks, mut changes, mut before) = (Looks::default(), 0, "pass");
        for _ in 0..3600 {
            let failed = (0..each).filter(|_| random.f64() < rate).count() as u64;
            let found = looks.look_by_chance(each - failed, failed, random.f64());
            changes += u32::from(found != before);
            before = found;
        }
        prop_assert!(changes <= MOST_CHANGES, "{changes} changes at {rate}, {each} calls a second");
    }

    #[test]
    fn it_goes_down_when_calls_fail(history in history(), each in 1..100_u64) {
        let mut looks = after(&history);
        let found = (0..5).map(|_| looks.look(0, each)).last();
        prop_assert_eq!(found, Some("fail"));
    }
}

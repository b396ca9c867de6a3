use super::*;

fn sheds(shed: u64) -> Second {
    Second {
        shed,
        ..traffic(200, 0)
    }
}

fn queued(waited: u64) -> Second {
    Second {
        waited: Taken::of(std::iter::repeat_n(200 * MILLI, waited as usize)),
        ..traffic(200, 0)
    }
}

const fn turns(all: u64, late: u64) -> Turns {
    Turns { all, late }
}

#[test]
fn what_is_shed_while_the_rest_succeeds_is_overload() {
    let mut world = World::busy();
    assert_eq!(
        world.go(60, &sheds(2)),
        Verdict::Healthy,
        "one in a hundred"
    );
    assert_eq!(world.until(Verdict::Overloaded, &sheds(10)), Some(2));
    assert_eq!(rules(&world.step(&sheds(10))), [Rule::Sheds]);
    assert_eq!(world.go(100, &sheds(1000)), Verdict::Overloaded);
    assert_eq!(world.until(Verdict::Healthy, &sheds(0)), Some(10));
}

#[test]
fn one_in_ten_that_waits_in_the_queue_is_overload() {
    let mut world = World::busy();
    assert_eq!(world.go(60, &queued(20)), Verdict::Healthy);
    assert_eq!(world.until(Verdict::Overloaded, &queued(21)), Some(2));
    assert_eq!(rules(&world.step(&queued(21))), [Rule::QueueWait]);
}

#[test]
fn tasks_that_wait_for_a_worker_are_overload() {
    let mut world = World::busy();
    world.sight.turns = turns(10, 4);
    assert_eq!(world.go(60, &traffic(200, 0)), Verdict::Healthy);
    world.sight.turns = turns(5, 3);
    assert_eq!(world.until(Verdict::Overloaded, &traffic(200, 0)), Some(2));
    assert_eq!(rules(&world.step(&traffic(200, 0))), [Rule::QueueWait]);
}

#[test]
fn overload_that_fails_at_what_it_takes_on_is_none() {
    let mut world = World::busy();
    let fails = Second {
        shed: 100,
        ..traffic(100, 100)
    };
    assert_eq!(world.until(Verdict::Gray, &fails), Some(2));
    // Nothing succeeds at all: for a moment it may be slow, and no more.
    let mut world = World::busy();
    let mut waiting = 0;
    let verdicts: Vec<_> = (1..=20)
        .map(|_| {
            waiting += 20;
            let second = Second {
                entered: 200,
                shed: 180,
                in_flight: waiting,
                unanswered: waiting,
                ..Second::default()
            };
            world.step(&second).verdict
        })
        .collect();
    assert_eq!(verdicts[..4].iter().max(), Some(&Verdict::Overloaded));
    assert!(
        verdicts[4..]
            .iter()
            .all(|verdict| *verdict == Verdict::Gray),
        "{verdicts:?}"
    );
}

#[test]
fn requests_that_are_late_and_answered_are_no_failures() {
    let mut world = World::busy();
    // Three seconds before the first one is answered that was overdue; from then on as many are as become so.
    let late = |recovered| Second {
        overdue: 50,
        recovered,
        ..sheds(100)
    };
    world.go(1, &late(0));
    assert_eq!(world.go(100, &late(50)), Verdict::Overloaded);
    let mut world = World::busy();
    assert_eq!(
        world.until(Verdict::Gray, &late(0)),
        Some(2),
        "those that are never answered"
    );
}

#[test]
fn a_path_that_is_turned_away_with_all_others_is_not_gray() {
    let mut world = World::busy();
    world.until(Verdict::Overloaded, &sheds(100));
    world.sight.external = evidence(Rule::External);
    assert_eq!(world.go(60, &sheds(100)), Verdict::Overloaded);
    // It takes a while until it is asked again.
    assert_eq!(world.go(9, &sheds(0)), Verdict::Overloaded);
    world.sight.external.clear();
    assert_eq!(world.go(1, &sheds(0)), Verdict::Healthy);
    // One that fails without any pressure is.
    world.sight.external = evidence(Rule::External);
    assert_eq!(world.go(1, &sheds(0)), Verdict::Gray);
}

/// As under a burst of memory pressure, of which the path hears first.
#[test]
fn a_path_that_is_turned_away_before_the_overload_is_sure_is_not_gray() {
    let mut world = World::busy();
    world.sight.external = evidence(Rule::External);
    let verdicts = [(); 5].map(|()| world.step(&sheds(100)).verdict);
    assert!(!verdicts.contains(&Verdict::Gray), "{verdicts:?}");
    assert_eq!(verdicts[4], Verdict::Overloaded);
    // One window of it is no excuse for longer.
    let mut world = World::busy();
    world.go(1, &sheds(100));
    world.sight.external = evidence(Rule::External);
    assert_eq!(world.until(Verdict::Gray, &sheds(0)), Some(1));
}

#[test]
fn slow_responses_of_an_overloaded_service_are_overload() {
    let mut world = World::busy();
    let slow = Second {
        took: Taken::of(std::iter::repeat_n(SECOND, 100)),
        ..sheds(100)
    };
    assert_eq!(world.go(10, &slow), Verdict::Overloaded);
    assert_eq!(rules(&world.step(&slow)), [Rule::Sheds, Rule::Latency]);
}

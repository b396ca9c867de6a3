//! Groups of routes, and checks that only degrade: what is of one and not of the whole.

use super::*;

#[test]
fn a_group_has_a_verdict_where_the_whole_has_none() {
    let mut world = World::busy();
    world.sight.groups = vec![("orders", traffic(10, 0)), ("other", traffic(180, 0))];
    world.go(60, &traffic(195, 0));
    world.sight.groups = vec![("orders", traffic(5, 5)), ("other", traffic(180, 0))];
    let found = world.until(Verdict::Gray, &traffic(195, 3)).unwrap();
    assert!((6..=12).contains(&found), "{found}");
    let opinion = world.step(&traffic(195, 3));
    let what = opinion.evidence[0].to_string();
    assert!(what.starts_with("group `orders`: "), "{what}");
}

#[test]
fn gray_in_a_group_is_not_over_because_others_succeed() {
    let mut world = World::busy();
    let fails = vec![("orders", traffic(0, 100)), ("other", traffic(100, 0))];
    world.sight.groups = fails;
    world.until(Verdict::Gray, &traffic(100, 100)).unwrap();
    // Nobody calls it any more.
    world.sight.groups = vec![("orders", traffic(0, 0)), ("other", traffic(100, 0))];
    assert_eq!(world.go(290, &traffic(100, 0)), Verdict::Gray);
    world.sight.groups = vec![("orders", traffic(5, 0)), ("other", traffic(100, 0))];
    assert_eq!(world.go(1, &traffic(105, 0)), Verdict::Healthy);
}

#[test]
fn a_route_that_nobody_calls_any_more_is_history() {
    let mut world = World::busy();
    world.sight.groups = vec![("legacy", traffic(0, 25))];
    world.go(1, &traffic(200, 0));
    world.sight.groups = vec![("legacy", traffic(0, 0))];
    assert_eq!(world.go(290, &traffic(200, 0)), Verdict::Gray);
    assert_eq!(world.go(20, &traffic(200, 0)), Verdict::Healthy);
}

#[test]
fn a_check_that_nobody_misses_explains_nothing() {
    let mut world = World::busy();
    world.sight.degraded = evidence(Rule::Check);
    assert_eq!(world.go(59, &traffic(200, 0)), Verdict::Degraded);
    assert_eq!(
        world.go(30, &Second::default()),
        Verdict::Degraded,
        "nobody could miss it"
    );
    let mut early = World::busy();
    early.sight.degraded = evidence(Rule::Check);
    early.go(40, &traffic(200, 0));
    assert_eq!(
        early.go(60, &traffic(100, 100)),
        Verdict::Degraded,
        "it may be that"
    );
    assert_eq!(world.go(1, &traffic(200, 0)), Verdict::Degraded);
    assert_eq!(world.go(2, &traffic(100, 100)), Verdict::Gray);
    // The same check again, after it was up.
    let mut world = World::busy();
    for _ in 0..3 {
        world.sight.degraded = evidence(Rule::Check);
        world.go(40, &traffic(200, 0));
        world.sight.degraded.clear();
        world.go(1, &traffic(200, 0));
    }
    world.sight.degraded = evidence(Rule::Check);
    assert_eq!(world.go(60, &traffic(100, 100)), Verdict::Degraded);
}

//! Where too few requests come for a rate.

use super::*;

/// One request in two seconds, which fails.
fn fails(world: &mut World, failures: u32) -> Verdict {
    let mut verdict = Verdict::Healthy;
    for _ in 0..failures {
        world.go(1, &Second::default());
        verdict = world.go(1, &traffic(0, 1));
    }
    verdict
}

fn ran(ago: Duration, passed: bool) -> Option<Ran> {
    Some(Ran { ago, passed })
}

#[test]
fn five_in_a_row_are_suspect_and_twenty_are_gray() {
    let mut world = World::new();
    assert_eq!(fails(&mut world, 4), Verdict::Healthy);
    assert_eq!(fails(&mut world, 1), Verdict::Degraded);
    assert_eq!(rules(&world.step(&Second::default())), [Rule::Suspect]);
    assert_eq!(fails(&mut world, 14), Verdict::Degraded);
    assert_eq!(fails(&mut world, 1), Verdict::Gray);
}

#[test]
fn one_success_is_an_end_of_it() {
    let mut world = World::new();
    for _ in 0..10 {
        assert_eq!(fails(&mut world, 4), Verdict::Healthy);
        world.go(1, &traffic(1, 0));
    }
}

#[test]
fn an_external_check_decides() {
    let mut world = World::new();
    world.sight.look.external = ran(100 * SECOND, true);
    assert_eq!(fails(&mut world, 5), Verdict::Degraded);
    assert!(world.asked);
    // It has looked since, and fails as well.
    world.sight.look.external = ran(SECOND / 2, false);
    assert_eq!(world.go(1, &Second::default()), Verdict::Gray);
    // Traffic need not show that it is over.
    world.sight.look.external = ran(SECOND / 2, true);
    assert_eq!(world.until(Verdict::Healthy, &Second::default()), Some(30));
}

#[test]
fn an_external_check_that_passes_dismisses_it_until_there_are_five_more() {
    let mut world = World::new();
    world.sight.look.external = ran(100 * SECOND, true);
    assert_eq!(fails(&mut world, 5), Verdict::Degraded);
    world.sight.look.external = ran(SECOND / 2, true);
    world.go(1, &Second::default());
    world.asked = false;
    world.sight.look.external = ran(100 * SECOND, true);
    assert_eq!(world.go(11, &Second::default()), Verdict::Healthy);
    fails(&mut world, 4);
    assert!(!world.asked);
    fails(&mut world, 1);
    assert!(world.asked);
}

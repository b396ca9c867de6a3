//! The ledger against a model that keeps no counts: it looks at the whole history each time.

mod check;
mod steps;
mod world;

use std::time::Duration;

use proptest::prelude::*;

use steps::{a_check, step};
use world::World;

const SECOND: Duration = Duration::from_secs(1);

proptest! {
    #[test]
    fn whatever_happens_the_ledger_says_what_the_definitions_say(
        checks in proptest::collection::vec(a_check(), 1..5),
        steps in proptest::collection::vec(step(), 0..60),
    ) {
        let mut world = World::new(&checks);
        world.holds();
        for step in steps {
            let before = world.ledger.reports.clone();
            world.step(step);
            world.holds();
            world.tells_what_is_news(&before);
        }
    }
}

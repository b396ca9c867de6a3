use super::*;
use crate::traffic::Taken;
use crate::verdict::Rule;
use crate::verdict::suspicion::Ran;

mod groups;
mod overload;
mod properties;
mod seldom;

const SECOND: Duration = Duration::from_secs(1);
const MILLI: Duration = Duration::from_millis(1);

/// A service, second by second. Its checks run once a second, and pass, unless something else is said.
struct World {
    classifier: Classifier,
    now: Duration,
    sight: Sight,
    asked: bool,
}

/// What a second brings.
fn traffic(completed: u64, failed: u64) -> Second {
    Second {
        entered: completed + failed,
        completed,
        failed,
        took: Taken::of(std::iter::repeat_n(10 * MILLI, 100)),
        ..Second::default()
    }
}

fn evidence(rule: Rule) -> Vec<Evidence> {
    vec![Evidence::new(rule, "what it is")]
}

impl World {
    fn new() -> Self {
        let look = Look {
            oldest: Some(Duration::ZERO),
            ..Look::default()
        };
        Self {
            classifier: Classifier::new(),
            now: Duration::ZERO,
            sight: Sight {
                serving: true,
                chance: 0.5,
                look,
                ..Sight::default()
            },
            asked: false,
        }
    }

    /// One that has served for a minute.
    fn busy() -> Self {
        let mut world = Self::new();
        assert_eq!(world.go(60, &traffic(200, 0)), Verdict::Healthy);
        world
    }

    fn go(&mut self, seconds: u32, second: &Second) -> Verdict {
        let mut verdict = Verdict::Healthy;
        for _ in 0..seconds {
            verdict = self.step(second).verdict;
        }
        verdict
    }

    fn step(&mut self, second: &Second) -> Opinion {
        self.now += SECOND;
        let sight = Sight {
            traffic: second.clone(),
            ..self.sight.clone()
        };
        let opinion = self.classifier.look(sight, self.now);
        self.asked |= opinion.look_again;
        opinion
    }

    /// After how many seconds this verdict is given, of no more than 600.
    fn until(&mut self, verdict: Verdict, second: &Second) -> Option<u32> {
        (1..=600).find(|_| self.step(second).verdict == verdict)
    }
}

fn rules(opinion: &Opinion) -> Vec<Rule> {
    opinion.evidence.iter().map(Evidence::rule).collect()
}

#[test]
fn an_idle_service_and_a_busy_one_are_healthy() {
    let mut world = World::new();
    assert_eq!(world.go(100, &Second::default()), Verdict::Healthy);
    assert_eq!(world.go(100, &traffic(200, 0)), Verdict::Healthy);
    let opinion = world.step(&traffic(200, 1));
    assert_eq!(
        (opinion.verdict, opinion.evidence.len()),
        (Verdict::Healthy, 0)
    );
}

#[test]
fn what_the_service_says_of_itself_comes_first_and_goes_at_once() {
    let mut world = World::busy();
    world.sight.down = evidence(Rule::Fatal);
    world.sight.stuck = evidence(Rule::StuckWorker);
    let opinion = world.step(&traffic(0, 200));
    assert_eq!(opinion.verdict, Verdict::Down);
    assert_eq!(rules(&opinion)[0], Rule::Fatal);
    world.sight.down.clear();
    assert_eq!(world.go(1, &traffic(0, 200)), Verdict::Gray);
}

#[test]
fn errors_that_no_check_finds_are_gray_within_seconds() {
    let mut world = World::busy();
    let found = world.until(Verdict::Gray, &traffic(160, 40));
    assert_eq!(found, Some(2), "two windows, at 200 a second");
    let opinion = world.step(&traffic(160, 40));
    assert_eq!(rules(&opinion)[0], Rule::Failures);
    let what = opinion.evidence[0].to_string();
    assert!(
        what.starts_with("40 of 200 requests failed within 1 s"),
        "{what}"
    );

    // Where few come, it takes as long as it takes until there are fifty.
    let mut world = World::new();
    world.go(60, &traffic(10, 0));
    let found = world.until(Verdict::Gray, &traffic(6, 4)).unwrap();
    assert!((5..=12).contains(&found), "{found}");
}

#[test]
fn gray_waits_until_every_check_has_looked() {
    let mut world = World::busy();
    // They run once in a minute, and the last time was a while ago.
    world.sight.look.oldest = Some(20 * SECOND);
    assert_eq!(world.go(5, &traffic(100, 100)), Verdict::Degraded);
    assert!(world.asked, "they are to look again");
    world.sight.look.oldest = Some(SECOND);
    assert_eq!(world.go(1, &traffic(100, 100)), Verdict::Gray);
    // One that never looks is not waited for.
    let mut world = World::busy();
    world.sight.look.oldest = Some(Duration::MAX);
    assert_eq!(world.until(Verdict::Gray, &traffic(100, 100)), Some(11));
    // Where there are none, nobody is asked.
    let mut world = World::busy();
    world.sight.look.oldest = None;
    assert_eq!(world.until(Verdict::Gray, &traffic(100, 100)), Some(2));
    assert!(!world.asked);
}

#[test]
fn a_check_that_fails_as_well_explains_it() {
    let mut world = World::busy();
    world.sight.look.failing = evidence(Rule::Check);
    assert_eq!(world.go(20, &traffic(0, 200)), Verdict::Degraded);
    assert_eq!(
        rules(&world.step(&traffic(0, 200)))[..2],
        [Rule::Failures, Rule::Check]
    );
    // A shared dependency, which is down by then.
    world.sight.look.failing.clear();
    world.sight.degraded = evidence(Rule::Check);
    assert_eq!(world.go(100, &traffic(0, 200)), Verdict::Degraded);
    assert_eq!(rules(&world.step(&traffic(0, 200)))[0], Rule::Check);
}

/// Pull says fine, and push says nothing: it may be the network. What was gray before stays so.
#[test]
fn a_heartbeat_that_has_lost_its_acks_explains_it_until_that_is_decided() {
    let mut world = World::busy();
    world.sight.unacked = true;
    assert_eq!(world.go(9, &traffic(0, 200)), Verdict::Degraded);
    assert_eq!(rules(&world.step(&traffic(0, 200)))[0], Rule::Failures);
    world.sight.unacked = false;
    assert_eq!(world.go(1, &traffic(0, 200)), Verdict::Gray);
    world.sight.unacked = true;
    assert_eq!(world.go(20, &traffic(0, 200)), Verdict::Gray);

    let mut world = World::busy();
    world.sight.unacked = true;
    world.sight.stuck = evidence(Rule::StuckWorker);
    assert_eq!(
        world.go(1, &traffic(200, 0)),
        Verdict::Gray,
        "no network is in it"
    );
}

#[test]
fn a_few_errors_degrade_and_what_is_usual_is_no_fault() {
    let mut world = World::busy();
    assert_eq!(world.go(60, &traffic(190, 10)), Verdict::Degraded);
    assert_eq!(
        world.go(600, &traffic(197, 3)),
        Verdict::Healthy,
        "1.5 % are few"
    );
    // Five times of what is usual here are more than ten of a hundred.
    let mut world = World::new();
    world.go(300, &traffic(190, 10));
    assert_eq!(
        world.go(60, &traffic(170, 30)),
        Verdict::Degraded,
        "15 %, where 5 % are usual"
    );
    assert_eq!(world.until(Verdict::Gray, &traffic(100, 100)), Some(2));
}

/// 17 % of 100 a second: of so few, chance makes some seconds look better. The counts are of independent errors.
#[test]
fn a_rate_a_little_above_the_limit_is_found_all_the_same() {
    let counts = [
        17, 11, 21, 15, 13, 19, 16, 24, 12, 18, 14, 20, 17, 10, 22, 16, 19, 15, 18, 13,
    ];
    for turn in 0..counts.len() {
        let mut world = World::new();
        world.go(60, &traffic(100, 0));
        let mut failed = counts.iter().cycle().skip(turn);
        let found = (1..=60).find(|_| {
            let failed = *failed.next().unwrap();
            world.step(&traffic(100 - failed, failed)).verdict == Verdict::Gray
        });
        assert!(found.is_some_and(|found| found <= 8), "{turn}: {found:?}");
    }
}

#[test]
fn one_burst_is_no_verdict() {
    let mut world = World::busy();
    for _ in 0..10 {
        assert_eq!(world.go(1, &traffic(100, 100)), Verdict::Healthy);
        assert_eq!(world.go(30, &traffic(200, 0)), Verdict::Healthy);
    }
    // One after the other is.
    for _ in 0..10 {
        assert!(world.go(1, &traffic(100, 100)) <= Verdict::Degraded);
        assert!(world.go(5, &traffic(200, 0)) <= Verdict::Degraded);
    }
    assert_eq!(world.go(1, &traffic(200, 0)), Verdict::Degraded);
}

#[test]
fn nothing_that_completes_is_gray_after_five_seconds() {
    let mut world = World::busy();
    let stuck = |waiting| Second {
        entered: 20,
        in_flight: waiting,
        unanswered: waiting,
        ..Second::default()
    };
    let found = (1..=20).find(|second| world.step(&stuck(second * 20)).verdict == Verdict::Gray);
    assert_eq!(found, Some(5));
    assert!(world.asked);
    // Where it is usual to wait for long, longer.
    let slow = Second {
        took: Taken::of(std::iter::repeat_n(2 * SECOND, 100)),
        ..traffic(10, 0)
    };
    let mut world = World::new();
    world.go(60, &slow);
    let found = (1..=60).find(|second| world.step(&stuck(second * 20)).verdict == Verdict::Gray);
    assert!((20..=23).contains(&found.unwrap()), "{found:?}");
}

#[test]
fn what_hangs_for_part_of_the_requests_counts_as_failed() {
    let mut world = World::busy();
    let part = Second {
        overdue: 40,
        ..traffic(160, 0)
    };
    assert_eq!(world.until(Verdict::Gray, &part), Some(2));
}

#[test]
fn gray_stays_until_requests_succeed() {
    let mut world = World::busy();
    world.until(Verdict::Gray, &traffic(100, 100));
    assert_eq!(
        world.go(3600, &Second::default()),
        Verdict::Gray,
        "nobody came"
    );
    assert_eq!(world.go(1, &traffic(4, 0)), Verdict::Gray);
    assert_eq!(world.go(1, &traffic(1, 0)), Verdict::Healthy);
    // The second time within the hour it stays for longer.
    world.until(Verdict::Gray, &traffic(100, 100));
    let healthy = world.until(Verdict::Healthy, &traffic(200, 0)).unwrap();
    assert!((60..=62).contains(&healthy), "{healthy}");
}

#[test]
fn gray_stays_while_requests_go_on_to_fail_below_the_rule() {
    let mut world = World::busy();
    world.until(Verdict::Gray, &traffic(100, 100));
    // Just as many as don't meet it.
    assert_eq!(world.go(300, &traffic(176, 24)), Verdict::Gray);
}

#[test]
fn a_worker_that_hangs_and_a_path_that_fails_are_gray() {
    let mut world = World::busy();
    world.sight.stuck = evidence(Rule::StuckWorker);
    assert_eq!(world.go(1, &traffic(200, 0)), Verdict::Gray);
    let mut world = World::busy();
    world.sight.external = evidence(Rule::External);
    let opinion = world.step(&traffic(200, 0));
    assert_eq!(
        (opinion.verdict, rules(&opinion)),
        (Verdict::Gray, vec![Rule::External])
    );
    // By something that is known.
    let mut world = World::busy();
    world.sight.external = evidence(Rule::External);
    world.sight.degraded = evidence(Rule::Check);
    assert_eq!(world.go(10, &traffic(200, 0)), Verdict::Degraded);
}

#[test]
fn three_times_as_slow_as_usual_degrades() {
    let took = |took: Duration| Second {
        took: Taken::of(std::iter::repeat_n(took, 100)),
        ..traffic(200, 0)
    };
    let mut world = World::new();
    world.go(60, &took(MILLI));
    assert_eq!(
        world.go(60, &took(10 * MILLI)),
        Verdict::Healthy,
        "nobody notices"
    );
    let mut world = World::busy();
    assert_eq!(world.go(60, &took(25 * MILLI)), Verdict::Healthy);
    assert_eq!(world.until(Verdict::Degraded, &took(100 * MILLI)), Some(3));
    assert_eq!(rules(&world.step(&took(100 * MILLI))), [Rule::Latency]);
    assert_eq!(
        world.go(60, &took(100 * MILLI)),
        Verdict::Degraded,
        "it doesn't become usual so soon"
    );
    let healthy = world.until(Verdict::Healthy, &took(10 * MILLI)).unwrap();
    assert!((10..=12).contains(&healthy), "{healthy}");
}

/// The evidence is of a route, and so is the proof that it is over.
#[test]
fn a_start_and_a_drain_say_nothing_about_requests() {
    let mut world = World::busy();
    world.sight.serving = false;
    assert_eq!(world.go(100, &traffic(0, 200)), Verdict::Healthy);
    world.sight.external = evidence(Rule::External);
    assert_eq!(
        world.go(100, &traffic(200, 0)),
        Verdict::Healthy,
        "nor about the path"
    );
    world.sight.external.clear();
    world.sight.serving = true;
    assert_eq!(
        world.go(1, &traffic(0, 200)),
        Verdict::Healthy,
        "what was before is forgotten"
    );
    assert_eq!(world.go(1, &traffic(0, 200)), Verdict::Gray);
}

#[test]
fn a_process_that_was_stopped_accuses_nobody() {
    let mut world = World::busy();
    world.go(1, &traffic(0, 200));
    world.classifier.clear();
    assert_eq!(world.go(1, &traffic(0, 200)), Verdict::Healthy);
    assert_eq!(world.go(100, &traffic(200, 0)), Verdict::Healthy);
}

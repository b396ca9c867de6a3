use super::*;
use crate::Watchdog;
use crate::watchdog::ladder::TICK;

mod properties;

const SECOND: Duration = Duration::from_secs(1);
const LIMIT: Duration = Duration::from_secs(10);

fn watch(workers: usize) -> (RuntimeWatch, Moment) {
    let limits = Watchdog::default().stalled_after(LIMIT).stuck_after(LIMIT);
    let now = Moment::default();
    let workers = vec![counters(0, 0); workers];
    let watch = RuntimeWatch::new("main".to_owned(), limits.limits(), &workers, now);
    (watch, now)
}

fn counters(parks: u64, busy: u64) -> Counters {
    let busy = Duration::from_nanos(busy);
    Counters { parks, busy }
}

fn sight(answer: Option<Duration>, workers: &[Counters]) -> Sight {
    let workers = workers.to_vec();
    let signs = 0;
    Sight {
        answer,
        workers,
        signs,
    }
}

fn kinds(watch: &RuntimeWatch) -> Vec<FaultKind> {
    watch.faults().map(|fault| fault.kind()).collect()
}

#[test]
fn an_answer_however_late_shows_that_it_turns() {
    let (mut watch, now) = watch(0);
    let late = now.after(LIMIT * 2);
    watch.look(&sight(None, &[]), late);
    assert_eq!(watch.state(), RuntimeState::Dead);
    let answered = sight(Some(LIMIT * 2), &[]);
    assert_eq!(watch.look(&answered, late.after(TICK)), Next::Send);
    assert_eq!(watch.state(), RuntimeState::Late);
    assert_eq!(kinds(&watch), []);
    assert_eq!(watch.report().lag.max(), LIMIT * 2, "it was that late");
    watch.look(&sight(Some(Duration::ZERO), &[]), late.after(2 * TICK));
    assert_eq!(watch.state(), RuntimeState::Turning);
}

#[test]
fn a_runtime_that_works_through_a_long_queue_is_late_and_no_more() {
    for workers in [1, 4] {
        let (mut watch, mut now) = watch(workers);
        let mut seen = vec![counters(0, 0); workers];
        for at in 0..1000 {
            now = now.after(TICK);
            if at % 40 == 0 {
                seen[at % workers].busy += SECOND;
            }
            watch.look(&sight(None, &seen), now);
            assert!(watch.state() <= RuntimeState::Late);
            let found = kinds(&watch);
            assert!(!found.contains(&FaultKind::RuntimeStalled), "{found:?}");
        }
        assert_eq!(watch.state(), RuntimeState::Late);
    }
}

/// Overload by long polls: each worker shows every 12 s that it gets on, which is longer than the limit.
#[test]
fn workers_that_all_get_on_seldom_are_not_stuck() {
    let (mut watch, mut now) = watch(4);
    let mut seen = vec![counters(0, 0); 4];
    let came = |worker: u64, tick: u64| (tick + worker * 30).is_multiple_of(120);
    for tick in 0..2000 {
        now = now.after(TICK);
        for (worker, counters) in (0..).zip(&mut seen) {
            counters.busy += SECOND * u32::from(came(worker, tick));
        }
        watch.look(&sight(Some(TICK), &seen), now);
        assert_eq!(kinds(&watch), [], "tick {tick}");
    }
    for tick in 2000..2300 {
        now = now.after(TICK);
        for (worker, counters) in (0..).zip(&mut seen).skip(1) {
            counters.busy += SECOND * u32::from(came(worker, tick));
        }
        watch.look(&sight(Some(TICK), &seen), now);
    }
    assert_eq!(kinds(&watch), [FaultKind::WorkerStuck], "one that hangs is");
}

#[test]
fn a_canary_that_is_long_out_gets_help_ever_more_seldom() {
    let (mut watch, mut now) = watch(0);
    let mut helped = Vec::new();
    for tick in 1..=1000_u32 {
        now = now.after(TICK);
        if watch.look(&sight(None, &[]), now) == Next::Help {
            helped.push(tick);
        }
    }
    assert_eq!(helped, [10, 20, 40, 80, 160, 320, 640]);
    watch.look(&sight(Some(TICK), &[]), now);
    for tick in 1..=10 {
        now = now.after(TICK);
        let next = watch.look(&sight(None, &[]), now);
        assert_eq!(next == Next::Help, tick == 10);
    }
}

#[test]
fn all_workers_that_hang_are_one_fault_and_one_is_none_of_several() {
    let hangs = |workers: usize| {
        let (mut watch, now) = watch(workers);
        let seen = vec![counters(0, 0); workers];
        watch.look(&sight(None, &seen), now.after(LIMIT));
        watch
    };
    assert_eq!(kinds(&hangs(4)), [FaultKind::RuntimeStalled]);
    let mut one = hangs(1);
    let well = sight(Some(TICK), &[counters(0, 0)]);
    one.look(&well, Moment::default().after(LIMIT));
    assert_eq!(kinds(&one), [], "its canary came back");
    let report = one.report();
    assert_eq!((report.workers(), report.stuck()), (1, [].as_slice()));
    let (mut two, now) = watch(2);
    two.look(
        &sight(Some(TICK), &[counters(1, 0), counters(0, 0)]),
        now.after(SECOND),
    );
    let stuck = [StuckWorker {
        index: 1,
        stuck: SECOND,
    }];
    assert_eq!(two.report().stuck(), stuck);
}

/// Under overload by polls that block, workers seldom show that they get on; requests that come and go do.
#[test]
fn a_runtime_that_serves_requests_has_not_stalled() {
    let (mut watch, mut now) = watch(4);
    let mut seen = sight(None, &[counters(0, 0); 4]);
    for at in 0..10_000 {
        now = now.after(TICK);
        seen.signs += u64::from(at % 20 == 0);
        watch.look(&seen, now);
        assert!(watch.state() <= RuntimeState::Late);
    }
    for _ in 0..=LIMIT.as_millis() / TICK.as_millis() {
        now = now.after(TICK);
        watch.look(&seen, now);
    }
    assert_eq!(watch.state(), RuntimeState::Dead, "no more requests");
}

/// Each fault that was over would else double the time until the next one is found.
#[test]
fn faults_that_come_and_go_are_found_each_time() {
    let (mut watch, mut now) = watch(4);
    let mut seen = [counters(0, 0); 4];
    for _ in 0..20 {
        let mut looks = 0;
        while kinds(&watch) != [FaultKind::WorkerStuck] {
            now = now.after(TICK);
            seen[1..].iter_mut().for_each(|other| other.busy += TICK);
            watch.look(&sight(Some(Duration::ZERO), &seen), now);
            looks += 1;
            assert!(looks <= 2 * LIMIT.as_millis() / TICK.as_millis() + 2);
        }
        seen[0].busy += TICK;
        now = now.after(TICK);
        watch.look(&sight(Some(Duration::ZERO), &seen), now);
        assert_eq!(kinds(&watch), []);
    }
}

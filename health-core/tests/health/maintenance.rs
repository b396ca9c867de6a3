use std::convert::Infallible;
use std::time::Duration;

use health_core::{Check, DrainPolicy, Health, Phase, Probe};
use tokio::time::{Instant, sleep};
use tokio_test::{assert_pending, assert_ready, task};

use crate::support::{Switch, builder, ready, until};

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn maintenance_is_not_ready_and_serving_without_a_timer() {
    let health = builder().start().unwrap();
    let closing = health.closing();
    health.begin_drain();
    for _ in 0..2 {
        let now = health.snapshot();
        assert_eq!((now.phase(), now.shutdown()), (Phase::Draining, None));
        assert!(!ready(&health));
        assert!(health.status(Probe::Liveness).is_up() && health.status(Probe::Startup).is_up());
        sleep(3600 * SECOND).await;
    }
    assert_eq!(health.snapshot().maintenance(), Some(7200 * SECOND));
    health.begin_drain();
    assert_eq!(health.snapshot().maintenance(), Some(7200 * SECOND));
    assert!(!closing.is_closing());

    health.resume();
    let now = health.snapshot();
    assert_eq!((now.phase(), now.maintenance()), (Phase::Serving, None));
    assert!(ready(&health));
    health.resume();
    assert_eq!(health.snapshot().phase(), Phase::Serving);
}

#[tokio::test(start_paused = true)]
async fn after_maintenance_readiness_is_what_the_checks_say_by_then() {
    let database = Switch::new(true);
    let health = builder()
        .check(database.check("database").fail_after(1))
        .start()
        .unwrap();
    until(&health, |now| now.status(Probe::Readiness).is_up()).await;
    health.begin_drain();
    database.set(false);
    sleep(60 * SECOND).await;
    health.resume();
    assert!(!ready(&health));
    database.set(true);
    until(&health, |now| now.status(Probe::Readiness).is_up()).await;
}

#[tokio::test(start_paused = true)]
async fn start_up_goes_on_under_maintenance() {
    let health = builder().start().unwrap();
    let warm = health.startup_task("warm cache");
    health.begin_drain();
    assert_eq!(health.snapshot().phase(), Phase::Draining);
    health.resume();
    assert_eq!(health.snapshot().phase(), Phase::Starting);
    health.begin_drain();
    warm.done();
    assert!(health.status(Probe::Startup).is_up() && !ready(&health));
    health.resume();
    assert!(ready(&health));
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_after_maintenance_owes_only_the_rest_of_the_lame_duck() {
    for (before, lame_duck) in [(4, 6), (3600, 0)] {
        let health = builder().start().unwrap();
        health.begin_drain();
        sleep(before * SECOND).await;
        let (signal, hold) = (Instant::now(), health.hold());
        health.shutdown();
        assert_eq!(health.snapshot().maintenance(), None);
        health.closing().await;
        assert_eq!(signal.elapsed(), lame_duck * SECOND);
        until(&health, |now| now.phase() == Phase::Closed).await;
        assert_eq!(
            signal.elapsed(),
            26 * SECOND,
            "the deadline counts from the signal, and a second for what was ended"
        );
        drop(hold);
    }
}

#[tokio::test(start_paused = true)]
async fn the_report_says_what_of_the_lame_duck_was_over_before() {
    for (before, credit, said) in [(0, 0, ""), (4, 4, "4.0"), (3600, 10, "10.0")] {
        let health = builder().start().unwrap();
        health.begin_drain();
        sleep(before * SECOND).await;
        let closing = health.closing();
        health.shutdown();
        let server = async move {
            closing.await;
            Ok::<_, Infallible>(())
        };
        let report = health.run(server).await.unwrap();
        assert_eq!(
            (report.credit, report.lame_duck),
            (credit * SECOND, (10 - credit) * SECOND)
        );
        let line = report.to_string();
        let end = format!(
            "nothing was left ({said} s of the lame duck had passed in maintenance before)"
        );
        assert_eq!(line.ends_with(&end), before > 0, "{line}");
        assert!(before > 0 || line.ends_with("nothing was left"), "{line}");
    }
}

#[tokio::test(start_paused = true)]
async fn drain_undone_a_resume_after_the_shutdown_changes_nothing() {
    let health = builder().start().unwrap();
    health.begin_drain();
    health.shutdown();
    let began = Instant::now();
    health.resume();
    health.begin_drain();
    health.resume();
    assert!(!ready(&health));
    assert_eq!(health.snapshot().phase(), Phase::Draining);
    health.closing().await;
    assert_eq!(began.elapsed(), 10 * SECOND);
    health.resume();
    assert!(health.snapshot().phase() >= Phase::Closing);
}

/// Whatever order they come in, the latch holds: not ready for good once `shutdown` has returned.
#[tokio::test]
async fn from_many_threads_at_once_the_shutdown_wins() {
    for _ in 0..50 {
        let health = builder().start().unwrap();
        let calls: [fn(&Health); 4] = [
            Health::begin_drain,
            Health::resume,
            Health::shutdown,
            Health::resume,
        ];
        std::thread::scope(|threads| {
            for call in calls {
                let health = &health;
                threads.spawn(move || (0..20).for_each(|_| call(health)));
            }
        });
        let now = health.snapshot();
        assert!(now.shutdown().is_some() && now.maintenance().is_none());
        assert!(now.phase() >= Phase::Draining && !ready(&health));
    }
}

#[tokio::test(start_paused = true)]
async fn drained_waits_for_a_drain_and_for_the_last_request() {
    let health = builder().start().unwrap();
    let mut drained = task::spawn(health.drained());
    assert_pending!(drained.poll(), "it serves");
    let (first, second) = (health.hold(), health.hold());
    health.begin_drain();
    assert!(drained.is_woken());
    assert_pending!(drained.poll(), "two are in flight");
    drop(first);
    assert_pending!(drained.poll());
    health.resume();
    assert_pending!(drained.poll());
    drop(second);
    assert_pending!(drained.poll(), "it serves again");
    health.shutdown();
    assert_ready!(drained.poll());
}

#[tokio::test(start_paused = true)]
async fn drained_can_be_kept_and_holds_no_health() {
    fn lives<T: Send + 'static>(future: T) -> T {
        future
    }
    let health = builder().start().unwrap();
    let mut drained = task::spawn(lives(health.drained()));
    let weak = health.downgrade();
    assert!(weak.upgrade().is_some());
    drop(health);
    assert!(weak.upgrade().is_none());
    assert_pending!(drained.poll());
}

fn quiet() -> Health {
    let policy = DrainPolicy::default().quiet(2 * SECOND);
    builder().drain(policy).start().unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_quiet_lame_duck_ends_early_once_a_prober_was_told() {
    let health = quiet();
    let watch = health.drain_watch();
    watch.told_unready();
    let began = Instant::now();
    health.shutdown();
    let traffic = async {
        sleep(SECOND).await;
        watch.told_unready();
        sleep(SECOND).await;
        watch.request_came();
    };
    tokio::join!(traffic, health.closing());
    assert_eq!(began.elapsed(), 4 * SECOND);
    assert_eq!(
        health.snapshot().shutdown().unwrap().lame_duck(),
        4 * SECOND
    );
}

#[tokio::test(start_paused = true)]
async fn a_lame_duck_that_no_prober_heard_of_has_its_full_length() {
    for (policy, told) in [
        (DrainPolicy::default().quiet(2 * SECOND), false),
        (DrainPolicy::default(), true),
    ] {
        let health = builder().drain(policy).start().unwrap();
        let began = Instant::now();
        health.shutdown();
        let prober = async {
            sleep(SECOND).await;
            if told {
                health.drain_watch().told_unready();
            }
        };
        tokio::join!(prober, health.closing());
        assert_eq!(began.elapsed(), 10 * SECOND);
    }
}

#[tokio::test(start_paused = true)]
async fn a_lame_duck_may_stay_ready_and_turns_when_it_closes() {
    let policy = DrainPolicy::default().stay_ready_while_terminating();
    let start = || {
        let database = Check::readiness("database", || async { true });
        builder().check(database).drain(policy).start().unwrap()
    };
    let health = start();
    until(&health, |now| now.status(Probe::Readiness).is_up()).await;
    health.shutdown();
    assert_eq!(health.snapshot().phase(), Phase::Draining);
    assert!(ready(&health));
    health.closing().await;
    assert!(!ready(&health));

    let health = start();
    health.shutdown();
    sleep(SECOND).await;
    assert!(ready(&health), "it has started meanwhile");

    let health = start();
    until(&health, |now| now.status(Probe::Readiness).is_up()).await;
    health.begin_drain();
    assert!(!ready(&health));
    health.shutdown();
    assert!(!ready(&health), "what was down doesn't come back");
}

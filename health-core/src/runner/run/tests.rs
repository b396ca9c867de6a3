use std::future::pending;
use std::iter::{empty, once};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use tokio::runtime::{Builder, Runtime};
use tokio::time::{advance, sleep};

use super::*;

const SECOND: Duration = Duration::from_secs(1);
const SHORT: Duration = Duration::from_millis(20);

fn asynchronous<F>(body: impl Fn() -> F + Send + Sync + 'static) -> Body
where
    F: Future<Output = Outcome> + Send + 'static,
{
    Body::Async(Arc::new(move || Box::pin(body())))
}

/// Whoever waits may live on another runtime than the check, as a start-up of several runtimes may have it.
#[tokio::test]
async fn a_run_whose_runtime_has_ended_is_cancelled_and_says_so() {
    let bodies = [
        asynchronous(|| async { Outcome::Pass }),
        Body::Sync(Arc::new(|| Outcome::Pass)),
    ];
    for body in bodies {
        let runtime = Builder::new_current_thread().build().unwrap();
        let ended = runtime.handle().clone();
        runtime.shutdown_background();
        let mut run = Run::start(&body, &ended).unwrap();
        let lag = LagMeter::new(Instant::now(), empty());
        let finding = run.finding(3600 * SECOND, &lag).await;
        assert_eq!(finding.cause, Some(Cause::Cancelled));
        let reason = finding.outcome.reason().unwrap();
        assert_eq!(reason, "cancelled: its runtime shut down");
    }
}

#[tokio::test(start_paused = true)]
async fn what_still_hangs_is_excused_by_lag_since_it_was_last_looked_at() {
    let lag = LagMeter::new(Instant::now(), once(SECOND));
    tokio::spawn(Arc::clone(&lag).watch());
    let hangs = asynchronous(pending);
    let mut run = Run::start(&hangs, &Handle::current()).unwrap();
    let finding = run.finding(SECOND, &lag).await;
    assert_eq!(
        (finding.cause, finding.lagged),
        (Some(Cause::TimedOut), false)
    );

    let since = Instant::now();
    advance(SECOND).await;
    let lagged = run.still_hanging(since, SECOND, &lag);
    assert_eq!((lagged.cause, lagged.lagged), (Some(Cause::Hung), true));
    assert_eq!(lagged.outcome.reason(), Some("still no answer after 2s"));

    let since = Instant::now();
    sleep(5 * SECOND).await;
    assert!(!run.still_hanging(since, SECOND, &lag).lagged);
}

/// Nothing could answer: it says nothing about what the check looks at.
#[tokio::test]
async fn a_run_that_waits_for_a_thread_is_not_said_to_give_no_answer() {
    let full = Builder::new_multi_thread()
        .worker_threads(1)
        .max_blocking_threads(1)
        .build()
        .unwrap();
    let (release, parked) = mpsc::channel::<()>();
    full.spawn_blocking(move || parked.recv());
    let lag = LagMeter::new(Instant::now(), empty());
    let mut run = Run::start(&Body::Sync(Arc::new(|| Outcome::Pass)), full.handle()).unwrap();
    let queued = "not begun in its time: nothing was free to run it on";
    for finding in [
        run.finding(SHORT, &lag).await,
        run.still_hanging(Instant::now(), SHORT, &lag),
    ] {
        assert_eq!(finding.cause, Some(Cause::Cancelled));
        assert_eq!(finding.outcome.reason(), Some(queued));
    }
    drop(release);
    assert!(!run.answered_late().await, "it never ran");
    full.shutdown_background();
}

/// Two workers, and one of them is held by a check: the other one watches timers and sockets.
#[test]
fn a_body_that_blocks_one_worker_leaves_timers_to_the_others() {
    const BLOCKS: Duration = Duration::from_millis(100);
    let runtime = Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let stood_still = (0..8).filter(|_| stands_still(&runtime, BLOCKS)).count();
    // All of them, if nothing wakes the other worker. A busy machine may make it seem so now and then.
    assert!(stood_still <= 4, "timers stood still in {stood_still} of 8");
}

/// Whether timers stand still from when a check begins to block until it ends.
fn stands_still(runtime: &Runtime, blocks: Duration) -> bool {
    let turns = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&turns);
    let ticker = runtime.spawn(async move {
        loop {
            sleep(Duration::from_millis(2)).await;
            counted.fetch_add(1, Ordering::SeqCst);
        }
    });
    let (counted, during) = mpsc::channel();
    let body = asynchronous(move || {
        let before = turns.load(Ordering::SeqCst);
        thread::sleep(blocks);
        counted.send(turns.load(Ordering::SeqCst) - before).unwrap();
        async { Outcome::Pass }
    });
    let handle = runtime.handle().clone();
    runtime.spawn(async move {
        // As a check's task is: woken by a timer, with nothing else to do.
        sleep(SHORT).await;
        let lag = LagMeter::new(Instant::now(), empty());
        let mut run = Run::start(&body, &handle).unwrap();
        run.finding(SECOND, &lag).await
    });
    let during = during.recv().unwrap();
    ticker.abort();
    during < 2
}

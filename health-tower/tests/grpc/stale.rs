use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use health_tower::{Check, HealthBuilder, Probe, Watchdog};
use http_body_util::BodyExt as _;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Notify;

use crate::client::Heard::Status;
use crate::client::{NOT_SERVING, SERVING};
use crate::world::{SECOND, World};

const MS: Duration = Duration::from_millis(1);

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

/// A check that can be made to hang, and to go on.
#[derive(Clone, Default)]
struct Slow {
    hangs: Arc<AtomicBool>,
    began: Arc<AtomicBool>,
    gate: Arc<Notify>,
}

impl Slow {
    fn check(&self) -> Check {
        let slow = self.clone();
        let check = Check::readiness("slow", move || {
            let slow = slow.clone();
            async move {
                if slow.hangs.load(Ordering::SeqCst) {
                    slow.began.store(true, Ordering::SeqCst);
                    slow.gate.notified().await;
                }
                true
            }
        });
        check.every(50 * MS).timeout(200 * MS).stale_after(250 * MS)
    }
}

/// The result goes stale while the runtime of the checks stands still with a run in flight; whoever looks from another runtime is told
/// so. Then the run ends well: nothing has ever been taken back, and yet those who were told must hear that it is over.
fn who_saw_it_go_stale_hears_that_it_is_fresh(
    builder: impl FnOnce(HealthBuilder) -> HealthBuilder,
) {
    let slow = Slow::default();
    let stalls = runtime();
    let mut world = stalls.block_on(async {
        let world = World::with(|all| builder(all.check(slow.check())));
        world.services.add("shop.Slow", ["slow"]).unwrap();
        while !world.health.status(Probe::Readiness).is_up() {
            tokio::time::sleep(MS).await;
        }
        slow.hangs.store(true, Ordering::SeqCst);
        while !slow.began.load(Ordering::SeqCst) {
            tokio::time::sleep(MS).await;
        }
        world
    });
    let other = runtime();
    while world.health.status(Probe::Readiness).is_up() {
        std::thread::yield_now();
    }
    let (mut part, mut whole) =
        other.block_on(async { (world.watch("shop.Slow").await, world.watch("").await) });
    assert_eq!(
        (part.now(), whole.now()),
        (Status(NOT_SERVING), Status(NOT_SERVING))
    );
    let mut part = tokio_test::task::spawn(part.body.frame());
    let mut whole = tokio_test::task::spawn(whole.body.frame());
    tokio_test::assert_pending!(part.poll());
    tokio_test::assert_pending!(whole.poll());
    slow.hangs.store(false, Ordering::SeqCst);
    slow.gate.notify_one();
    stalls.block_on(async {
        let mut changes = world.health.subscribe();
        while world.check("").await != Ok(SERVING) || world.check("shop.Slow").await != Ok(SERVING)
        {
            tokio::time::timeout(60 * SECOND, changes.changed())
                .await
                .unwrap()
                .unwrap();
        }
    });
    assert_eq!((part.is_woken(), whole.is_woken()), (true, true));
}

#[test]
fn who_saw_it_go_stale_hears_that_it_is_fresh_without_a_watchdog() {
    who_saw_it_go_stale_hears_that_it_is_fresh(|builder| builder.watchdog(Watchdog::off()));
}

#[test]
fn who_saw_it_go_stale_hears_that_it_is_fresh_with_one() {
    for _ in 0..3 {
        who_saw_it_go_stale_hears_that_it_is_fresh(|builder| builder);
    }
}

/// A test that stops the clock of its runtime stops that of its results.
#[tokio::test(start_paused = true)]
async fn where_the_clock_stands_still_nothing_goes_stale() {
    let quick = Check::readiness("quick", || async { true });
    let quick = quick.every(50 * MS).timeout(50 * MS).stale_after(50 * MS);
    let world = World::with(|builder| builder.check(quick));
    world.database(true).await;
    while !world.health.status(Probe::Readiness).is_up() {
        tokio::time::sleep(MS).await;
    }
    let mut statuses = world.health.statuses().follow();
    statuses.mark_unchanged();
    // Several looks of the watchdog, and much more than the result is good for.
    let began = std::time::Instant::now();
    while began.elapsed() < 500 * MS {
        std::thread::yield_now();
    }
    assert!(!statuses.has_changed().unwrap());
    assert!(world.health.status(Probe::Readiness).is_up());
}

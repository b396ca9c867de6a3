use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use tokio_test::{assert_pending, assert_ready, task};

use super::*;

#[test]
fn a_stripe_takes_what_the_documentation_says() {
    assert!(size_of::<CachePadded<Counter>>() <= 128);
}

#[test]
fn idle_waits_for_every_thread() {
    let in_flight = InFlight::leak();
    let (first, second) = (in_flight.enter(), in_flight.enter());
    assert_eq!(in_flight.count(), 2);
    let mut idle = task::spawn(in_flight.idle());
    assert_pending!(idle.poll());
    std::thread::spawn(move || drop(first)).join().unwrap();
    assert_pending!(idle.poll());
    drop(second);
    assert!(idle.is_woken());
    assert_ready!(idle.poll());
    assert_eq!(in_flight.count(), 0);
}

/// Maintenance is over, and whoever waited for its zero has gone.
#[test]
fn what_was_drained_once_costs_one_wake_up_and_no_more() {
    let in_flight = InFlight::leak();
    for waited_in_vain in [true, false] {
        let held = in_flight.enter();
        let mut idle = task::spawn(in_flight.idle());
        assert_pending!(idle.poll());
        if waited_in_vain {
            drop(idle);
            drop(held);
        } else {
            drop(held);
            assert_ready!(idle.poll());
        }
        // Those that it looked at as it was told are asked once more.
        drop(in_flight.enter());
        let mut called = task::spawn(in_flight.0.common.idle.notified());
        assert_pending!(called.poll());
        for _ in 0..3 {
            drop(in_flight.enter());
        }
        assert!(!called.is_woken(), "nobody waits for zero any more");
    }
}

#[test]
fn idle_is_immediate_when_nothing_is_in_flight() {
    assert_ready!(task::spawn(InFlight::leak().idle()).poll());
}

/// Something always lives; only one look at each stripe would now and then see none.
#[test]
fn work_that_is_handed_over_is_never_missed() {
    let in_flight = InFlight::leak();
    let (give, take) = std::sync::mpsc::sync_channel::<Counted>(1);
    give.send(in_flight.count_one().0).unwrap();
    let ending = Arc::new(AtomicBool::new(false));
    let ends = Arc::clone(&ending);
    let hand_over = move || {
        for _ in 0..20_000 {
            let old = take.recv().unwrap();
            let (new, _) = in_flight.count_one();
            drop(old);
            give.send(new).unwrap();
        }
        // The last one lives in the channel, which goes with this closure.
        ends.store(true, Ordering::SeqCst);
    };
    let thread = std::thread::spawn(hand_over);
    while !thread.is_finished() {
        let empty = task::spawn(in_flight.idle()).poll().is_ready();
        assert!(
            !empty || ending.load(Ordering::SeqCst),
            "nothing was in flight, it said"
        );
    }
    thread.join().unwrap();
}

#[test]
fn a_thread_that_is_ending_can_still_count() {
    struct AtExit(InFlight);
    impl Drop for AtExit {
        fn drop(&mut self) {
            drop(self.0.enter());
        }
    }
    thread_local! { static LAST: Cell<Option<AtExit>> = const { Cell::new(None) }; }
    let in_flight = InFlight::leak();
    let thread = std::thread::spawn(move || LAST.set(Some(AtExit(in_flight))));
    thread.join().unwrap();
    assert_eq!(in_flight.count(), 0);
}

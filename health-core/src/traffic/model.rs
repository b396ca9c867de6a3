//! Run with `RUSTFLAGS="--cfg health_loom" cargo test -p health-core --release --lib model`.

use loom::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use loom::sync::{Arc, Notify};
use loom::thread;

use super::stripe::Stripe;

/// Two stripes, a request on each, and a drain that waits for both, in every interleaving: loom reports a lost wake-up
/// as a deadlock.
#[test]
fn a_drain_hears_of_the_last_request() {
    loom::model(|| {
        let stripes = Arc::new([Stripe::new(), Stripe::new()]);
        let idle = Arc::new(Notify::new());
        stripes.iter().for_each(Stripe::enter);
        let requests = [0, 1].map(|index| {
            let (stripes, idle) = (Arc::clone(&stripes), Arc::clone(&idle));
            thread::spawn(move || {
                if stripes[index].leave() {
                    idle.notify();
                }
            })
        });
        while stripes.iter().map(Stripe::watch).sum::<usize>() > 0 {
            idle.wait();
        }
        for request in requests {
            request.join().unwrap();
        }
    });
}

/// The obvious protocol, a flag beside the counter, loses the wake-up. Should this model ever pass, the one above proves
/// nothing either.
#[test]
#[should_panic(expected = "deadlock")]
fn a_flag_of_its_own_loses_the_wake_up() {
    loom::model(|| {
        let shared = Arc::new((AtomicUsize::new(1), AtomicBool::new(false), Notify::new()));
        let request = {
            let shared = Arc::clone(&shared);
            thread::spawn(move || {
                let (count, waits, idle) = &*shared;
                if count.fetch_sub(1, Ordering::AcqRel) == 1 && waits.load(Ordering::Acquire) {
                    idle.notify();
                }
            })
        };
        let (count, waits, idle) = &*shared;
        waits.store(true, Ordering::Release);
        while count.load(Ordering::Acquire) > 0 {
            idle.wait();
        }
        request.join().unwrap();
    });
}

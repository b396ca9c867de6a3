//! Run with `RUSTFLAGS="--cfg health_loom" cargo test -p health-core --release --lib model`.

use std::future::poll_fn;
use std::task::Poll;

use loom::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use loom::sync::{Arc, Notify};
use loom::thread;

use super::desk::{Desk, Stage, Who};
use super::name::Name;
use super::stripe::{DrainFlags, Stripe, idle};

const WHO: Who = Who {
    stage: Stage::Head,
    group: None,
};

/// So many stripes, and those who wait for zero.
struct Counted<const STRIPES: usize, const WAITING: usize> {
    stripes: [Stripe; STRIPES],
    waiting: [Notify; WAITING],
}

impl<const STRIPES: usize, const WAITING: usize> Counted<STRIPES, WAITING> {
    /// With so many in flight on each.
    fn new(in_flight: [usize; STRIPES]) -> Arc<Self> {
        let stripes = in_flight.map(|count| {
            let stripe = Stripe::new();
            (0..count).for_each(|_| _ = stripe.enter());
            stripe
        });
        let waiting = [(); WAITING].map(|()| Notify::new());
        Arc::new(Self { stripes, waiting })
    }

    fn leave(&self, stripe: usize) {
        if self.stripes[stripe].leave() {
            self.waiting.iter().for_each(Notify::notify);
        }
    }

    fn wait_for_idle(&self, who: usize) {
        while !idle(self.stripes.iter()) {
            self.waiting[who].wait();
        }
    }
}

/// Two stripes, a request on each, and a drain that waits for both, in every interleaving: loom reports a lost wake-up
/// as a deadlock.
#[test]
fn a_drain_hears_of_the_last_request() {
    loom::model(|| {
        let counted = Counted::<2, 1>::new([1, 1]);
        let requests = [0, 1].map(|stripe| {
            let counted = Arc::clone(&counted);
            thread::spawn(move || counted.leave(stripe))
        });
        counted.wait_for_idle(0);
        for request in requests {
            request.join().unwrap();
        }
    });
}

/// A zero takes away what asks for it, also from under whoever has just asked: both hear of the last one. To take it away when one has
/// heard, and no longer waits, is found to deadlock. (Three threads that each touch one word many times: with more than three
/// preemptions, it takes minutes.)
#[test]
fn a_drain_and_a_hook_hear_of_the_last_request() {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(3);
    model.check(|| {
        let counted = Counted::<1, 2>::new([1]);
        let [requests, hook] = [false, true].map(|waits| {
            let counted = Arc::clone(&counted);
            thread::spawn(move || {
                if waits {
                    return counted.wait_for_idle(1);
                }
                counted.leave(0);
                counted.stripes[0].enter();
                counted.leave(0);
            })
        });
        counted.wait_for_idle(0);
        for thread in [requests, hook] {
            thread.join().unwrap();
        }
    });
}

/// One tells of its zero while another comes and goes.
#[test]
fn a_drain_hears_of_the_zero_after_a_zero() {
    loom::model(|| {
        let counted = Counted::<1, 1>::new([1]);
        let requests = [false, true].map(|comes| {
            let counted = Arc::clone(&counted);
            thread::spawn(move || {
                if comes {
                    counted.stripes[0].enter();
                }
                counted.leave(0);
            })
        });
        counted.wait_for_idle(0);
        for request in requests {
            request.join().unwrap();
        }
    });
}

/// Work is handed from one stripe to the other, one entered before the other is left: never is nothing in flight, until the end.
#[test]
fn a_drain_does_not_overlook_what_is_handed_over() {
    loom::model(|| {
        let counted = Counted::<2, 1>::new([0, 1]);
        let done = Arc::new(AtomicBool::new(false));
        let work = {
            let (counted, done) = (Arc::clone(&counted), Arc::clone(&done));
            thread::spawn(move || {
                counted.stripes[0].enter();
                counted.leave(1);
                done.store(true, Ordering::Relaxed);
                counted.leave(0);
            })
        };
        counted.wait_for_idle(0);
        assert!(
            done.load(Ordering::Relaxed),
            "zero was seen while work was handed over"
        );
        work.join().unwrap();
    });
}

/// Something that waits, and an end that comes at any moment: it is woken, or sees that it is to end. The desk
/// is the real one; the other order, to look before one is put down, is found to deadlock.
#[test]
fn nothing_waits_past_the_end() {
    loom::model(|| {
        let shared = Arc::new((Stripe::new(), Desk::new()));
        shared.0.enter();
        let waits = {
            let shared = Arc::clone(&shared);
            thread::spawn(move || {
                let (stripe, desk) = &*shared;
                let mut place = None;
                let ended = poll_fn(|cx| {
                    let ended = desk.wait(stripe, &mut place, cx.waker(), WHO, || {
                        Name::new("GET", "/")
                    });
                    if ended {
                        Poll::Ready(())
                    } else {
                        Poll::Pending
                    }
                });
                loom::future::block_on(ended);
                desk.leave(place.unwrap());
            })
        };
        let (stripe, desk) = &*shared;
        stripe.raise(DrainFlags::ENDED);
        desk.wake_all();
        waits.join().unwrap();
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

use std::cell::Cell;
use std::fmt;
use std::num::NonZero;
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::available_parallelism;

use crossbeam_utils::CachePadded;
use tokio::sync::Notify;

use crate::traffic::stripe::{Stripe, idle};

/// The counter of what is in flight, without a cache line that all threads share. A cheap `Copy`, from
/// [`Health::in_flight`](crate::Health::in_flight).
///
/// Each thread counts on a stripe of its own, as far as there are enough of them. Servers clone a service for every
/// request, so a reference count on the way would be the contended line again: the stripes are therefore leaked, once for
/// each [`Health`](crate::Health).
#[derive(Clone, Copy)]
pub struct InFlight(&'static Stripes);

struct Stripes {
    counters: Box<[CachePadded<Counter>]>,
    idle: &'static Notify,
}

struct Counter {
    stripe: Stripe,
    idle: &'static Notify,
}

impl InFlight {
    /// Leaks a new counter: 128 bytes for each stripe, 4 stripes for each core.
    pub(crate) fn leak() -> Self {
        let cores = available_parallelism().map_or(1, NonZero::get);
        let stripes = (4 * cores).next_power_of_two().min(256);
        let idle: &'static Notify = Box::leak(Box::new(Notify::new()));
        let counter = || Counter {
            stripe: Stripe::new(),
            idle,
        };
        let counters = (0..stripes).map(|_| CachePadded::new(counter())).collect();
        Self(Box::leak(Box::new(Stripes { counters, idle })))
    }

    /// Counts one more until the returned value is dropped.
    #[inline]
    pub fn enter(self) -> Hold {
        // The number of stripes is a power of two.
        let counters: &'static [_] = &self.0.counters;
        let counter = &counters[thread_number() & (counters.len() - 1)];
        counter.stripe.enter();
        Hold(counter)
    }

    /// How many are in flight now. A sum over the stripes: exact when nothing moves.
    #[must_use]
    pub fn count(self) -> usize {
        let sum: u64 = self.stripes().map(Stripe::count).sum();
        usize::try_from(sum).unwrap_or(usize::MAX)
    }

    /// Waits until there was a moment with nothing in flight.
    ///
    /// From here on, each stripe that falls to zero looks for somebody to wake: for drains, not for a life of service.
    pub(crate) async fn idle(self) {
        loop {
            let mut zero = pin!(self.0.idle.notified());
            // Before the stripes are looked at: what becomes zero after that must find somebody to wake.
            zero.as_mut().enable();
            if idle(self.stripes()) {
                return;
            }
            zero.await;
        }
    }

    fn stripes(self) -> impl Iterator<Item = &'static Stripe> + Clone {
        self.0.counters.iter().map(|counter| &counter.stripe)
    }
}

impl fmt::Debug for InFlight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("InFlight").field(&self.count()).finish()
    }
}

/// Something in flight, as long as it lives: a request, an upgraded connection, work in the background. A drain waits for it.
#[must_use = "it counts as in flight only while it lives"]
pub struct Hold(&'static Counter);

impl Drop for Hold {
    #[inline]
    fn drop(&mut self) {
        if self.0.stripe.leave() {
            self.0.idle.notify_waiters();
        }
    }
}

impl fmt::Debug for Hold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hold")
    }
}

/// Threads are numbered as they first count something, so that a server's workers get stripes next to each other.
#[inline]
fn thread_number() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    thread_local! {
        static NUMBER: Cell<usize> = const { Cell::new(usize::MAX) };
    }
    NUMBER.with(|number| {
        if number.get() == usize::MAX {
            number.set(NEXT.fetch_add(1, Ordering::Relaxed));
        }
        number.get()
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::AtomicBool;

    use tokio_test::{assert_pending, assert_ready, task};

    use super::*;

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

    #[test]
    fn idle_is_immediate_when_nothing_is_in_flight() {
        assert_ready!(task::spawn(InFlight::leak().idle()).poll());
    }

    /// Something always lives; only one look at each stripe would now and then see none.
    #[test]
    fn work_that_is_handed_over_is_never_missed() {
        let in_flight = InFlight::leak();
        let (give, take) = std::sync::mpsc::sync_channel::<Hold>(1);
        give.send(in_flight.enter()).unwrap();
        let ending = Arc::new(AtomicBool::new(false));
        let ends = Arc::clone(&ending);
        let hand_over = move || {
            for _ in 0..20_000 {
                let old = take.recv().unwrap();
                let new = in_flight.enter();
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
}

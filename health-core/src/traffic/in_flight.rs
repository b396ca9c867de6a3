use std::cell::Cell;
use std::cmp::Reverse;
use std::fmt;
use std::num::NonZero;
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::thread::available_parallelism;

use crossbeam_utils::CachePadded;
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::traffic::desk::Desk;
use crate::traffic::stripe::{Stripe, idle};
use crate::traffic::tally::Tally;
use crate::traffic::times::{Ticks, Times};
use crate::traffic::{DrainFlags, Ending, RouteGroup, Unfinished};

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
    common: &'static Common,
}

/// What is seldom touched.
struct Common {
    idle: Notify,
    ramp: OnceLock<Ramp>,
    epoch: Instant,
    /// Until there was the head of a response.
    answers: Times,
    /// In the queue.
    waits: Times,
    groups: Mutex<Vec<RouteGroup>>,
}

struct Counter {
    stripe: Stripe,
    desk: Desk,
    tally: Tally,
    common: &'static Common,
}

/// From when to when connections are to be closed, more and more of them.
#[derive(Clone, Copy, Debug)]
struct Ramp {
    from: Instant,
    to: Instant,
}

impl Ramp {
    fn chance(&self) -> f64 {
        let whole = self.to.saturating_duration_since(self.from);
        let passed = self.from.elapsed();
        if passed >= whole {
            return 1.0;
        }
        passed.as_secs_f64() / whole.as_secs_f64()
    }
}

impl InFlight {
    /// Leaks a new counter: 128 bytes for each stripe, 4 stripes for each core.
    pub(crate) fn leak() -> Self {
        let common: &'static Common = Box::leak(Box::new(Common {
            idle: Notify::new(),
            ramp: OnceLock::new(),
            epoch: Instant::now(),
            answers: Times::new(),
            waits: Times::new(),
            groups: Mutex::default(),
        }));
        let counter = || Counter {
            stripe: Stripe::new(),
            desk: Desk::new(),
            tally: Tally::new(),
            common,
        };
        let counters = (0..stripes()).map(|_| CachePadded::new(counter()));
        Self(Box::leak(Box::new(Stripes {
            counters: counters.collect(),
            common,
        })))
    }

    /// Counts one more until the returned value is dropped, and gives how far a drain has come.
    #[inline]
    pub(crate) fn count_one(self) -> (Counted, DrainFlags) {
        // The number of stripes is a power of two.
        let counters: &'static [_] = &self.0.counters;
        let counter = &counters[thread_number() & (counters.len() - 1)];
        let flags = counter.stripe.enter();
        (Counted(counter), flags)
    }

    /// A group of that name: the one that there is, or another, if there are not as many as there may be.
    pub(crate) fn group(self, name: &str) -> Option<RouteGroup> {
        let groups = &self.0.common.groups;
        let mut groups = groups.lock().unwrap_or_else(PoisonError::into_inner);
        let known = groups.iter().find(|group| group.name() == name);
        if known.is_some() || groups.len() == MOST_GROUPS {
            return known.copied();
        }
        let group = RouteGroup::leak(name.to_owned());
        groups.push(group);
        Some(group)
    }

    pub(crate) fn groups(self) -> Vec<RouteGroup> {
        let groups = &self.0.common.groups;
        groups
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Until there was the head of a response, and in the queue.
    pub(crate) fn times(self) -> [&'static Times; 2] {
        [&self.0.common.answers, &self.0.common.waits]
    }

    /// Each stripe, with how those ended that counted there.
    pub(crate) fn tallies(self) -> impl Iterator<Item = (&'static Stripe, &'static Tally)> {
        let counters = self.0.counters.iter();
        counters.map(|counter| (&counter.stripe, &counter.tally))
    }

    /// From now on, whoever counts finds that a shutdown has begun, which lets go of connections until `to`.
    pub(crate) fn begin_drain(self, from: Instant, to: Instant) {
        let _first = self.0.common.ramp.set(Ramp { from, to });
        self.raise(DrainFlags::DRAINING);
    }

    /// From now on, what comes is to be refused.
    pub(crate) fn refuse(self) {
        self.raise(DrainFlags::REFUSING);
    }

    /// From now on, what is in flight is to end, and is woken to do so.
    pub(crate) fn end(self) {
        self.raise(DrainFlags::ENDED);
        self.desks().for_each(Desk::wake_all);
    }

    /// What is in flight and waits, by name; the oldest first, no more than `most`.
    pub(crate) fn unfinished(self, most: usize) -> Vec<Unfinished> {
        let mut all = Vec::new();
        self.desks()
            .for_each(|desk| desk.list(Instant::now(), &mut all));
        all.sort_by_key(|one| Reverse(one.age));
        all.truncate(most);
        all
    }

    /// Another number with each that comes or goes.
    pub(crate) fn turnover(self) -> u64 {
        self.stripes()
            .map(Stripe::turnover)
            .fold(0, u64::wrapping_add)
    }

    fn raise(self, flags: DrainFlags) {
        self.stripes().for_each(|stripe| stripe.raise(flags));
    }

    pub(crate) fn desks(self) -> impl Iterator<Item = &'static Desk> {
        self.0.counters.iter().map(|counter| &counter.desk)
    }

    /// How many are in flight now. A sum over the stripes: exact when nothing moves.
    #[must_use]
    pub fn count(self) -> usize {
        let sum: u64 = self.stripes().map(Stripe::count).sum();
        usize::try_from(sum).unwrap_or(usize::MAX)
    }

    /// Waits until there was a moment with nothing in flight.
    ///
    /// Each look makes each stripe's next zero look for somebody to wake, once: for drains, not for a life of service.
    pub(crate) async fn idle(self) {
        loop {
            let mut zero = pin!(self.0.common.idle.notified());
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

/// Something in flight, as long as it lives.
pub(crate) struct Counted(&'static Counter);

impl Counted {
    #[inline]
    pub(crate) fn flags(&self) -> DrainFlags {
        self.0.stripe.flags()
    }

    /// When it came, if its time is taken.
    #[inline]
    pub(crate) fn sampled(&self, flags: DrainFlags) -> Option<Ticks> {
        self.0.tally.samples(flags.number()).then(|| self.now())
    }

    pub(crate) fn now(&self) -> Ticks {
        Ticks::since(self.0.common.epoch)
    }

    pub(crate) fn waited(&self, began: Ticks) {
        let common = self.0.common;
        common.waits.add(began.elapsed(common.epoch));
    }

    pub(crate) fn took(&self, began: Ticks, group: Option<RouteGroup>) {
        let common = self.0.common;
        let took = began.elapsed(common.epoch);
        common.answers.add(took);
        if let Some(group) = group {
            group.times().add(took);
        }
    }

    /// A request is about to leave, by its own word or without one.
    pub(crate) fn ended(&self, ending: Option<Ending>, group: Option<RouteGroup>) {
        let apart = ending.is_none() && self.flags().is_ended();
        if apart {
            self.set_apart();
        } else {
            self.0.tally.ended(ending);
        }
        if let Some(group) = group {
            group.left((!apart).then_some(ending));
        }
    }

    pub(crate) fn holds(&self) {
        self.0.tally.holds();
    }

    /// One that was overdue has been answered.
    pub(crate) fn recovered(&self, group: Option<RouteGroup>) {
        self.0.tally.recovered();
        if let Some(group) = group {
            group.recovered();
        }
    }

    pub(crate) fn set_apart(&self) {
        self.0.tally.set_apart();
    }

    pub(crate) fn closing_chance(&self) -> f64 {
        self.0.common.ramp.get().map_or(0.0, Ramp::chance)
    }

    pub(crate) fn desk(&self) -> (&'static Desk, &'static Stripe) {
        (&self.0.desk, &self.0.stripe)
    }
}

impl Drop for Counted {
    #[inline]
    fn drop(&mut self) {
        if self.0.stripe.leave() {
            self.0.common.idle.notify_waiters();
        }
    }
}

/// As many groups as anybody reads, and so many that names made from data can't fill memory.
pub(crate) const MOST_GROUPS: usize = 16;

/// How many stripes there are: a power of two.
pub(crate) fn stripes() -> usize {
    let cores = available_parallelism().map_or(1, NonZero::get);
    (4 * cores).next_power_of_two().min(256)
}

/// Threads are numbered as they first count something, so that a server's workers get stripes next to each other.
#[inline]
pub(crate) fn thread_number() -> usize {
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

#[cfg(all(test, not(health_loom)))]
mod tests;

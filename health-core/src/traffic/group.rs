use std::fmt;
use std::ptr;
use std::sync::atomic::{AtomicU64, Ordering};

use crossbeam_utils::CachePadded;

use crate::traffic::Ending;
use crate::traffic::in_flight::{stripes, thread_number};
use crate::traffic::tally::{Endings, Tally};
use crate::traffic::times::Times;

/// A group of routes whose traffic is judged by itself as well, from [`Health::route_group`](crate::Health::route_group). A cheap `Copy`;
/// what it counts on is leaked, 128 bytes for each stripe.
#[derive(Clone, Copy)]
pub struct RouteGroup(&'static Group);

struct Group {
    name: String,
    stripes: Box<[CachePadded<Counts>]>,
    times: Times,
}

struct Counts {
    entered: AtomicU64,
    left: AtomicU64,
    tally: Tally,
}

impl RouteGroup {
    pub(crate) fn leak(name: String) -> Self {
        let counts = || Counts {
            entered: AtomicU64::new(0),
            left: AtomicU64::new(0),
            tally: Tally::new(),
        };
        let stripes = (0..stripes()).map(|_| CachePadded::new(counts()));
        Self(Box::leak(Box::new(Group {
            name,
            stripes: stripes.collect(),
            times: Times::new(),
        })))
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        &self.0.name
    }

    pub(crate) fn entered(self) {
        // Relaxed, here and below: see `Tally`.
        self.here().entered.fetch_add(1, Ordering::Relaxed);
    }

    /// `None`: it was set apart.
    pub(crate) fn left(self, ending: Option<Option<Ending>>) {
        let here = self.here();
        match ending {
            Some(ending) => here.tally.ended(ending),
            None => here.tally.set_apart(),
        }
        here.left.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn recovered(self) {
        self.here().tally.recovered();
    }

    pub(crate) fn times(self) -> &'static Times {
        &self.0.times
    }

    /// How many have ever entered, how many have left, and how.
    pub(crate) fn totals(self) -> (u64, u64, Endings) {
        let all = self.0.stripes.iter();
        all.fold(Default::default(), |(entered, left, endings), counts| {
            // What has left has entered: so that never more have, who left is read first.
            let left_here = counts.left.load(Ordering::Relaxed);
            let entered_here = counts.entered.load(Ordering::Relaxed);
            (
                entered + entered_here,
                left + left_here,
                endings + counts.tally.endings(),
            )
        })
    }

    /// Of the thread that it is called from, whether or not the request came in there.
    fn here(self) -> &'static Counts {
        let stripes: &'static [_] = &self.0.stripes;
        &stripes[thread_number() & (stripes.len() - 1)]
    }
}

/// The same name is the same group, and there is one of each.
impl PartialEq for RouteGroup {
    fn eq(&self, other: &Self) -> bool {
        ptr::eq(self.0, other.0)
    }
}

impl Eq for RouteGroup {}

impl fmt::Debug for RouteGroup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RouteGroup").field(&self.0.name).finish()
    }
}

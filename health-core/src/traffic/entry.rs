use std::fmt;
use std::task::Waker;
use std::thread;

use crate::traffic::desk::{Stage, Who};
use crate::traffic::in_flight::Counted;
use crate::traffic::name::Name;
use crate::traffic::times::Ticks;
use crate::traffic::{DrainFlags, Ending, InFlight, RouteGroup};

/// A request in flight, as long as it lives. From [`InFlight::enter_request`], for faces.
///
/// Most are answered without ever waiting, and nobody wants to know what they were: a name is only given with the first wait.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use health_core::{Ending, Health};
///
/// let health = Health::builder().start()?;
/// let (mut request, drain) = health.in_flight().enter_request();
/// assert!(drain.is_clear() && health.in_flight().count() == 1);
/// request.answered();
/// request.end(Ending::Completed);
/// drop(request);
/// assert_eq!(health.in_flight().count(), 0);
/// # Ok(()) }
/// ```
#[must_use = "it counts as in flight only while it lives"]
pub struct InFlightRequest {
    counted: Counted,
    group: Option<RouteGroup>,
    place: Option<u32>,
    /// When it came, if its time is taken.
    began: Option<Ticks>,
    ending: Option<Ending>,
    stage: Stage,
    /// It waits by design.
    patient: bool,
    /// Somebody else's code runs for it.
    running: bool,
}

impl InFlight {
    /// Counts one more until the returned value is dropped, and gives how far a drain has come.
    #[inline]
    pub fn enter_request(self) -> (InFlightRequest, DrainFlags) {
        let (counted, flags) = self.count_one();
        let began = counted.sampled(flags);
        let request = InFlightRequest {
            counted,
            group: None,
            place: None,
            began,
            ending: None,
            stage: Stage::Head,
            patient: false,
            running: false,
        };
        (request, flags)
    }
}

impl InFlightRequest {
    /// How far a drain has come.
    #[inline]
    #[must_use]
    pub fn flags(&self) -> DrainFlags {
        self.counted.flags()
    }

    /// How likely it is that its connection is to be closed after it: see [`Hold::closing_chance`](crate::Hold::closing_chance).
    #[must_use]
    pub fn closing_chance(&self) -> f64 {
        self.counted.closing_chance()
    }

    /// It belongs to this group of routes, and is counted there as well. At its beginning; the first one holds.
    pub fn of_group(&mut self, group: RouteGroup) {
        if self.group.is_none() {
            group.entered();
            self.group = Some(group);
        }
    }

    /// It waits by design, as a long poll does: that it has no answer yet is no evidence of anything, nor how long it took. At its
    /// beginning.
    pub fn patient(&mut self) {
        self.patient = true;
        self.began = None;
    }

    /// Somebody else's code runs for it now, or has returned. If it is dropped in between, that code has panicked, and failed it.
    #[inline]
    pub fn running(&mut self, running: bool) {
        self.running = running;
    }

    /// Is called with what is to be woken when it is to end, each time that it has to wait. `true` if it is to end already.
    ///
    /// With its first wait, it says what it is: a report calls it by the method, cut at 8 bytes, and the path, cut at 104.
    pub fn wait<'a>(&mut self, waker: &Waker, name: impl FnOnce() -> (&'a str, &'a str)) -> bool {
        let (desk, stripe) = self.counted.desk();
        let name = || {
            let (method, path) = name();
            Name::new(method, path)
        };
        let who = Who {
            stage: if self.patient {
                Stage::Body
            } else {
                self.stage
            },
            group: self.group,
        };
        desk.wait(stripe, &mut self.place, waker, who, name)
    }

    /// The service is not ready for it. From the first call on, its time in the queue counts.
    #[cold]
    pub fn queued(&mut self) {
        self.stage = Stage::Queue;
        self.began.get_or_insert_with(|| self.counted.now());
    }

    /// The service is ready for it.
    #[inline]
    pub fn admitted(&mut self) {
        if self.stage == Stage::Queue {
            self.leave_queue();
        }
    }

    #[cold]
    fn leave_queue(&mut self) {
        self.advance(Stage::Head);
        if let Some(began) = self.began {
            self.counted.waited(began);
        }
    }

    /// The head of its response is there. What it waits for from now on is the rest.
    #[inline]
    pub fn answered(&mut self) {
        self.stage = Stage::Body;
        if self.place.is_some() {
            self.advance(Stage::Body);
        }
        if let Some(began) = self.began.take() {
            self.counted.took(began, self.group);
        }
    }

    /// How it ends. The first word holds; but for what had been answered, and then failed.
    ///
    /// Without a word, it was cancelled; or ended by a drain, which says nothing about anybody.
    #[inline]
    pub fn end(&mut self, ending: Ending) {
        if self.ending.is_none_or(|before| before == Ending::Completed) {
            self.ending = Some(ending);
        }
    }

    fn advance(&mut self, stage: Stage) {
        self.stage = stage;
        let place = self.place.filter(|_| !self.patient);
        if place.is_some_and(|place| self.counted.desk().0.advance(place, stage)) {
            self.counted.recovered(self.group);
        }
    }

    /// All that is not the usual end of a request without a group.
    #[cold]
    fn note(&mut self) {
        // A client that leaves has waited for so long at least.
        if let Some(began) = self.began.take() {
            self.counted.took(began, self.group);
        }
        let said = self.ending;
        let ending = said.or_else(|| {
            let panicked = self.running || thread::panicking();
            // Who leaves a response that is under way was answered, wherever its status would have come.
            let answered = self.stage == Stage::Body && !self.flags().is_ended();
            if panicked {
                Some(Ending::Failed)
            } else {
                answered.then_some(Ending::Completed)
            }
        });
        self.counted.ended(ending, self.group);
    }
}

impl Drop for InFlightRequest {
    #[inline]
    fn drop(&mut self) {
        if self.ending != Some(Ending::Completed) || self.group.is_some() {
            self.note();
        }
        if let Some(place) = self.place {
            self.counted.desk().0.leave(place);
        }
    }
}

impl fmt::Debug for InFlightRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InFlightRequest").finish_non_exhaustive()
    }
}

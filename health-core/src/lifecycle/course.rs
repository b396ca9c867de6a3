use tokio::time::Instant;

use crate::lifecycle::{Phase, Shutdown};

/// How far the service is on its way from start to end. Pure: it is told the time, and changed under the hub's lock only.
///
/// 1. A shutdown is a one-way latch: from there on the phase is draining or later and only moves forward, whoever calls what.
/// 2. Maintenance and a shutdown never hold together: a shutdown ends maintenance and is credited its time, and maintenance
///    neither begins nor ends after one.
/// 3. Start-up goes its own way: maintenance hides it, and `resume` shows what has become of it meanwhile. Nothing is restored.
/// 4. Calls that come together have the order in which they got the lock. So, whatever it is: after `shutdown` has returned,
///    not ready for good; of `begin_drain` and `resume` without a shutdown, the last one holds.
#[derive(Debug, Default)]
pub(crate) struct Course {
    started: bool,
    maintenance: Option<Instant>,
    shutdown: Option<Shutdown>,
    /// How far the shutdown is; `None` is its beginning.
    reached: Option<Phase>,
}

/// What a call of `resume` has brought about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Resumed {
    Now,
    /// There was no maintenance.
    Already,
    /// A shutdown has begun.
    TooLate,
}

impl Course {
    pub(crate) fn phase(&self) -> Phase {
        match (self.shutdown, self.maintenance, self.started) {
            (Some(_), ..) => self.reached.unwrap_or(Phase::Draining),
            (None, Some(_), _) => Phase::Draining,
            (None, None, true) => Phase::Serving,
            (None, None, false) => Phase::Starting,
        }
    }

    /// Start-up has succeeded, or begins again.
    pub(crate) fn set_started(&mut self, started: bool) {
        self.started = started;
    }

    pub(crate) fn has_started(&self) -> bool {
        self.started
    }

    pub(crate) fn shutdown(&self) -> Option<Shutdown> {
        self.shutdown
    }

    /// Since when there is maintenance, if there is.
    pub(crate) fn maintenance(&self) -> Option<Instant> {
        self.maintenance
    }

    /// Begins maintenance; nothing where it, or a shutdown, has begun.
    pub(crate) fn begin_drain(&mut self, now: Instant) {
        if self.shutdown.is_none() {
            self.maintenance.get_or_insert(now);
        }
    }

    pub(crate) fn resume(&mut self) -> Resumed {
        match (self.shutdown, self.maintenance.take()) {
            (Some(_), _) => Resumed::TooLate,
            (None, Some(_)) => Resumed::Now,
            (None, None) => Resumed::Already,
        }
    }

    /// The first plan of a shutdown holds, less what maintenance has spent of it: `false` if there was one.
    pub(crate) fn shut_down(&mut self, plan: Shutdown) -> bool {
        let first = self.shutdown.is_none();
        if first {
            let credited = self.maintenance.take().map(|since| plan.credited(since));
            self.shutdown = Some(credited.unwrap_or(plan));
        }
        first
    }

    /// Moves a shutdown on. It never goes back: `false` if it was already there or further, or hasn't begun.
    pub(crate) fn advance(&mut self, to: Phase, now: Instant) -> bool {
        let before = self.phase();
        let Some(shutdown) = self.shutdown.as_mut().filter(|_| before < to) else {
            return false;
        };
        self.reached = Some(to);
        if to == Phase::Closing {
            shutdown.closing = shutdown.closing.min(now);
        }
        if to == Phase::Closed {
            shutdown.closed = Some(now);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::lifecycle::{DrainPolicy, Trigger};

    const SECOND: Duration = Duration::from_secs(1);

    fn plan(now: Instant) -> Shutdown {
        DrainPolicy::default().plan(Trigger::Terminate, now, false)
    }

    #[test]
    fn time_spent_in_maintenance_is_credited_to_the_lame_duck_and_not_to_the_deadline() {
        for (spent, left) in [(0, 10), (4, 6), (10, 0), (3600, 0)] {
            let began = Instant::now();
            let signal = began + spent * SECOND;
            let mut course = Course::default();
            course.begin_drain(began);
            course.begin_drain(signal);
            assert!(course.shut_down(plan(signal)));
            let shutdown = course.shutdown().unwrap();
            assert_eq!(shutdown.lame_duck(), left * SECOND, "after {spent} s");
            assert_eq!(shutdown.credit(), (10 - left) * SECOND);
            assert_eq!(shutdown.deadline(), 25 * SECOND);
            assert_eq!(course.maintenance(), None);
        }
    }

    /// The caller took the time before it got the lock.
    #[test]
    fn maintenance_that_began_after_the_signal_is_no_debt() {
        let signal = Instant::now();
        let mut course = Course::default();
        course.begin_drain(signal + SECOND);
        course.shut_down(plan(signal));
        assert_eq!(course.shutdown().unwrap().lame_duck(), 10 * SECOND);
        assert_eq!(course.shutdown().unwrap().credit(), Duration::ZERO);
    }

    #[test]
    fn a_resume_before_the_shutdown_forgets_the_credit() {
        let began = Instant::now();
        let mut course = Course::default();
        course.begin_drain(began);
        assert_eq!(course.resume(), Resumed::Now);
        assert_eq!(course.resume(), Resumed::Already);
        course.shut_down(plan(began + 60 * SECOND));
        assert_eq!(course.shutdown().unwrap().lame_duck(), 10 * SECOND);
        assert_eq!(course.resume(), Resumed::TooLate);
        assert_eq!(course.phase(), Phase::Draining);
    }

    #[test]
    fn start_up_goes_on_under_maintenance() {
        let mut course = Course::default();
        course.begin_drain(Instant::now());
        assert_eq!(course.phase(), Phase::Draining);
        course.resume();
        assert_eq!(course.phase(), Phase::Starting);
        course.begin_drain(Instant::now());
        course.set_started(true);
        assert_eq!(course.phase(), Phase::Draining);
        course.resume();
        assert_eq!(course.phase(), Phase::Serving);
    }

    #[test]
    fn maintenance_has_no_timer_to_move_it_on() {
        let mut course = Course::default();
        course.begin_drain(Instant::now());
        assert!(!course.advance(Phase::Closing, Instant::now()));
        assert_eq!(course.phase(), Phase::Draining);
    }
}

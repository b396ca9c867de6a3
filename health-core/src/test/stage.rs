use std::fmt::Display;
use std::future::Future;
use std::time::Duration;

use tokio::time::timeout;

use crate::check::Outcome;
use crate::snapshot::UnknownChecks;
use crate::test::{Forced, time};
use crate::{Health, HealthBuilder, Phase, Snapshot, StartError};

/// A [`Health`] in a test, whose checks do as the test wants, and whose time it drives.
///
/// ```
/// use std::time::Duration;
/// use health_core::{Check, Health, Probe, test::Stage};
///
/// #[tokio::test(start_paused = true)]
/// # async fn not_run() {}
/// # #[tokio::main(flavor = "current_thread")]
/// async fn without_its_database_it_is_not_ready() {
/// #   tokio::time::pause();
///     let database = Check::readiness("database", || async { Err::<(), _>("there is none in a test") });
///     let stage = Stage::start(Health::builder().check(database)).unwrap();
///     let health = stage.health();
///
///     stage.passes("database");
///     assert!(health.status(Probe::Readiness).is_up());
///     stage.fails("database", "connection refused");
///     assert!(!health.status(Probe::Readiness).is_up());
///     stage.advance(Duration::from_secs(60)).await;
///     assert!(!health.status(Probe::Readiness).is_up(), "it holds until it is released");
/// }
/// # without_its_database_it_is_not_ready();
/// ```
///
/// # Outcomes
///
/// [`passes`](Self::passes), [`warns`](Self::warns), [`fails`](Self::fails) and [`times_out`](Self::times_out) take effect at once: probes,
/// snapshots, parts and whoever follows them say so when the call returns, and no time has to pass. It is as if the check had ended so as
/// often in a row as its `fail_after` or `pass_after` wants, and it holds for all that follow: the check's own function isn't called, and a
/// run that is under way counts for nothing, until [`release`](Self::release). What follows from it is what always does: a check that only
/// [observes](crate::Impact::Observe) takes nothing down, and an external one that fails while the service drains says nothing.
///
/// All of them panic where there is no such check, and name those that there are.
///
/// # Time
///
/// Paused time, as `#[tokio::test(start_paused = true)]` has it, goes on by itself whenever the test awaits something and there is nothing
/// else to do. [`advance`](Self::advance) and [`until`](Self::until) are such waits, in which all that falls due runs, in order.
///
/// What has a thread of its own has the system's clock, which nobody drives. [`Stage::start`] therefore starts none: synchronous checks,
/// as all liveness checks are, run on the runtime's own threads for blocking, for which paused time waits. They take no time by that
/// clock; one that never returns holds it, and the test. There is no watchdog: nobody looks at a [`Pulse`](crate::Pulse), and
/// verdicts come from the runtime. Around a `Health` that was [started elsewhere](Self::of), synchronous checks and the watchdog go
/// their own way: outcomes can be forced, but in paused time, force those of synchronous readiness checks: they are stale
/// by a clock that runs ahead of theirs.
///
/// Sockets have the system's time as well: a check that waits for one times out at once in paused time. Force its outcome.
#[derive(Clone, Debug)]
pub struct Stage {
    health: Health,
}

impl Stage {
    /// Starts what was built, all of it on this runtime and by its clock. A watchdog that was asked for is left off.
    ///
    /// # Errors
    ///
    /// Those of [`HealthBuilder::start`].
    pub fn start(builder: HealthBuilder) -> Result<Self, StartError> {
        let health = builder.on_one_clock().start()?;
        Ok(Self { health })
    }

    /// Around a `Health` that was started by somebody else: to force outcomes, mostly. See [time](Self#time).
    #[must_use]
    pub fn of(health: &Health) -> Self {
        let health = health.clone();
        Self { health }
    }

    /// The service's health, as the application gets it.
    #[must_use]
    pub fn health(&self) -> &Health {
        &self.health
    }

    /// The check passes, from here on.
    ///
    /// # Panics
    ///
    /// If there is no such check.
    #[track_caller]
    pub fn passes(&self, check: &str) {
        self.force(check, Forced::Says(Outcome::Pass));
    }

    /// The check warns, from here on, which counts as a pass.
    ///
    /// # Panics
    ///
    /// If there is no such check.
    #[track_caller]
    pub fn warns(&self, check: &str, reason: impl Display) {
        self.force(check, Forced::Says(Outcome::warn(reason)));
    }

    /// The check fails, from here on.
    ///
    /// # Panics
    ///
    /// If there is no such check, or it is a start-up check that has succeeded: that is final.
    #[track_caller]
    pub fn fails(&self, check: &str, reason: impl Display) {
        self.force(check, Forced::Says(Outcome::fail(reason)));
    }

    /// The check fails for giving no answer in its time, from here on. The time doesn't have to pass.
    ///
    /// # Panics
    ///
    /// As [`fails`](Self::fails).
    #[track_caller]
    pub fn times_out(&self, check: &str) {
        self.force(check, Forced::TimesOut);
    }

    /// The check is its own again, and due: it runs as soon as something is awaited. Until it has, what it was forced to say stands, and
    /// the thresholds hold for what it says then. Nothing happens to one that isn't forced, nor to a start-up check that has succeeded.
    ///
    /// # Panics
    ///
    /// If there is no such check.
    #[track_caller]
    pub fn release(&self, check: &str) {
        self.health.0.hub.release(self.index(check));
    }

    /// Lets time pass: all that falls due meanwhile runs, in order, and by its own timers. A millisecond more, in which what falls due
    /// in the last moment comes to its end.
    ///
    /// It takes time of yours: 200 times a second, the runtime looks how late it is. In a debug build, a minute takes about half a second, and an
    /// hour about half a minute, whatever the checks do; less in a release build. So advance by what the test is about.
    ///
    /// # Panics
    ///
    /// Where time isn't paused; and for more than a day.
    #[track_caller]
    pub fn advance(&self, by: Duration) -> impl Future<Output = ()> + use<> {
        assert!(
            time::is_paused(),
            "time can't be advanced where it isn't paused: start the test with `#[tokio::test(start_paused = true)]`, \
             or call `tokio::time::pause()`"
        );
        assert!(
            by <= time::FURTHEST,
            "time can be advanced by {:?} at most, and not by {by:?}",
            time::FURTHEST
        );
        time::pass(by)
    }

    /// Waits until each check has run once, or was forced.
    ///
    /// # Panics
    ///
    /// As [`until`](Self::until).
    #[track_caller]
    pub fn all_ran(&self) -> impl Future<Output = Snapshot> + use<> {
        self.until(|now| now.checks().all(|check| check.outcome().is_some()))
    }

    /// Waits until the service has come to this phase, or is past it.
    ///
    /// # Panics
    ///
    /// As [`until`](Self::until).
    #[track_caller]
    pub fn reaches(&self, phase: Phase) -> impl Future<Output = Snapshot> + use<> {
        self.until(move |now| now.phase() >= phase)
    }

    /// Waits until a snapshot is as wanted, and gives it.
    ///
    /// # Panics
    ///
    /// If none is within ten minutes of paused time, or a minute of the system's. The message shows the last one.
    #[track_caller]
    pub fn until<F>(&self, wanted: F) -> impl Future<Output = Snapshot> + use<F>
    where
        F: Fn(&Snapshot) -> bool,
    {
        let health = self.health.clone();
        let patience = if time::is_paused() {
            time::PATIENCE
        } else {
            Duration::from_secs(60)
        };
        let at = std::panic::Location::caller();
        async move {
            let found = timeout(patience, search(&health, wanted)).await;
            found.unwrap_or_else(|_elapsed| {
                let last = health.snapshot();
                panic!("what {at} waits for did not come within {patience:?}; it is {last:?}")
            })
        }
    }

    #[track_caller]
    fn force(&self, check: &str, forced: Forced) {
        let done = self.health.0.hub.force(self.index(check), forced);
        assert!(
            done,
            "`{check}` is a start-up check that has succeeded, which is final: let it fail before it has run"
        );
    }

    #[track_caller]
    fn index(&self, check: &str) -> usize {
        let published = self.health.0.hub.published();
        published.reports().position(check).unwrap_or_else(|| {
            let unknown = Box::new([check.to_owned()]);
            panic!("{}", UnknownChecks::among(&published, unknown))
        })
    }
}

async fn search(health: &Health, wanted: impl Fn(&Snapshot) -> bool) -> Snapshot {
    // Of what time alone does, as letting a result go stale, nobody is notified.
    const LOOK: Duration = Duration::from_secs(1);

    let mut changes = health.subscribe();
    loop {
        let now = changes.latest();
        if wanted(&now) {
            return now;
        }
        let _either = timeout(LOOK, changes.changed()).await;
    }
}

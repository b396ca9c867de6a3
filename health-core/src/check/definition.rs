use std::borrow::Cow;
use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use crate::check::entry::Place;
use crate::check::{Impact, IntoOutcome, Options, Outcome, Scope};
use crate::{Probe, check::InProcess};

pub(crate) type BoxFuture = Pin<Box<dyn Future<Output = Outcome> + Send>>;

/// A check's function without its arguments.
#[derive(Clone)]
pub(crate) enum Body {
    Sync(Arc<dyn Fn() -> Outcome + Send + Sync>),
    Async(Arc<dyn Fn() -> BoxFuture + Send + Sync>),
}

/// A check that is made at run time, from a closure; for what is known only then, such as one check a shard.
///
/// It takes the same options as the attribute macros, under the same names, with the same defaults: they stand with their reasons,
/// and what a run can come to, [in one table](https://docs.rs/health-tower/latest/health_tower/attr.readiness_check.html#options).
/// What the closure needs, it captures.
///
/// # Where it runs
///
/// An asynchronous body runs on the application's runtime and must not block: whatever else runs there would wait for it. One that
/// holds its thread for more than 50 ms is named in a warning. Blocking code belongs into
/// [`readiness_blocking`](Self::readiness_blocking), [`startup_blocking`](Self::startup_blocking) or
/// [`external_blocking`](Self::external_blocking), whose bodies have a thread of their own, or into `tokio::task::spawn_blocking`.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use std::time::Duration;
/// use health_core::{Check, Health};
///
/// let mut builder = Health::builder();
/// for shard in 0..4 {
///     let check = Check::readiness(format!("shard-{shard}"), move || async move {
///         if shard < 4 { Ok(()) } else { Err("no such shard") }
///     });
///     builder = builder.check(check.every(Duration::from_secs(2)));
/// }
/// let health = builder.start()?;
/// assert_eq!(health.snapshot().checks().count(), 4);
/// # Ok(()) }
/// ```
#[must_use = "a check does nothing until it is handed to `Health::builder().check(…)`"]
pub struct Check {
    pub(crate) name: Cow<'static, str>,
    pub(crate) probe: Probe,
    pub(crate) place: Place,
    pub(crate) options: Options,
    pub(crate) body: Body,
}

impl Check {
    /// A check that says whether a restart would help. It is not async: it must answer from memory.
    ///
    /// Liveness that waits for something outside the process restarts every replica when that is down. A closure's
    /// captures can't be examined, so `evidence` is passed separately and must be [`InProcess`]. It runs on a thread of its own; one
    /// that takes more than 50 ms is named in a warning.
    #[track_caller]
    pub fn liveness<E, F, O>(name: impl Into<Cow<'static, str>>, evidence: E, check: F) -> Self
    where
        E: InProcess + Send + Sync + 'static,
        F: Fn(&E) -> O + Send + Sync + 'static,
        O: IntoOutcome,
    {
        let body = run_blocking(move || check(&evidence));
        Self::new(name.into(), Probe::Liveness, body, Location::caller())
    }

    /// A check that says whether traffic should be sent here now. It must not block: see [`Check`].
    #[track_caller]
    pub fn readiness<F, Fut>(name: impl Into<Cow<'static, str>>, check: F) -> Self
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output: IntoOutcome> + Send + 'static,
    {
        Self::new(
            name.into(),
            Probe::Readiness,
            run_async(check),
            Location::caller(),
        )
    }

    /// The same in blocking code, which runs on a thread of its own.
    #[track_caller]
    pub fn readiness_blocking<F, O>(name: impl Into<Cow<'static, str>>, check: F) -> Self
    where
        F: Fn() -> O + Send + Sync + 'static,
        O: IntoOutcome,
    {
        Self::new(
            name.into(),
            Probe::Readiness,
            run_blocking(check),
            Location::caller(),
        )
    }

    /// A check that must succeed once before the service counts as started. Then it is never asked again, and never goes stale.
    /// It must not block: see [`Check`].
    #[track_caller]
    pub fn startup<F, Fut>(name: impl Into<Cow<'static, str>>, check: F) -> Self
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output: IntoOutcome> + Send + 'static,
    {
        Self::new(
            name.into(),
            Probe::Startup,
            run_async(check),
            Location::caller(),
        )
    }

    /// The same in blocking code, which runs on a thread of its own.
    #[track_caller]
    pub fn startup_blocking<F, O>(name: impl Into<Cow<'static, str>>, check: F) -> Self
    where
        F: Fn() -> O + Send + Sync + 'static,
        O: IntoOutcome,
    {
        Self::new(
            name.into(),
            Probe::Startup,
            run_blocking(check),
            Location::caller(),
        )
    }

    /// A check of the path that a real user takes. It must not block: see [`Check`].
    ///
    /// Nothing follows from it for this process. It brings [`Probe::External`] into being, unless it is only observed. A failure while the
    /// service drains says nothing: a service that drains may refuse.
    #[track_caller]
    pub fn external<F, Fut>(name: impl Into<Cow<'static, str>>, check: F) -> Self
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output: IntoOutcome> + Send + 'static,
    {
        Self::new(
            name.into(),
            Probe::External,
            run_async(check),
            Location::caller(),
        )
    }

    /// The same in blocking code, which runs on a thread of its own.
    #[track_caller]
    pub fn external_blocking<F, O>(name: impl Into<Cow<'static, str>>, check: F) -> Self
    where
        F: Fn() -> O + Send + Sync + 'static,
        O: IntoOutcome,
    {
        Self::new(
            name.into(),
            Probe::External,
            run_blocking(check),
            Location::caller(),
        )
    }

    fn new(
        name: Cow<'static, str>,
        probe: Probe,
        body: Body,
        location: &'static Location<'static>,
    ) -> Self {
        Self {
            name,
            probe,
            place: location.into(),
            options: Options::NONE,
            body,
        }
    }

    /// The same once more, to look at.
    pub(crate) fn again(&self) -> Self {
        Self {
            name: self.name.clone(),
            body: self.body.clone(),
            ..*self
        }
    }

    /// How long one run may take; then it counts as failed and its future is dropped. 1 s by default.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.options.timeout = Some(timeout);
        self
    }

    /// The time from the start of one run to the start of the next. 5 s by default, at least 10 ms. Runs never overlap.
    ///
    /// Once in each interval, and not in its first quarter, a readiness or external check may run sooner: where requests fail, so that its
    /// word is needed for the [verdict](crate::Verdict).
    pub fn every(mut self, every: Duration) -> Self {
        self.options.every = Some(every);
        self
    }

    /// By how many percent each interval varies, so that replicas don't run in step. 10 by default, at most 100; two
    /// runs start at least 10 ms apart in any case.
    pub fn jitter(mut self, percent: u8) -> Self {
        self.options.jitter = Some(percent);
        self
    }

    /// The longest interval while the check fails, with jitter; intervals double up to it. 30 s by default, or `every` where that is longer.
    /// The same as `every` is no backoff, and less is refused.
    pub fn backoff(mut self, longest: Duration) -> Self {
        self.options.backoff = Some(longest);
        self
    }

    /// How many failures in a row it takes to be down. 2 by default, 3 for liveness.
    pub fn fail_after(mut self, failures: u32) -> Self {
        self.options.fail_after = Some(failures);
        self
    }

    /// How many successes in a row it takes to be up. 1 by default.
    pub fn pass_after(mut self, successes: u32) -> Self {
        self.options.pass_after = Some(successes);
        self
    }

    /// How long after the next scheduled run a result is still believed. 3 × (`every` + `timeout`) by default; at least as long
    /// as either. For readiness and external checks: those of liveness and start-up never go stale, and can't have it.
    pub fn stale_after(mut self, stale_after: Duration) -> Self {
        self.options.stale_after = Some(stale_after);
        self
    }

    /// The time before the first run. None by default. First runs are spread in any case, by 10 ms for each check, and over
    /// `every` at most.
    pub fn initial_delay(mut self, delay: Duration) -> Self {
        self.options.initial_delay = Some(delay);
        self
    }

    /// What a failure does to the probe. [`Impact::Critical`] by default; [`Impact::Degrades`] with a shared scope.
    ///
    /// Start-up and external checks can't have [`Impact::Degrades`]: start-up succeeds or it doesn't, and what only degrades
    /// leaves its probe nothing to answer.
    pub fn impact(mut self, impact: Impact) -> Self {
        self.options.impact = Some(impact);
        self
    }

    /// Whether all replicas share what is checked. [`Scope::Local`] by default. Only readiness checks can have another: it
    /// keeps all replicas from leaving at once, and no other check makes one leave.
    pub fn scope(mut self, scope: Scope) -> Self {
        self.options.scope = Some(scope);
        self
    }
}

impl fmt::Debug for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Check")
            .field("name", &self.name)
            .field("probe", &self.probe)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

fn run_blocking<F, O>(check: F) -> Body
where
    F: Fn() -> O + Send + Sync + 'static,
    O: IntoOutcome,
{
    Body::Sync(Arc::new(move || check().into_outcome()))
}

fn run_async<F, Fut>(check: F) -> Body
where
    F: Fn() -> Fut + Send + Sync + 'static,
    Fut: Future<Output: IntoOutcome> + Send + 'static,
{
    Body::Async(Arc::new(move || {
        let run = check();
        Box::pin(async move { run.await.into_outcome() })
    }))
}

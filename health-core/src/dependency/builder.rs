use std::borrow::Cow;
use std::panic::Location;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use crate::check::Place;
use crate::dependency::Dependency;
use crate::dependency::watch::Watch;
use crate::error::Problem;
use crate::{Check, Health, Impact, IntoOutcome, Scope, StartError};

/// What is to be observed; from [`Health::dependency`].
#[derive(Debug)]
#[must_use = "nothing is observed until `start()`"]
pub struct DependencyBuilder {
    health: Health,
    name: Cow<'static, str>,
    scope: Option<Scope>,
    impact: Option<Impact>,
}

/// As often as its calls are looked at.
const EVERY: Duration = Duration::from_secs(1);

impl Health {
    /// Observes something that this service calls: a readiness check of that name, from what comes of real calls, and without any more of
    /// them. Faces for clients do the counting; where there is none, as for a database, it is three lines.
    ///
    /// Once a second its calls are looked at. It is **down** when at least half of them fail (the lower bound of Wilson's 95 % interval, in
    /// the shortest time, up to 10 s, in which 20 ended), or five in a row did, with no more than 60 s from one to the next. It is **up**
    /// again when less than 30 % of 20 fail, or, where there are fewer, two in a row succeed; and not before 10 s (20 s the second time, and
    /// so on up to 100 s; an hour without a failure begins anew). Calls that this service cancels don't count.
    ///
    /// Nobody calls what is down, where that takes this instance out of traffic; so when no call has **ended** for 30 s (60 s the second
    /// time, and so on up to 300 s, by chance a tenth more or less) it gets another chance: it is up with a warning, and down with the first
    /// call that fails. Before the first call, it is up.
    ///
    /// Only what has ended is seen. Calls that hang, and that nothing ever ends, are **not seen at all**, and neither fail nor succeed: give
    /// them a time-out. Where the checks' runtime stood still for more than 250 ms, what ended since the look before, and until the next, is
    /// not judged: it may be this process for which calls timed out.
    ///
    /// By default all replicas share it, so that it only [degrades](Impact::Degrades): were it down, all of them would leave at once.
    /// Where [one that is local](Scope::Local) is added while the service is ready, it is not for a moment, until its check has run:
    /// declare it before the server runs, and before faces that name it.
    ///
    /// The same name is the same dependency, for several clients. There can be 100, and none can be taken back. It holds no `Health`.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use health_core::{CheckState, Ending, Health};
    ///
    /// let health = Health::builder().start()?;
    /// let database = health.dependency("database").start()?;
    /// # tokio::time::pause();
    /// # let query = || async { Err::<(), _>("connection refused") };
    /// for _ in 0..5 {
    ///     let mut call = database.call();
    ///     let result = query().await;
    ///     call.end(if result.is_ok() { Ending::Completed } else { Ending::Failed });
    /// }
    /// let mut changes = health.subscribe();
    /// let report = loop {
    ///     let now = changes.changed().await.ok_or("there is a `Health`")?;
    ///     if let Some(down) = now.check("database").filter(|check| check.state() == CheckState::Down) {
    ///         break down.clone();
    ///     }
    /// };
    /// assert_eq!(report.outcome().and_then(|outcome| outcome.reason()), Some("the last 5 calls failed"));
    /// # Ok(()) }
    /// ```
    pub fn dependency(&self, name: impl Into<Cow<'static, str>>) -> DependencyBuilder {
        DependencyBuilder {
            health: self.clone(),
            name: name.into(),
            scope: None,
            impact: None,
        }
    }
}

impl DependencyBuilder {
    /// Whether all replicas share it. [`Scope::Shared`] by default, which makes the default impact [`Impact::Degrades`]. With
    /// [`Scope::Local`], as for what runs beside this instance, it is [`Impact::Critical`]: not ready while it is down.
    pub fn scope(mut self, scope: Scope) -> Self {
        self.scope = Some(scope);
        self
    }

    /// What follows when it is down. As [`scope`](Self::scope) says, by default.
    pub fn impact(mut self, impact: Impact) -> Self {
        self.impact = Some(impact);
        self
    }

    /// Begins to look at it, or finds the one that is observed under this name.
    ///
    /// # Errors
    ///
    /// All that [`Health::add_check`] refuses; a dependency of that name with another scope or impact; the 101st.
    #[track_caller]
    pub fn start(self) -> Result<Dependency, StartError> {
        let place = Place::from(Location::caller());
        let dependencies = &self.health.0.dependencies;
        if let Some(known) = dependencies.find(&self.name) {
            return self.known(known, place);
        }
        let slot = Arc::new(OnceLock::new());
        let watch = Watch::new(Arc::clone(&slot), Arc::clone(&self.health.0.adding.lag));
        let watch = Mutex::new(watch);
        let look = move || {
            let outcome = watch.lock().unwrap_or_else(PoisonError::into_inner).look();
            async { outcome }
        };
        // Leaked only where nothing else is against it, and found by others only once nothing can be.
        let (scope, impact) = (self.scope_or_default(), self.impact_or_default());
        let leak = || {
            let new = || Dependency::leak(self.name.clone().into_owned(), scope, impact);
            let full = || Problem::TooManyDependencies {
                name: self.name.clone().into_owned(),
                place,
            };
            let dependency = dependencies.note(new).ok_or_else(full)?;
            Ok(*slot.get_or_init(|| dependency))
        };
        match self.health.add(self.check(place, look), leak) {
            // Another thread may have been the first.
            Err(error) => match dependencies.find(&self.name) {
                Some(known) => self.known(known, place),
                None => Err(error),
            },
            added => added,
        }
    }

    /// The same where nobody wants to hear of an error: it is logged, and `None` is observed.
    #[track_caller]
    pub fn start_or_log(self) -> Option<Dependency> {
        let name = self.name.clone();
        match self.start() {
            Ok(dependency) => Some(dependency),
            Err(error) => {
                let problems = error.problems().collect::<Vec<_>>().join("; ");
                tracing::error!(target: "health", dependency = &*name, "dependency `{name}` is not observed: {problems}");
                None
            }
        }
    }

    fn known(&self, known: Dependency, place: Place) -> Result<Dependency, StartError> {
        let scope = self.scope.is_none_or(|scope| scope == known.scope());
        let impact = self.impact.is_none_or(|impact| impact == known.impact());
        if scope && impact {
            return Ok(known);
        }
        Err(StartError::new(vec![Problem::OtherDependency {
            name: known.name().to_owned(),
            place,
            scope: known.scope().name(),
            impact: known.impact().name(),
        }]))
    }

    fn check<F, Fut>(&self, place: Place, look: F) -> Check
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output: IntoOutcome> + Send + 'static,
    {
        let check = Check::readiness(self.name.clone(), look)
            .every(EVERY)
            // It only reads: to look less often while it is down would save nothing.
            .backoff(EVERY)
            // What is found has been confirmed.
            .fail_after(1)
            .scope(self.scope_or_default())
            .impact(self.impact_or_default());
        Check { place, ..check }
    }

    fn scope_or_default(&self) -> Scope {
        self.scope.unwrap_or(Scope::Shared)
    }

    /// As with every check.
    fn impact_or_default(&self) -> Impact {
        self.impact.unwrap_or(match self.scope_or_default() {
            Scope::Shared => Impact::Degrades,
            Scope::Local => Impact::Critical,
        })
    }
}

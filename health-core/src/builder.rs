use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;

use crate::check::{Census, Check, CheckRef, StateMap};
use crate::error::{Problem, StartError};
use crate::lifecycle::DrainPolicy;
use crate::start::{Plan, start, unusable};
use crate::watchdog::Watchdog;
use crate::{AdviceKind, Health};

/// Collects states, checks and settings for a [`Health`].
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use health_core::{Check, Health};
///
/// let health = Health::builder()
///     .check(Check::readiness("cache", || async { true }))
///     .expect(["cache"])
///     .start()?;
/// # let _ = health;
/// # Ok(()) }
/// ```
#[derive(Debug)]
#[must_use = "nothing runs until `start()`"]
pub struct HealthBuilder {
    linked: bool,
    census: Census,
    states: StateMap,
    plan: Plan,
    runtime: Option<Handle>,
    problems: Vec<Problem>,
}

impl HealthBuilder {
    pub(crate) fn new() -> Self {
        Self {
            linked: true,
            census: Census::default(),
            states: StateMap::default(),
            plan: Plan::default(),
            runtime: None,
            problems: Vec::new(),
        }
    }

    /// Provides a value for all checks that ask for `State<T>`, `Arc<T>` or `&T`. An `Arc<T>` may be given for `T`.
    pub fn state<T: Send + Sync + 'static>(mut self, value: T) -> Self {
        if !self.states.insert(value) {
            let name = std::any::type_name::<T>();
            self.problems.push(Problem::StateTwice { name });
        }
        self
    }

    /// Adds a check that is made at run time.
    pub fn check(mut self, check: Check) -> Self {
        self.census.add_check(check);
        self
    }

    /// Adds checks by name, with `checks![path::to::check]`. This also links the crates that they stand in. A check that
    /// was found by itself as well is still one check.
    pub fn checks(mut self, checks: impl IntoIterator<Item = CheckRef>) -> Self {
        checks
            .into_iter()
            .for_each(|check| self.census.add_ref(check));
        self
    }

    /// Names checks that must be there, so that one which the linker dropped, or a feature removed, is an error at start
    /// and not a readiness that means nothing.
    pub fn expect<N: Into<String>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        names
            .into_iter()
            .for_each(|name| self.census.expect(name.into()));
        self
    }

    /// Whether annotated functions anywhere in the binary are checks of this service. They are by default; switch it off
    /// for a second `Health` in one process, and name its checks with [`checks`](Self::checks).
    pub fn linked(mut self, linked: bool) -> Self {
        self.linked = linked;
        self
    }

    /// How long a shutdown may take. [`DrainPolicy::default`] where it isn't said.
    pub fn drain(mut self, policy: DrainPolicy) -> Self {
        self.plan.drain = policy;
        self
    }

    /// What the watchdog looks at, and when liveness fails for it. [`Watchdog::default`] where it isn't said.
    pub fn watchdog(mut self, watchdog: Watchdog) -> Self {
        self.plan.watchdog = watchdog;
        self
    }

    /// When to log what start-up still waits for. 60 s by default. Nothing else follows from it: `startup` and `readiness`
    /// stay down, liveness is untouched, and whether to restart is up to the orchestrator's start-up probe.
    pub fn startup_deadline(mut self, deadline: Duration) -> Self {
        self.plan.startup_deadline = deadline;
        self
    }

    /// Gives no [`Advice`](crate::Advice) of these kinds: where something is meant to be as it is. It is neither in snapshots nor logged.
    ///
    /// ```
    /// use health_core::{AdviceKind, Health};
    ///
    /// // Behind an nginx that asks for nothing.
    /// let builder = Health::builder().without_advice([AdviceKind::NobodyAsksReadiness]);
    /// # let _ = builder;
    /// ```
    pub fn without_advice(mut self, kinds: impl IntoIterator<Item = AdviceKind>) -> Self {
        self.plan.without_advice.extend(kinds);
        self
    }

    /// The runtime on which checks run, for a `start()` outside of one. The current one where it isn't said.
    pub fn runtime(mut self, runtime: Handle) -> Self {
        self.runtime = Some(runtime);
        self
    }

    /// Everything on the runtime's clock, for a test that drives it: nothing has a thread, and so a clock, of its own.
    #[cfg(feature = "test")]
    pub(crate) fn on_one_clock(mut self) -> Self {
        self.plan.hosted = false;
        self.plan.watchdog = Watchdog::off();
        self
    }

    /// Starts all checks in the background.
    ///
    /// # Errors
    ///
    /// Everything that is wrong, at once: missing states, checks of the same name, impossible options, checks that were
    /// expected and are not there, a drain policy or a watchdog that can't work, a runtime that is missing, has ended, or has no timers.
    pub fn start(mut self) -> Result<Health, StartError> {
        if self.linked {
            self.census.add_linked();
        }
        let mut problems = self.problems;
        problems.extend(self.plan.problems());
        let runtime = self.runtime.or_else(|| Handle::try_current().ok());
        match &runtime {
            None => problems.push(Problem::NoRuntime),
            Some(runtime) => problems.extend(unusable(runtime)),
        }
        let checks = self.census.resolve(&Arc::new(self.states));
        match (checks, runtime) {
            (Ok(checks), Some(runtime)) if problems.is_empty() => {
                start(checks, self.plan, &runtime)
            }
            (Err(more), _) => Err(StartError::new([problems, more].concat())),
            (Ok(_), _) => Err(StartError::new(problems)),
        }
    }
}

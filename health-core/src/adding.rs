use std::slice;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::runtime::Handle;
use tokio::task::AbortHandle;

use crate::check::{Census, Check, Place, Resolved};
use crate::error::{Problem, StartError};
use crate::runner::{Host, LagMeter};
use crate::start::{has_ended, home_of, host_for, run_check};
use crate::{Health, Probe};

/// Where checks that come later run, and what of them ends with the last handle.
#[derive(Debug)]
pub(crate) struct Adding {
    pub(crate) runtime: Handle,
    /// How late that runtime is.
    pub(crate) lag: Arc<LagMeter>,
    /// See [`Plan`](crate::start::Plan).
    pub(crate) hosted: bool,
    pub(crate) added: Mutex<Added>,
}

#[derive(Debug, Default)]
pub(crate) struct Added {
    tasks: Vec<AbortHandle>,
    _hosts: Vec<Host>,
}

impl Health {
    /// Adds a check to those that run: for what is known only once the service is up, as a synthetic request through the whole of it is.
    /// Works from any thread; the check runs where the others do, and as long as they do. It can't be taken back.
    ///
    /// It has not run yet. A critical readiness check therefore takes a service that is ready **out of traffic** until its first success:
    /// declare such checks before the start, or make them [`observe`](crate::Impact::Observe). An external one brings
    /// [`Probe::External`] into being. Start-up checks are refused: start-up may be over.
    ///
    /// Up to 1,000 can be added. One that blocks has a thread of its own, and is best declared before the start.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it, at once: a bad name, or one that is taken; impossible options; a start-up check; one too many; a
    /// runtime that has ended, or a thread that the system does not give.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use health_core::{Check, Health, Probe, ProbeStatus};
    ///
    /// let health = Health::builder().start()?;
    /// assert_eq!(health.status(Probe::External), ProbeStatus::Absent);
    /// let mut changes = health.subscribe();
    /// health.add_check(Check::external("checkout", || async { true }))?;
    /// while !health.status(Probe::External).is_up() {
    ///     changes.changed().await;
    /// }
    /// assert!(health.add_check(Check::external("checkout", || async { true })).is_err());
    /// # Ok(()) }
    /// ```
    pub fn add_check(&self, check: Check) -> Result<(), StartError> {
        self.add(check, || Ok(()))
    }

    /// The same, with what is to be done in the moment in which nothing else is against it, before anybody can see it. It must not touch the
    /// hub, whose lock is held.
    pub(crate) fn add<R>(
        &self,
        check: Check,
        accept: impl FnOnce() -> Result<R, Problem>,
    ) -> Result<R, StartError> {
        let adding = &self.0.adding;
        let hub = &self.0.hub;
        let refused = |problem| StartError::new(vec![problem]);
        let place = check.place;
        let check = resolve(check).map_err(StartError::new)?;
        if has_ended(&adding.runtime) {
            return Err(refused(Problem::RuntimeEnded));
        }
        // No thread is started for nothing.
        hub.may_add(&check, place).map_err(refused)?;
        let host = host_for(slice::from_ref(&check), adding.hosted, |_| true)?;
        let (index, accepted) = hub.add(&check, place, accept).map_err(refused)?;

        let mut added = adding.added.lock().unwrap_or_else(PoisonError::into_inner);
        let (home, lag) = home_of(host.as_ref(), &adding.runtime, &adding.lag);
        lag.also_for(check.settings.timeout);
        // First runs of many that are added at once are spread, as those at the start are.
        let among = added.tasks.len() + 1;
        let task = run_check(check, index, among, (home, lag), hub);
        added.tasks.push(task);
        added._hosts.extend(host);
        Ok(accepted)
    }
}

impl Added {
    pub(crate) fn end(&self) {
        self.tasks.iter().for_each(AbortHandle::abort);
    }
}

/// What [`Health::add_check`] would refuse, for faces that have more to complain of.
pub fn problems_of(health: &Health, check: &Check) -> Vec<String> {
    let problems = refused(health, check);
    problems.iter().map(ToString::to_string).collect()
}

fn refused(health: &Health, check: &Check) -> Vec<Problem> {
    let name = check.name.clone();
    let taken = health.0.hub.published().reports().position(&name).is_some();
    let taken = taken.then(|| Problem::NameTaken {
        name: name.into_owned(),
        place: check.place,
    });
    let problems = resolve(check.again()).err().unwrap_or_default();
    problems.into_iter().chain(taken).collect()
}

fn resolve(check: Check) -> Result<Resolved, Vec<Problem>> {
    let late = too_late(&check, check.place);
    let mut census = Census::default();
    census.add_check(check);
    match census.resolve(&Arc::default()) {
        Ok(resolved) if late.is_none() => Ok(resolved.into_iter().next().expect("it is one")),
        resolved => {
            let problems = resolved.err().unwrap_or_default();
            Err(problems.into_iter().chain(late).collect())
        }
    }
}

fn too_late(check: &Check, place: Place) -> Option<Problem> {
    (check.probe == Probe::Startup).then(|| Problem::StartupTooLate {
        check: check.name.clone().into_owned(),
        place,
    })
}

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// How a start-up task stands.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StartupState {
    /// Under way.
    Open,
    /// Done.
    Done,
    /// It failed, and why; start-up can't succeed any more.
    Failed(String),
}

/// One start-up task as a [`Snapshot`](crate::Snapshot) shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StartupReport {
    name: Cow<'static, str>,
    state: StartupState,
    gates: bool,
}

impl StartupReport {
    /// The name under which it was declared.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How it stands.
    #[must_use]
    pub fn state(&self) -> &StartupState {
        &self.state
    }

    /// Whether start-up waits for it. Not if it was declared after a probe had been told that start-up was over.
    #[must_use]
    pub fn gates(&self) -> bool {
        self.gates
    }

    fn is_open(&self) -> bool {
        self.state == StartupState::Open
    }
}

impl fmt::Display for StartupReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.state {
            StartupState::Open => write!(f, "`{}` is under way", self.name),
            StartupState::Done => write!(f, "`{}` is done", self.name),
            StartupState::Failed(reason) => write!(f, "`{}` failed: {reason}", self.name),
        }
    }
}

/// One task among all that were ever declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct TaskId(u64);

/// More tasks that have ended are not kept: an application that declares one for each job must not fill memory.
const MOST_ENDED: usize = 64;

/// The tasks that were declared, in that order. Each leaves `Open` once. A clone shares them until the next change.
///
/// 1. Start-up waits for each task that gates and is not done, whether it is still kept or not.
/// 2. One that came too late is kept as long as it is open, for nobody waits for it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tasks {
    declared: u64,
    waited_for: usize,
    kept: Arc<BTreeMap<TaskId, StartupReport>>,
}

impl Tasks {
    pub(crate) fn open(&mut self, name: Cow<'static, str>, gates: bool) -> TaskId {
        let task = TaskId(self.declared);
        self.declared += 1;
        self.waited_for += usize::from(gates);
        let state = StartupState::Open;
        Arc::make_mut(&mut self.kept).insert(task, StartupReport { name, state, gates });
        task
    }

    /// Ends a task, and gives how; `None` if it had ended before.
    pub(crate) fn end(
        &mut self,
        task: TaskId,
        result: Result<(), String>,
    ) -> Option<StartupReport> {
        let kept = Arc::make_mut(&mut self.kept);
        let report = kept.get_mut(&task).filter(|report| report.is_open())?;
        self.waited_for -= usize::from(report.gates && result.is_ok());
        report.state = match result {
            Ok(()) => StartupState::Done,
            Err(reason) => StartupState::Failed(reason),
        };
        let report = report.clone();
        if !report.gates {
            kept.remove(&task);
        } else if kept.len() > MOST_ENDED {
            forget_one(kept);
        }
        Some(report)
    }

    pub(crate) fn all_done(&self) -> bool {
        self.waited_for == 0
    }

    /// What start-up still waits for, or waits for in vain.
    pub(crate) fn waited_for(&self) -> impl Iterator<Item = &StartupReport> {
        self.iter()
            .filter(|report| report.gates && report.state != StartupState::Done)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &StartupReport> {
        self.kept.values()
    }
}

/// Forgets what says least, if too many have ended: one that is done before one that failed, and older ones first.
fn forget_one(kept: &mut BTreeMap<TaskId, StartupReport>) {
    let ended = || kept.iter().filter(|(_, report)| !report.is_open());
    if ended().count() > MOST_ENDED {
        let least =
            ended().min_by_key(|(task, report)| (report.state != StartupState::Done, **task));
        if let Some(task) = least.map(|(task, _)| *task) {
            kept.remove(&task);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_ended_is_bounded_and_still_counts() {
        let mut tasks = Tasks::default();
        for number in 0..1000 {
            let task = tasks.open(format!("task-{number}").into(), true);
            let result = if number % 2 == 0 {
                Ok(())
            } else {
                Err("no".to_owned())
            };
            assert!(tasks.end(task, result).is_some());
            assert!(tasks.end(task, Ok(())).is_none(), "it ends once");
        }
        assert_eq!(tasks.iter().count(), MOST_ENDED);
        assert!(
            tasks
                .iter()
                .all(|report| report.state != StartupState::Done)
        );
        assert_eq!(tasks.waited_for, 500);
        assert!(!tasks.all_done());
    }

    #[test]
    fn one_that_came_too_late_is_forgotten_when_it_ends() {
        let mut tasks = Tasks::default();
        for _ in 0..1000 {
            let late = tasks.open("job".into(), false);
            assert!(tasks.all_done());
            tasks.end(late, Ok(()));
        }
        assert_eq!(tasks.iter().count(), 0);
        let failed = tasks.open("job".into(), false);
        let report = tasks.end(failed, Err("no".to_owned())).unwrap();
        assert_eq!(report.state, StartupState::Failed("no".to_owned()));
        assert!(tasks.all_done());
    }
}

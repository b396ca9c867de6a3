use std::borrow::Cow;
use std::fmt;

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

/// A task's place among all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TaskId(usize);

/// All tasks that were declared, in that order. Each leaves `Open` once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tasks(Vec<StartupReport>);

impl Tasks {
    pub(crate) fn open(&mut self, name: Cow<'static, str>, gates: bool) -> TaskId {
        let state = StartupState::Open;
        self.0.push(StartupReport { name, state, gates });
        TaskId(self.0.len() - 1)
    }

    pub(crate) fn end(&mut self, task: TaskId, result: Result<(), String>) -> &StartupReport {
        let report = &mut self.0[task.0];
        if report.state == StartupState::Open {
            report.state = match result {
                Ok(()) => StartupState::Done,
                Err(reason) => StartupState::Failed(reason),
            };
        }
        report
    }

    pub(crate) fn all_done(&self) -> bool {
        self.waited_for().next().is_none()
    }

    /// What start-up still waits for, or waits for in vain.
    pub(crate) fn waited_for(&self) -> impl Iterator<Item = &StartupReport> {
        self.0
            .iter()
            .filter(|report| report.gates && report.state != StartupState::Done)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &StartupReport> {
        self.0.iter()
    }
}

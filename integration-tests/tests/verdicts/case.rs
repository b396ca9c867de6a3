use std::time::Duration;

use health_tower::Verdict;

use crate::fault::Fault;

/// A fault, and what is to be said of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) fault: Fault,
    /// One of them finds it. Where there are none, there is nothing to be found.
    pub(crate) finds: &'static [Verdict],
    /// These would be false accusations.
    pub(crate) never: &'static [Verdict],
    /// The evidence must name this rule.
    pub(crate) rule: Option<&'static str>,
    /// So long it is watched.
    pub(crate) seconds: u64,
    pub(crate) mix: &'static str,
    /// Whose store it is.
    pub(crate) scope: &'static str,
    /// Whether the reading of one order is judged by itself.
    pub(crate) grouped: bool,
}

impl Case {
    const fn new(name: &'static str, fault: Fault) -> Self {
        Self {
            name,
            fault,
            finds: &[],
            never: &[],
            rule: None,
            seconds: 12,
            mix: "usual",
            scope: "local",
            grouped: false,
        }
    }

    /// A fault that is to be found, and as what.
    pub(crate) const fn fault(name: &'static str, fault: Fault, finds: &'static [Verdict]) -> Self {
        let mut case = Self::new(name, fault);
        case.finds = finds;
        case
    }

    /// Something for which nobody is to be accused.
    pub(crate) const fn innocent(
        name: &'static str,
        fault: Fault,
        never: &'static [Verdict],
    ) -> Self {
        Self::new(name, fault).never(never)
    }

    pub(crate) const fn never(mut self, never: &'static [Verdict]) -> Self {
        self.never = never;
        self
    }

    pub(crate) const fn by(mut self, rule: &'static str) -> Self {
        self.rule = Some(rule);
        self
    }

    pub(crate) const fn watched_for(mut self, seconds: u64) -> Self {
        self.seconds = seconds;
        self
    }

    pub(crate) const fn under(mut self, mix: &'static str) -> Self {
        self.mix = mix;
        self
    }

    pub(crate) const fn shared(mut self) -> Self {
        self.scope = "shared";
        self
    }

    pub(crate) const fn grouped(mut self) -> Self {
        self.grouped = true;
        self
    }

    pub(crate) fn watch(&self, clean: Duration) -> Duration {
        match self.fault {
            Fault::Nothing => clean,
            _ => Duration::from_secs(self.seconds),
        }
    }
}

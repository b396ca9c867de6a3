use std::time::Duration;

use crate::watchdog::config::MAIN;
use crate::watchdog::{Limits, Watchdog};

impl Watchdog {
    /// Says what can't work.
    pub(crate) fn problem(&self) -> Option<String> {
        self.without_effect()
            .or_else(|| self.bad_limit())
            .or_else(|| self.bad_name())
    }

    fn without_effect(&self) -> Option<String> {
        let limit = self.stalled_after.or(self.stuck_after);
        let file = self.termination_log != Self::default().termination_log;
        let set = limit.is_some() || !self.others.is_empty() || file;
        (set && !self.on).then(|| {
            "`Watchdog::off()` looks at nothing: a runtime to watch, a limit, or a termination log has no effect"
                .to_owned()
        })
    }

    fn bad_limit(&self) -> Option<String> {
        let Limits {
            stalled_after,
            stuck_after,
        } = self.limits();
        if stalled_after < Duration::from_secs(1) {
            return Some(format!(
                "`.stalled_after({stalled_after:?})` is shorter than a second, which a busy machine may take: a restart would cure nothing"
            ));
        }
        (stuck_after < stalled_after).then(|| {
            format!(
                "`.stuck_after({stuck_after:?})` is shorter than `.stalled_after({stalled_after:?})`: one stuck worker is less than all of them"
            )
        })
    }

    fn bad_name(&self) -> Option<String> {
        let names = || self.others.iter().map(|(name, _)| name.as_str());
        names().enumerate().find_map(|(at, name)| {
            if name.trim().is_empty() {
                Some("a runtime to watch has no name".to_owned())
            } else if name == MAIN {
                Some(format!(
                    "`{MAIN}` is the runtime that the checks run on, which is watched in any case; another needs another name"
                ))
            } else {
                let twice = names().take(at).any(|other| other == name);
                twice.then(|| format!("two runtimes to watch have the same name: `{name}`"))
            }
        })
    }
}

#[cfg(test)]
mod tests;

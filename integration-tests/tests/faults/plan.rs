use std::env;
use std::time::Duration;

/// Shorter is refused: a busy machine may take a second.
pub(crate) const STALLED: Duration = Duration::from_secs(1);
pub(crate) const STUCK: Duration = Duration::from_secs(2);
pub(crate) const PULSE: Duration = Duration::from_secs(1);

/// What this run does.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) repetitions: usize,
    pub(crate) longest_stop: Option<Duration>,
    pub(crate) write: bool,
}

impl Plan {
    pub(crate) fn from_env() -> Self {
        let longest_stop = number("FAULT_LONGEST_STOP").map(Duration::from_secs);
        let repetitions = number("FAULT_REPETITIONS").unwrap_or(2);
        Self {
            repetitions: usize::try_from(repetitions).unwrap(),
            longest_stop,
            write: number("WRITE_FAULTS") == Some(1),
        }
    }
}

fn number(variable: &str) -> Option<u64> {
    let text = env::var(variable).ok()?;
    Some(text.parse().expect("a number"))
}

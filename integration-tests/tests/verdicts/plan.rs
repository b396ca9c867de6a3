use std::env;
use std::time::Duration;

/// What this run does.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) repetitions: usize,
    /// Without any fault, once.
    pub(crate) clean: Duration,
    /// Without a fault, before each. What answers usually take is known after twenty seconds.
    pub(crate) warm_up: Duration,
    /// Services at once, where they don't need the machine for themselves.
    pub(crate) lanes: usize,
    pub(crate) only: Option<String>,
    pub(crate) write: bool,
}

impl Plan {
    pub(crate) fn from_env() -> Self {
        let plan = Self {
            repetitions: number("VERDICT_REPETITIONS").unwrap_or(1),
            clean: seconds("VERDICT_CLEAN").unwrap_or(Duration::from_secs(20)),
            warm_up: seconds("VERDICT_WARM_UP").unwrap_or(Duration::from_secs(21)),
            lanes: number("VERDICT_LANES").unwrap_or(6),
            only: env::var("VERDICT_ONLY").ok(),
            write: number("WRITE_VERDICTS") == Some(1),
        };
        let whole = plan.only.is_none() || !plan.write;
        assert!(whole, "a table with rows missing is none");
        plan
    }
}

fn seconds(variable: &str) -> Option<Duration> {
    let seconds = number(variable)?;
    Some(Duration::from_secs(seconds as u64))
}

fn number(variable: &str) -> Option<usize> {
    let text = env::var(variable).ok()?;
    Some(text.parse().expect("a number"))
}

use std::env;
use std::time::Duration;

/// What this run does.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) repetitions: usize,
    /// For so long packets are lost.
    pub(crate) loss: Duration,
    /// Clusters at once.
    pub(crate) lanes: usize,
    pub(crate) only: Option<String>,
    pub(crate) write: bool,
}

impl Plan {
    pub(crate) fn from_env() -> Self {
        let loss = number("BEATS_LOSS").unwrap_or(15);
        let plan = Self {
            repetitions: number("BEATS_REPETITIONS").unwrap_or(1),
            loss: Duration::from_secs(loss as u64),
            lanes: number("BEATS_LANES").unwrap_or(4),
            only: env::var("BEATS_ONLY").ok(),
            write: number("WRITE_BEATS") == Some(1),
        };
        let whole = plan.only.is_none() || !plan.write;
        assert!(whole, "a table with rows missing is none");
        plan
    }
}

fn number(variable: &str) -> Option<usize> {
    let text = env::var(variable).ok()?;
    Some(text.parse().expect("a number"))
}

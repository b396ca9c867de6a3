use std::fmt;

use tokio::time::Instant;

use crate::traffic::{Connections, InFlight, Unfinished};

/// A report is for reading.
const MOST: usize = 100;
/// So many are named in one line.
const SAID: usize = 10;

/// What had not ended when a drain was given up.
#[derive(Clone, Debug, Default)]
pub(crate) struct GivenUp {
    pub(crate) at: Option<Instant>,
    pub(crate) remaining: usize,
    pub(crate) connections: usize,
    pub(crate) unfinished: Vec<Unfinished>,
    pub(crate) open_connections: Vec<Unfinished>,
}

impl GivenUp {
    pub(crate) fn now(in_flight: InFlight, connections: &Connections) -> Self {
        Self {
            at: Some(Instant::now()),
            remaining: in_flight.count(),
            connections: connections.count(),
            unfinished: in_flight.unfinished(MOST),
            open_connections: connections.unfinished(MOST),
        }
    }
}

impl fmt::Display for GivenUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&counted(self.remaining, self.connections))?;
        f.write_str(&named(&self.unfinished, &self.open_connections))
    }
}

/// How many were left, for a sentence.
pub(crate) fn counted(remaining: usize, connections: usize) -> String {
    match connections {
        0 => format!("{remaining} still in flight"),
        1 => format!("{remaining} still in flight, 1 connection open"),
        many => format!("{remaining} still in flight, {many} connections open"),
    }
}

/// Who they were, for the end of that sentence: what is in flight before what it may be on.
pub(crate) fn named(unfinished: &[Unfinished], connections: &[Unfinished]) -> String {
    let all = || {
        unfinished
            .iter()
            .chain(connections)
            .map(ToString::to_string)
    };
    let more = (all().count() > SAID).then(|| "…".to_owned());
    let said: Vec<_> = all().take(SAID).chain(more).collect();
    if said.is_empty() {
        return String::new();
    }
    format!(": {}", said.join(", "))
}

use std::fmt;
use std::sync::Arc;

use tokio::sync::watch;
use tokio::time::Instant;

use crate::snapshot::parts::Parts;
use crate::snapshot::{Hub, Published, StatusBoard};
use crate::{Probe, ProbeStatus};

/// A part of the service that needs some of the checks and not the others: one gRPC service of several, say. From
/// [`Health::part`](crate::Health::part).
///
/// It is up while the service as a whole takes traffic (started, not draining, no fatal error) and each check that it needs is up;
/// of readiness, only the checks differ. A part that needs none follows readiness.
#[must_use = "faces that follow statuses hear of it only while it lives"]
pub struct Part {
    parts: Arc<Parts>,
    published: watch::Receiver<Arc<Published>>,
    board: StatusBoard,
    checks: Box<[usize]>,
    key: usize,
}

impl Part {
    pub(crate) fn new(
        hub: &Hub,
        board: StatusBoard,
        names: &[&str],
    ) -> Result<Self, UnknownChecks> {
        let published = hub.published();
        let place = |name: &&str| published.reports().position(name);
        let unknown = names.iter().filter(|name| place(name).is_none());
        let unknown: Box<[String]> = unknown.map(ToString::to_string).collect();
        if !unknown.is_empty() {
            return Err(UnknownChecks::among(&published, unknown));
        }
        let checks: Box<[usize]> = names.iter().filter_map(place).collect();
        let key = hub.parts().file(&checks, || hub.published());
        Ok(Self {
            parts: Arc::clone(hub.parts()),
            published: hub.subscribe(),
            board,
            checks,
            key,
        })
    }

    /// Whether it takes traffic now. Takes a lock for a moment, and allocates nothing.
    #[must_use]
    pub fn status(&self) -> ProbeStatus {
        if self.checks.is_empty() {
            return self.board.status(Probe::Readiness);
        }
        let published = self.published.borrow();
        published.part(&self.checks, Instant::now())
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        self.parts.take_out(self.key);
    }
}

impl fmt::Debug for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Part")
            .field("checks", &self.checks.len())
            .field("status", &self.status())
            .finish_non_exhaustive()
    }
}

/// A part wants checks that are not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownChecks {
    unknown: Box<[String]>,
    known: Box<[String]>,
}

impl UnknownChecks {
    pub(crate) fn among(published: &Published, unknown: Box<[String]>) -> Self {
        let known = published.reports().iter();
        let known = known.map(|check| check.name().to_owned()).collect();
        Self { unknown, known }
    }
}

/// So many names are of use in an error.
const MOST_NAMES: usize = 20;

impl fmt::Display for UnknownChecks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |names: &[String]| {
            let shown = names.iter().take(MOST_NAMES);
            let shown: Vec<_> = shown.map(|name| format!("`{name}`")).collect();
            let more = names.len().saturating_sub(MOST_NAMES);
            let more = (more > 0).then(|| format!(" and {more} more"));
            format!("{}{}", shown.join(", "), more.unwrap_or_default())
        };
        write!(f, "there is no check named {}; ", list(&self.unknown))?;
        if self.known.is_empty() {
            f.write_str("there are no checks at all: see whether their crate is linked, and `HealthBuilder::expect`")
        } else {
            write!(f, "there are {}", list(&self.known))
        }
    }
}

impl std::error::Error for UnknownChecks {}

use tokio::time::Instant;

use crate::heartbeat::Vitals;

/// Somebody in the list.
#[derive(Clone, Debug)]
pub struct Listed {
    pub(super) name: String,
    pub(super) incarnation: u64,
    pub(super) token: u64,
    pub(super) vitals: Vitals,
    pub(super) ends: Instant,
}

impl Listed {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its incarnation.
    #[must_use]
    pub fn incarnation(&self) -> u64 {
        self.incarnation
    }

    /// The fencing token of its membership.
    #[must_use]
    pub fn token(&self) -> u64 {
        self.token
    }

    /// What its last beat said.
    #[must_use]
    pub fn vitals(&self) -> Vitals {
        self.vitals
    }
}

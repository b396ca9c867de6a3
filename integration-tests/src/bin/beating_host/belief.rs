use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use health_tower::Membership;
use integration_tests::beats::{Looked, now};

/// Whether this service takes itself for a member, and with which token.
#[derive(Clone, Debug)]
pub(crate) enum Belief {
    Earned(Membership),
    /// What its beat loop has last written here; 0 is none.
    Blind(Arc<AtomicU64>),
}

impl Belief {
    pub(crate) fn look(&self) -> Looked {
        let at = now();
        let token = match self {
            Self::Earned(membership) => {
                let tenure = membership.tenure();
                tenure.and_then(|tenure| tenure.token())
            }
            // Nothing else is read because of it.
            Self::Blind(token) => match token.load(Ordering::Relaxed) {
                0 => None,
                token => Some(token),
            },
        };
        Looked { at, token }
    }
}

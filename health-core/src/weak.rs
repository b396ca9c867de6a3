use std::sync::Weak;

use crate::Health;
use crate::health::Inner;

/// A handle that doesn't keep the checks running, from [`Health::downgrade`]: for what may outlive the service, such as a callback
/// that is never unregistered. A cheap clone.
#[derive(Clone, Debug)]
pub struct WeakHealth(pub(crate) Weak<Inner>);

impl WeakHealth {
    /// The `Health`, if there is still one.
    #[must_use]
    pub fn upgrade(&self) -> Option<Health> {
        self.0.upgrade().map(Health)
    }
}

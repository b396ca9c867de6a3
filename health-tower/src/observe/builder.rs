use std::time::Duration;

use health_core::DependencyBuilder;

use crate::observe::ObserveLayer;
use crate::{Impact, Scope, StartError};

/// Configures an [`ObserveLayer`].
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use std::time::Duration;
/// use health_tower::{Health, ObserveLayer, Scope};
///
/// let health = Health::builder().start()?;
/// // Beside this instance, and for it alone: where it is down, another instance may do better.
/// let sidecar = ObserveLayer::builder(&health, "sidecar")
///     .scope(Scope::Local)
///     .slow_call(Duration::from_secs(1))
///     .build()?;
/// # let _ = sidecar;
/// # Ok(()) }
/// ```
#[derive(Debug)]
#[must_use = "a layer comes out of `build()`"]
pub struct ObserveLayerBuilder {
    dependency: DependencyBuilder,
    slow_call: Option<Duration>,
}

impl ObserveLayerBuilder {
    pub(crate) fn new(dependency: DependencyBuilder) -> Self {
        Self {
            dependency,
            slow_call: None,
        }
    }

    /// Whether all replicas share what is called. [`Scope::Shared`] by default: were it critical, all would leave at once.
    /// [`Scope::Local`] makes it critical, and this instance not ready while it is down.
    pub fn scope(mut self, scope: Scope) -> Self {
        self.dependency = self.dependency.scope(scope);
        self
    }

    /// What follows when it is down. [`Impact::Degrades`] by default, and [`Impact::Critical`] with [`Scope::Local`].
    pub fn impact(mut self, impact: Impact) -> Self {
        self.dependency = self.dependency.impact(impact);
        self
    }

    /// A call that is dropped after it has waited for the head of its response for so long has failed: for a time-out that has to be
    /// outside of the layer, and is a little longer. Never by default, for callers give up for many reasons.
    ///
    /// It costs each call a look at the clock. It holds for this layer, and not for others of the same name.
    pub fn slow_call(mut self, slow: Duration) -> Self {
        self.slow_call = Some(slow);
        self
    }

    /// Makes the layer.
    ///
    /// # Errors
    ///
    /// A name that can't be one, or is that of a check; one that is observed with another scope or impact; too many. See
    /// [`DependencyBuilder::start`].
    #[track_caller]
    pub fn build(self) -> Result<ObserveLayer, StartError> {
        let dependency = self.dependency.start()?;
        Ok(ObserveLayer::of(dependency, self.slow_call))
    }
}

use crate::Health;
use crate::layer::HealthLayer;
use crate::paths::{LayerError, PathTable, ProbePaths};

/// Configures a [`HealthLayer`].
#[derive(Debug)]
#[must_use = "a layer comes out of `build()`"]
pub struct HealthLayerBuilder {
    health: Health,
    paths: ProbePaths,
    #[cfg(feature = "details")]
    details: Option<crate::Details>,
}

impl HealthLayerBuilder {
    pub(crate) fn new(health: Health) -> Self {
        Self {
            health,
            paths: ProbePaths::default(),
            #[cfg(feature = "details")]
            details: None,
        }
    }

    /// The paths on which probes are answered. [`ProbePaths::default`] where they aren't said.
    pub fn paths(mut self, paths: ProbePaths) -> Self {
        self.paths = paths;
        self
    }

    /// Who may see names and causes. Nobody, where it isn't said.
    #[cfg(feature = "details")]
    #[cfg_attr(docsrs, doc(cfg(feature = "details")))]
    pub fn details(mut self, details: crate::Details) -> Self {
        self.details = Some(details);
        self
    }

    /// Makes the layer. Its table of paths is leaked, some hundred bytes, and so is what details need: the rule with whatever it
    /// holds, and a subscription, which keeps the latest snapshot. Requests must not count references to them. That is once for
    /// each layer, and no more for each request or each clone: make a layer for a service, and not one for each connection.
    ///
    /// # Errors
    ///
    /// All that can't work, at once: paths, and an empty token.
    pub fn build(self) -> Result<HealthLayer, LayerError> {
        let table = PathTable::new(&self.paths);
        #[cfg(feature = "details")]
        let table = LayerError::and(
            table,
            self.details.as_ref().and_then(|details| details.problem),
        );
        let layer = HealthLayer::with_paths(&self.health, Box::leak(Box::new(table?)));
        #[cfg(feature = "details")]
        let layer = match self.details {
            Some(details) => layer.with_details(details),
            None => layer,
        };
        Ok(layer)
    }
}

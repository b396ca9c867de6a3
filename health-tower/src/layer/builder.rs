use crate::Health;
use crate::layer::HealthLayer;
use crate::paths::{LayerError, PathTable, ProbePaths};

/// Configures a [`HealthLayer`].
#[derive(Debug)]
#[must_use = "a layer comes out of `build()`"]
pub struct HealthLayerBuilder {
    health: Health,
    paths: ProbePaths,
}

impl HealthLayerBuilder {
    pub(crate) fn new(health: Health) -> Self {
        let paths = ProbePaths::default();
        Self { health, paths }
    }

    /// The paths on which probes are answered. [`ProbePaths::default`] where they aren't said.
    pub fn paths(mut self, paths: ProbePaths) -> Self {
        self.paths = paths;
        self
    }

    /// Makes the layer. Its table of paths, some hundred bytes, is leaked: requests must not count references to it.
    ///
    /// # Errors
    ///
    /// All paths that can't work, at once.
    pub fn build(self) -> Result<HealthLayer, LayerError> {
        let table = PathTable::new(&self.paths)?;
        Ok(HealthLayer::with_paths(
            &self.health,
            Box::leak(Box::new(table)),
        ))
    }
}

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
    #[cfg(feature = "switch")]
    switch: Option<crate::DrainSwitch>,
}

impl HealthLayerBuilder {
    pub(crate) fn new(health: Health) -> Self {
        Self {
            health,
            paths: ProbePaths::default(),
            #[cfg(feature = "details")]
            details: None,
            #[cfg(feature = "switch")]
            switch: None,
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

    /// Who may begin and end maintenance, by `POST`. Nobody, where it isn't said.
    #[cfg(feature = "switch")]
    #[cfg_attr(docsrs, doc(cfg(feature = "switch")))]
    pub fn drain_switch(mut self, switch: crate::DrainSwitch) -> Self {
        self.switch = Some(switch);
        self
    }

    /// Makes the layer. Its table of paths is leaked, some hundred bytes, and so is what details and the switch need: the rule with
    /// whatever it holds, a subscription, which keeps the latest snapshot, and a token. Requests must not count references to them.
    /// That is once for each layer, and no more for each request or each clone: make a layer for a service, and not one for each
    /// connection.
    ///
    /// # Errors
    ///
    /// All that can't work, at once: paths, and a token that anybody, or nobody, could show.
    pub fn build(self) -> Result<HealthLayer, LayerError> {
        #[cfg(feature = "switch")]
        let others = self.switch.as_ref().map(crate::DrainSwitch::paths);
        #[cfg(not(feature = "switch"))]
        let others: Option<[_; 0]> = None;
        let others = others.as_ref().map_or(&[][..], |others| &others[..]);
        let table = PathTable::new(&self.paths, others);
        #[cfg(feature = "details")]
        let table = {
            let details = self.details.as_ref();
            LayerError::and(table, details.and_then(|details| details.problem.clone()))
        };
        #[cfg(feature = "switch")]
        let table = {
            let switch = self.switch.as_ref();
            LayerError::and(table, switch.and_then(crate::DrainSwitch::problem))
        };
        let layer = HealthLayer::with_paths(&self.health, Box::leak(Box::new(table?)));
        #[cfg(feature = "details")]
        let layer = match self.details {
            Some(details) => layer.with_details(details),
            None => layer,
        };
        #[cfg(feature = "switch")]
        let layer = match self.switch {
            Some(switch) => layer.with_switch(switch),
            None => layer,
        };
        Ok(layer)
    }
}

use tower_layer::Layer;

use crate::Health;
use crate::layer::{HealthLayerBuilder, HealthService, Shared};
use crate::paths::PathTable;

/// A tower [`Layer`] that answers probes and counts all other requests until their response bodies have ended.
///
/// Everything but a probe passes through untouched: bodies, trailers, upgrades, extensions, errors.
///
/// # Where to put it
///
/// Outside of whatever can refuse or delay a request: authentication, limits, time-outs. A probe is then answered while the
/// application is full. Load shedding belongs *inside*: this layer is always ready, so that a `LoadShed` around it never
/// sees the pressure. Tracing and compression may be outside.
///
/// In axum, [`Router::layer`](https://docs.rs/axum/latest/axum/struct.Router.html#method.layer) wraps the routes and the
/// fallback that are there when it is called. Probes are therefore answered in the first form of each line, and are **404
/// in the second**:
///
/// | answered | 404 |
/// |---|---|
/// | `.fallback(f).layer(health)` | `.layer(health).fallback(f)` |
/// | `plain.merge(layered)`, the layered one last | `layered.merge(plain)`, if `plain` has a fallback of its own |
/// | `.layer(health)` on the outermost router | `.nest("/api", layered)`, `.route_layer(health)` |
///
/// To be sure, wrap the whole router: `Router::new().fallback_service(layer.layer(app))`.
///
/// tonic refuses HTTP/1.1 unless the server has `.accept_http1(true)`; without it, `httpGet` probes fail.
#[derive(Clone, Debug)]
pub struct HealthLayer {
    health: Health,
    shared: Shared,
}

impl HealthLayer {
    /// A layer with the default paths ([`ProbePaths::default`](crate::ProbePaths::default)).
    #[must_use]
    pub fn new(health: &Health) -> Self {
        Self::with_paths(health, PathTable::standard())
    }

    /// A layer with paths of your own.
    pub fn builder(health: &Health) -> HealthLayerBuilder {
        HealthLayerBuilder::new(health.clone())
    }

    pub(crate) fn with_paths(health: &Health, paths: &'static PathTable) -> Self {
        let shared = Shared {
            board: health.board(),
            in_flight: health.in_flight(),
            paths,
        };
        let health = health.clone();
        Self { health, shared }
    }

    pub(crate) fn health(&self) -> &Health {
        &self.health
    }

    pub(crate) fn shared(&self) -> Shared {
        self.shared
    }
}

impl<S> Layer<S> for HealthLayer {
    type Service = HealthService<S>;

    fn layer(&self, inner: S) -> HealthService<S> {
        HealthService::new(inner, self.shared, self.health.clone())
    }
}

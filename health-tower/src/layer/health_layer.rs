use tower_layer::Layer;

use crate::layer::{HealthLayerBuilder, HealthService, OptIns, Shared, Wanted};
use crate::paths::PathTable;
use crate::traffic::Groups;
use crate::{Health, Probe, Traffic};

/// A tower [`Layer`] that answers probes and counts all other requests until their response bodies have ended.
///
/// Everything but a probe passes through untouched: bodies, trailers, upgrades, extensions, errors.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use axum::{Router, routing::get};
/// use health_tower::{Health, HealthLayer};
///
/// let health = Health::builder().start()?;
/// let app: Router = Router::new()
///     .route("/orders", get(|| async { "none yet" }))
///     .layer(HealthLayer::new(&health));
///
/// // Any tower service will do; here it is called without a server.
/// use tower::ServiceExt as _;
/// let probe = http::Request::get("/health/live").body(axum::body::Body::empty())?;
/// assert_eq!(app.oneshot(probe).await?.status(), 200);
/// # Ok(()) }
/// ```
///
/// # Where to put it
///
/// Outside of whatever can refuse or delay a request: authentication, limits, time-outs. A probe is then answered while the
/// application is full. Load shedding belongs *inside*: this layer is always ready, so that a `LoadShed` around it never
/// sees the pressure. What makes responses of its error in there, as axum's `HandleErrorLayer` does, should answer 503 *with*
/// `retry-after`: without, a request that was turned away counts as failed. Compression may be outside. Tracing and access logs
/// belong inside, so that they don't tell of each probe; where they have to be outside, [`ProbeFilter`](crate::ProbeFilter) is for them.
///
/// Once on the way of a request: where two layers of the same [`Health`] are around it, it counts twice.
///
/// ## axum
///
/// [`Router::layer`](https://docs.rs/axum/latest/axum/struct.Router.html#method.layer) wraps the routes and the fallback that
/// are there when it is called, and a probe reaches the layer through the *fallback*. So what counts is whether the layer was
/// put around the fallback that the finished router has:
///
/// | answered | 404 |
/// |---|---|
/// | `.fallback(f).layer(health)` | `.layer(health).fallback(f)` |
/// | `plain.merge(layered)`, if `plain` has no fallback | `plain.merge(layered)`, if it has one; `layered.merge(plain)`, unless `layered` had a fallback before the layer |
/// | `.layer(health)` on the outermost router | `.nest("/api", layered)`, `.route_layer(health)` |
///
/// To be sure, wrap the whole router: `Router::new().fallback_service(layer.layer(app))`.
///
/// axum lays the layers of a handler's route anew for each connection. A `ConcurrencyLimitLayer` in `Router::layer` therefore limits
/// each connection; to limit the application, use tower's `GlobalConcurrencyLimitLayer`.
///
/// ## tonic
///
/// tonic refuses HTTP/1.1 unless the server has `.accept_http1(true)`; without it, `httpGet` probes fail. Its own
/// `concurrency_limit_per_connection` and `load_shed` are outside of every layer: a probe on a *full connection* is shed, as HTTP
/// **200** with `grpc-status: 8`. Probers that open a connection of their own, as the kubelet does, don't meet this; for balancers that
/// reuse one, put the limit inside: `.layer(health).layer(limit)`.
/// Into an axum router, merge tonic's services with `Routes::from(router).add_service(…)`: `Routes::new(…)` brings a fallback along.
///
/// # What a probe is
///
/// A request whose path is one of the [`ProbePaths`](crate::ProbePaths), whatever the method; others than GET and HEAD get 405. A
/// body is read and thrown away, up to 2 MiB and for 1 s. Middleware outside may answer first, as CORS does to `OPTIONS`. With
/// [`grpc`](crate::HealthLayerBuilder), all calls of `grpc.health.v1.Health` as well. Neither is counted as in flight; nor, with the
/// feature `synthetic`, are the service's own requests to itself.
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
        let probers = health.probers();
        for probe in Probe::ALL {
            if let Some(path) = paths.path(probe) {
                probers.answers_at(probe, path);
            }
        }
        let shared = Shared {
            board: health.board(),
            in_flight: health.in_flight(),
            watch: health.drain_watch(),
            probers,
            paths,
            opt_ins: None,
            #[cfg(feature = "details")]
            details: None,
            #[cfg(feature = "grpc")]
            grpc: None,
            #[cfg(feature = "switch")]
            switch: None,
        };
        let health = health.clone();
        Self { health, shared }
    }

    pub(crate) fn opting_in(
        mut self,
        wanted: Wanted,
        groups: Option<Groups>,
        traffic: Traffic,
    ) -> Self {
        self.shared.opt_ins = OptIns::leak(&self.health, wanted, groups, traffic);
        self
    }

    #[cfg(feature = "details")]
    pub(crate) fn with_details(mut self, access: crate::Details) -> Self {
        let snapshots = self.health.subscribe();
        let source = crate::details::Source { access, snapshots };
        self.shared.details = Some(Box::leak(Box::new(source)));
        self
    }

    #[cfg(feature = "grpc")]
    pub(crate) fn with_grpc(mut self, face: crate::grpc::Face) -> Self {
        // Where it is asked over HTTP as well, that is the shorter way to say it.
        let probers = self.shared.probers;
        probers.answers_at(Probe::Readiness, "grpc.health.v1.Health/Check");
        self.shared.grpc = Some(Box::leak(Box::new(face)));
        self
    }

    /// The services that gRPC clients can ask about; `None` where the layer was built without
    /// [`grpc`](crate::HealthLayerBuilder::grpc).
    #[cfg(feature = "grpc")]
    #[cfg_attr(docsrs, doc(cfg(feature = "grpc")))]
    #[must_use]
    pub fn grpc_services(&self) -> Option<crate::GrpcServices> {
        let face = self.shared.grpc?;
        Some(crate::GrpcServices::new(face, self.health.downgrade()))
    }

    #[cfg(feature = "switch")]
    pub(crate) fn with_switch(mut self, switch: crate::DrainSwitch) -> Self {
        let lever = switch.lever(&self.health);
        self.shared.switch = Some(Box::leak(Box::new(lever)));
        self
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

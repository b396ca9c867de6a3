use http::Request;

use crate::HealthLayer;
use crate::layer::Shared;

/// Tells probes from other requests, as the layer does: for what is outside of it, such as access logs and traces. From
/// [`HealthLayer::probe_filter`].
///
/// The better way needs no filter: with the layer *outside* of what logs, a probe never gets there. In axum and tonic, what is added
/// last is outside:
///
/// ```
/// # use health_tower::{Health, HealthLayer};
/// # fn app(health: &Health) -> axum::Router {
/// use axum::{Router, routing::get};
/// use tower_http::trace::TraceLayer;
///
/// Router::new()
///     .route("/orders", get(|| async { "none yet" }))
///     .layer(TraceLayer::new_for_http()) // sees orders
///     .layer(HealthLayer::new(health)) // answers probes
/// # }
/// ```
///
/// Where something has to be outside, as a trace that covers all layers has, it can pass over probes:
///
/// ```
/// # use health_tower::{Health, HealthLayer};
/// # fn app(health: &Health) -> axum::Router {
/// use std::time::Duration;
///
/// use axum::{Router, extract::Request, response::Response, routing::get};
/// use tower_http::classify::ServerErrorsFailureClass;
/// use tower_http::trace::TraceLayer;
/// use tracing::{Span, error, info, info_span};
///
/// let layer = HealthLayer::new(health);
/// let probes = layer.probe_filter();
/// let trace = TraceLayer::new_for_http()
///     .make_span_with(move |request: &Request| {
///         if probes.is_probe(request) {
///             Span::none()
///         } else {
///             info_span!("request", method = %request.method(), path = request.uri().path())
///         }
///     })
///     .on_request(())
///     .on_response(|response: &Response, took: Duration, span: &Span| {
///         if !span.is_none() {
///             info!(status = response.status().as_u16(), ?took, "answered");
///         }
///     })
///     // A probe that is down is 503, and its cause has been told by an event of its own.
///     .on_failure(|failure: ServerErrorsFailureClass, took: Duration, span: &Span| {
///         if !span.is_none() {
///             error!(%failure, ?took, "failed");
///         }
///     });
///
/// Router::new()
///     .route("/orders", get(|| async { "none yet" }))
///     .layer(layer)
///     .layer(trace)
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct ProbeFilter(pub(crate) Shared);

impl ProbeFilter {
    /// Whether the layer answers this request itself: a probe on one of its paths, whatever the method; a call of gRPC health, where
    /// it has that; its drain switch, from one who may turn it. Not a question that nobody declared an answer for.
    #[must_use]
    pub fn is_probe<B>(&self, request: &Request<B>) -> bool {
        self.0.asked(request).is_some()
    }
}

impl HealthLayer {
    /// What tells probes from other requests, for layers outside of this one. It keeps no check running.
    #[must_use]
    pub fn probe_filter(&self) -> ProbeFilter {
        ProbeFilter(self.shared())
    }
}

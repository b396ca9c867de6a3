//! gRPC health, `grpc.health.v1.Health`, answered by the layer itself: from the statuses that HTTP is answered from, whichever server
//! and whichever version of tonic is below.
//!
//! A [`Call`] reads one bounded message ([`Inbox`](inbox)), the [`Face`] answers it or refuses ([`refusal`]), and a [`watch`] is a
//! response body that goes on. Names and what they follow are in the [`registry`].

mod call;
mod face;
mod grpc_health;
mod inbox;
mod refusal;
mod registry;
mod services;
mod watch;

use std::sync::LazyLock;

use http::{HeaderMap, HeaderName, HeaderValue};

pub use grpc_health::GrpcHealth;
pub use services::{GrpcServices, ServiceError};

pub(crate) use call::Call;
pub(crate) use face::Face;
pub(crate) use watch::Watch;

/// What the paths of the health service begin with.
pub(crate) const PREFIX: &str = "/grpc.health.v1.Health/";

/// The trailers of a call that succeeded.
pub(crate) fn ok() -> HeaderMap {
    static OK: LazyLock<HeaderMap> = LazyLock::new(|| {
        let status = HeaderName::from_static("grpc-status");
        std::iter::once((status, HeaderValue::from_static("0"))).collect()
    });
    OK.clone()
}

//! The layer, from its outside to its inside: the layer, the service it makes, that service's future.

mod builder;
mod future;
mod health_layer;
mod opt_ins;
mod passing;
mod request;
mod service;
mod shared;

pub use builder::HealthLayerBuilder;
pub use future::ResponseFuture;
pub use health_layer::HealthLayer;
pub use service::HealthService;

pub(crate) use opt_ins::{OptIns, Wanted, tell_envoy};
pub(crate) use passing::Passing;
pub(crate) use request::{Form, is_grpc};
pub(crate) use shared::{Asked, Shared};

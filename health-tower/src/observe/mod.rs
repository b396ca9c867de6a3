//! Calls to others, from the outside to the inside: the layer, the service it makes, that service's future, and the body.

mod body;
mod builder;
mod future;
mod observe_layer;
mod outgoing;
mod service;

pub use body::ObservedBody;
pub use builder::ObserveLayerBuilder;
pub use future::ObservedFuture;
pub use observe_layer::ObserveLayer;
pub use service::Observed;

use outgoing::Outgoing;

//! What must hold for servers and middleware to take the types.

use std::convert::Infallible;

use bytes::Bytes;
use health_tower::{
    HealthBody, HealthLayer, HealthService, ObserveLayer, Observed, ObservedBody, ObservedFuture,
    ProbeFuture, ProbeService, ResponseFuture,
};
use http::{Request, Response};
use http_body_util::{Empty, Full};
use tower::Layer;
use tower::util::BoxCloneSyncService;

use crate::gate::{Gate, health};

#[test]
fn everything_can_be_sent_and_shared() {
    fn send_sync<T: Send + Sync + 'static>() {}
    fn send<T: Send + 'static>() {}
    fn clone<T: Clone>() {}
    fn default<T: Default>() {}
    send_sync::<HealthLayer>();
    send_sync::<
        HealthService<
            BoxCloneSyncService<Request<Empty<Bytes>>, Response<Full<Bytes>>, Infallible>,
        >,
    >();
    send_sync::<ProbeService>();
    send_sync::<HealthBody<Full<Bytes>>>();
    send::<ResponseFuture<Gate, Empty<Bytes>>>();
    send::<ProbeFuture<Empty<Bytes>>>();
    send_sync::<ObserveLayer>();
    send_sync::<
        Observed<BoxCloneSyncService<Request<Empty<Bytes>>, Response<Full<Bytes>>, Infallible>>,
    >();
    send_sync::<ObservedBody<Full<Bytes>>>();
    send_sync::<ObservedFuture<std::future::Ready<()>>>();
    clone::<Observed<Gate>>();
    default::<ObservedBody<Full<Bytes>>>();
    clone::<HealthLayer>();
    clone::<HealthService<Gate>>();
    default::<HealthBody<Full<Bytes>>>();
}

/// axum's routers and nested stacks call `layer` once for each route; all must share one state.
#[tokio::test]
async fn many_services_of_one_layer_share_one_state() {
    let health = health();
    let layer = HealthLayer::new(&health);
    let mut futures = Vec::new();
    for _ in 0..3 {
        let (gate, _semaphore) = Gate::new(1);
        let mut service = layer.clone().layer(gate);
        futures.push(tower::Service::call(
            &mut service,
            crate::gate::get("/hang"),
        ));
    }
    assert_eq!(health.in_flight().count(), 3);
    drop(futures);
    assert_eq!(health.in_flight().count(), 0);
}

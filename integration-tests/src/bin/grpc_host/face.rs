use health_tower::{BoxError, GrpcHealth, GrpcServices, Health, HealthLayer};

use crate::controls::SERVICES;
use crate::echo::Echo;

/// The layer that answers, and its services.
pub(crate) struct Face {
    layer: HealthLayer,
    services: GrpcServices,
}

impl Face {
    pub(crate) fn new(health: &Health) -> Result<Self, BoxError> {
        let [base, orders, (_, echoes)] = SERVICES;
        let grpc = [base, orders]
            .into_iter()
            .fold(GrpcHealth::new(), |grpc, (service, check)| {
                grpc.service(service, [check])
            });
        let grpc = grpc.named::<Echo>([echoes]);
        let layer = HealthLayer::builder(health).grpc(grpc).build()?;
        let services = layer.grpc_services().ok_or("no gRPC")?;
        Ok(Self { layer, services })
    }

    pub(crate) fn layer(&self) -> HealthLayer {
        self.layer.clone()
    }

    pub(crate) fn add(&self, service: String, check: &str) -> Result<(), BoxError> {
        Ok(self.services.add(service, [check])?)
    }

    pub(crate) fn remove(&self, service: &str) {
        self.services.remove(service);
    }
}

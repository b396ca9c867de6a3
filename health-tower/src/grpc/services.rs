use std::borrow::Cow;
use std::fmt;

use crate::grpc::face::Face;
use crate::grpc::registry::Registry;
use crate::{Health, WeakHealth};

/// The services that gRPC clients can ask about, added and removed while the application runs. From
/// [`HealthLayer::grpc_services`](crate::HealthLayer::grpc_services). A cheap clone.
///
/// Who watches a service that comes or goes is told on the same stream.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use health_tower::{Check, GrpcHealth, Health, HealthLayer};
///
/// let health = Health::builder().check(Check::readiness("stock", || async { true })).start()?;
/// let layer = HealthLayer::builder(&health).grpc(GrpcHealth::new()).build()?;
///
/// let services = layer.grpc_services().expect("the layer was built with `grpc`");
/// services.add("shop.Stock", ["stock"])?;
/// assert!(services.remove("shop.Stock"));
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct GrpcServices {
    face: &'static Face,
    health: WeakHealth,
}

impl GrpcServices {
    pub(crate) fn new(face: &'static Face, health: WeakHealth) -> Self {
        Self { face, health }
    }

    /// Adds a service that is up while these checks are, as [`GrpcHealth::service`](crate::GrpcHealth::service) does.
    ///
    /// # Errors
    ///
    /// A name that is taken, that can't be asked for, or that is there by itself; a check that is not there; no
    /// [`Health`](crate::Health) any more.
    pub fn add<'a>(
        &self,
        name: impl Into<Cow<'static, str>>,
        checks: impl IntoIterator<Item = &'a str>,
    ) -> Result<(), ServiceError> {
        self.change(name.into(), checks, Registry::add)
    }

    /// Adds a service, or gives the one of that name other checks: whoever watches it is told its status, and not that it had gone.
    ///
    /// # Errors
    ///
    /// As [`add`](Self::add), but for a name that is taken.
    pub fn set<'a>(
        &self,
        name: impl Into<Cow<'static, str>>,
        checks: impl IntoIterator<Item = &'a str>,
    ) -> Result<(), ServiceError> {
        self.change(name.into(), checks, Registry::set)
    }

    fn change<'a>(
        &self,
        name: Cow<'static, str>,
        checks: impl IntoIterator<Item = &'a str>,
        change: impl Fn(&Registry, &Health, Cow<'static, str>, &[&str]) -> Result<(), ServiceError>,
    ) -> Result<(), ServiceError> {
        let Some(health) = self.health.upgrade() else {
            let why = "there is no `Health` any more: keep one for as long as services come and go";
            return Err(ServiceError::new(&name, why.to_owned()));
        };
        let checks: Vec<_> = checks.into_iter().collect();
        change(&self.face.registry, &health, name, &checks)?;
        self.face.registry.statuses.touch();
        Ok(())
    }

    /// Removes a service. `false` if there was none of that name, and for the names that are there by themselves.
    pub fn remove(&self, name: &str) -> bool {
        let removed = self.face.registry.remove(name);
        if removed {
            self.face.registry.statuses.touch();
        }
        removed
    }
}

/// Why a gRPC service could not be declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceError {
    name: String,
    why: String,
}

impl ServiceError {
    pub(crate) fn new(name: &str, why: String) -> Self {
        let name = name.to_owned();
        Self { name, why }
    }
}

impl fmt::Display for ServiceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, why } = self;
        write!(f, "gRPC service {name:?}: {why}")
    }
}

impl std::error::Error for ServiceError {}

use std::borrow::Cow;

use crate::Health;
use crate::grpc::face::Face;
use crate::grpc::registry::Registry;

/// Answers `grpc.health.v1.Health`: `Check`, `Watch` and `List`, from the same statuses as HTTP.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use health_tower::{Check, GrpcHealth, Health, HealthLayer};
///
/// let health = Health::builder()
///     .check(Check::readiness("database", || async { true }))
///     .check(Check::readiness("search", || async { true }))
///     .start()?;
/// let grpc = GrpcHealth::new()
///     .service("shop.Orders", ["database"])
///     .service("shop.Catalogue", ["database", "search"]);
/// let layer = HealthLayer::builder(&health).grpc(grpc).build()?;
/// # let _ = layer;
/// # Ok(()) }
/// ```
///
/// The layer answers in front of whatever it is laid around: tonic, axum, hyper. It is outside of authentication and limits, where
/// [`HealthLayer`](crate::HealthLayer) belongs anyhow: the kubelet sends no credentials. tonic-health below it is never asked.
///
/// # Names
///
/// | name | is `SERVING` while |
/// |---|---|
/// | `""`, `readiness` | `/health/ready` is 200 |
/// | `liveness` | `/health/live` is 200: during a drain as well |
/// | `startup` | `/health/startup` is 200 |
/// | `external` | `/health/external` is 200; not there where nothing external was declared |
/// | a [`service`](Self::service) | started, not draining, no fatal error, and each check that it names is up |
///
/// Before the first results, that is `NOT_SERVING`. Check fails for other names with `NOT_FOUND`; Watch says `SERVICE_UNKNOWN` and goes
/// on, and tells should the name come to be ([`GrpcServices`](crate::GrpcServices)). Watch tells of changes only, the latest one to a
/// slow reader; once the service [closes](crate::Health::closing), it ends with `UNAVAILABLE`. No drain waits for it; a client that takes
/// no data can't be told, and is ended with its connection, at the deadline. List fails with `RESOURCE_EXHAUSTED` where there are more than
/// 100 names, those that are there by themselves included.
///
/// A `grpc-timeout` is left to the client. Clients that vanish without a word keep their Watch for as long as the server keeps their
/// connection: let it send HTTP/2 keep-alive pings (tonic's `http2_keepalive_interval`).
///
/// # Kubernetes
///
/// **A `livenessProbe` has to name `liveness`.** The kubelet asks for `""` where no service is named, and that is readiness: a pod that
/// drains, or whose database is down, would be killed.
///
/// ```yaml
/// startupProbe:
///   grpc: { port: 50051, service: startup }
///   failureThreshold: 60
///   periodSeconds: 1
/// livenessProbe:
///   grpc: { port: 50051, service: liveness }
///   periodSeconds: 10
/// readinessProbe:
///   grpc: { port: 50051, service: readiness }
///   periodSeconds: 5
///   failureThreshold: 1
/// ```
///
/// The kubelet speaks neither TLS nor mTLS to `grpc` probes: where the port does, point them to a `ProbeServer`.
/// [`KubernetesProbes`](crate::KubernetesProbes) prints what fits the configuration.
///
/// # Envoy
///
/// ```yaml
/// typed_extension_protocol_options: # without it, Envoy refuses to start: gRPC is HTTP/2
///   envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
///     "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
///     explicit_http_config: { http2_protocol_options: {} }
/// health_checks:
///   - timeout: 1s
///     interval: 5s
///     no_traffic_interval: 5s # 60 s where it isn't said, until there is traffic
///     unhealthy_threshold: 1
///     healthy_threshold: 1
///     grpc_health_check: { service_name: shop.Orders }
/// ```
///
/// # Clients that look for themselves
///
/// A gRPC client that balances between several servers watches each of them when its service config says so
/// ([gRFC A17](https://github.com/grpc/proposal/blob/master/A17-client-side-health-checking.md)); Go (which has to
/// `import _ "google.golang.org/grpc/health"`, or goes on without looking), C++, Python, and Java (with `grpc-services`) do, Node and tonic
/// do not:
///
/// ```json
/// {
///   "loadBalancingConfig": [{ "round_robin": {} }],
///   "healthCheckConfig": { "serviceName": "shop.Orders" }
/// }
/// ```
///
/// # What is refused
///
/// Methods other than `POST` with 405, content types other than gRPC's with 415; then, as gRPC, methods that there are not and
/// compressed requests with `UNIMPLEMENTED`, what is no message with `INTERNAL`, one of more than 4 KiB with `RESOURCE_EXHAUSTED`, and
/// one that is not there within five seconds with `DEADLINE_EXCEEDED`.
#[derive(Clone, Debug, Default)]
#[must_use = "hand it to `HealthLayerBuilder::grpc`"]
pub struct GrpcHealth {
    services: Vec<(Cow<'static, str>, Vec<String>)>,
}

impl GrpcHealth {
    /// The names that are there by themselves.
    pub fn new() -> Self {
        Self::default()
    }

    /// Declares a service, such as `shop.Orders`, that needs these checks, by name and whatever probe and impact they have. One that
    /// needs none follows readiness.
    ///
    /// `HealthLayerBuilder::build` refuses checks that are not there, and names that are declared twice, longer than 1024 bytes, or
    /// there by themselves.
    pub fn service<'a>(
        mut self,
        name: impl Into<Cow<'static, str>>,
        checks: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let checks = checks.into_iter().map(str::to_owned).collect();
        self.services.push((name.into(), checks));
        self
    }

    /// Declares a service of tonic under its own name: `.named::<OrdersServer<MyOrders>>(["database"])`.
    #[cfg(feature = "tonic")]
    #[cfg_attr(docsrs, doc(cfg(feature = "tonic")))]
    pub fn named<'a, S: tonic::server::NamedService>(
        self,
        checks: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        self.service(S::NAME, checks)
    }

    /// The face, and what is wrong with it.
    pub(crate) fn build(self, health: &Health) -> (Face, Vec<String>) {
        let registry = Registry::new(health.statuses());
        let mut problems = Vec::new();
        for (name, checks) in self.services {
            let checks: Vec<_> = checks.iter().map(String::as_str).collect();
            if let Err(error) = registry.add(health, name, &checks) {
                problems.push(error.to_string());
            }
        }
        let face = Face {
            registry,
            drain: health.drain_watch(),
            probers: health.probers(),
        };
        (face, problems)
    }
}

//! What to do about a probe that is not answered as it should be.

pub(super) const OUTSIDE: &str = "put the HealthLayer outside of it: in axum, `.layer(HealthLayer::new(&health))` last; in a `ServiceBuilder`, first";

pub(super) const LIMIT: &str = "something outside of the HealthLayer, as a limit, a buffer, a load shed or a slow look-up, keeps probes waiting or refuses them: \
                                put the HealthLayer outside of it: in axum, `.layer(HealthLayer::new(&health))` last; in a `ServiceBuilder`, first";

pub(super) const AUTH: &str = "it was answered by something outside of the HealthLayer that wants credentials, which no prober has: \
                               put the HealthLayer outside of authentication: in axum, `.layer(HealthLayer::new(&health))` last; in a `ServiceBuilder`, first";

pub(super) const FORBIDDEN: &str = "it was answered by something outside of the HealthLayer that wants credentials, which no prober has, or a host that it \
                                    knows: probers ask by address, as here with `Host: 10.1.2.3:8080`. Put the HealthLayer outside of it: in axum, \
                                    `.layer(HealthLayer::new(&health))` last, outside of authentication; in a `ServiceBuilder`, first";

pub(super) const HOST: &str = "it was refused by something outside of the HealthLayer. Where that is for the host: probers ask by address, as here with \
                               `Host: 10.1.2.3:8080`. Put the HealthLayer outside of it: in axum, `.layer(HealthLayer::new(&health))` last; in a \
                               `ServiceBuilder`, first";

pub(super) const NO_SERVER: &str = "something outside of the HealthLayer failed. Where it wants the client's address, as an access log with axum's \
                                    `ConnectInfo` does, there is none without a server: in the test, call \
                                    `.layer(MockConnectInfo(SocketAddr::from(([10, 1, 2, 3], 8080))))` (`axum::extract::connect_info`) on the finished router. Otherwise put the \
                                    HealthLayer outside of it: in axum, `.layer(HealthLayer::new(&health))` last; in a `ServiceBuilder`, first";

pub(super) const FALLBACK: &str = "it never came to a HealthLayer with this path. In axum, a probe gets there through the fallback: call \
                                   `.layer(HealthLayer::new(&health))` on the outermost router, after `.fallback(…)`, `.merge(…)` and `.nest(…)`, and not \
                                   `.route_layer`; or wrap all of it: `Router::new().fallback_service(layer.layer(app))`. And see whether the service's \
                                   layer has the paths, and the options, of the one that the test names";

pub(super) const ROUTE: &str = "the application answers this path by itself, and the HealthLayer is not asked: remove that route, or put the HealthLayer outside of it";

pub(super) const ANOTHER: &str = "it came to a HealthLayer of another `Health` than the test's: checks, drains and what a `Stage` forces are not those that are told. \
                                  Build the service around the `Health` that the test has, as `app(&health)`, and start no second one in there";

pub(super) const DETAILS: &str = "names and causes were shown to one without credentials: let `HealthLayerBuilder::details` ask for a token, or, if all may \
                                  see them, test with `Placement::public_details`";

pub(super) const CHANGED: &str = "the HealthLayer answered, and something outside of it made another response of that: see what changes responses there";

use std::convert::Infallible;
use std::hint::black_box;

use bytes::Bytes;
use health_tower::HealthLayer;
use http::Response;
use http_body_util::Full;
use tower::{Layer as _, Service, service_fn};
use tower_http::metrics::InFlightRequestsLayer;

use crate::drive::{Instance, Request, Work, work};
use crate::health;
use crate::identity::Identity;

/// What stands before the application.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stack {
    Bare,
    Identity,
    InFlight,
    Health,
}

impl Stack {
    pub(crate) const ALL: [Self; 4] = [Self::Bare, Self::Identity, Self::InFlight, Self::Health];
}

/// One layer of each kind, from which every thread has its services.
pub(crate) struct Layers {
    in_flight: InFlightRequestsLayer,
    health: HealthLayer,
}

impl Layers {
    pub(crate) fn new() -> Self {
        let (in_flight, _counter) = InFlightRequestsLayer::pair();
        let health = health::layer(1);
        Self { in_flight, health }
    }

    pub(crate) fn work(&self, stack: Stack, instance: Instance) -> Work {
        // Longer than the prefix of the probes' paths: a shorter one would be told apart by its length.
        const PATH: &str = "/orders/1042";
        match stack {
            Stack::Bare => work(application(), PATH, instance),
            Stack::Identity => work(Identity(application()), PATH, instance),
            Stack::InFlight => work(self.in_flight.layer(application()), PATH, instance),
            Stack::Health => work(self.health.layer(application()), PATH, instance),
        }
    }

    /// Bytes of the service, its future and its response body.
    pub(crate) fn sizes(&self, stack: Stack) -> [usize; 3] {
        match stack {
            Stack::Bare => sizes(&application()),
            Stack::Identity => sizes(&Identity(application())),
            Stack::InFlight => sizes(&self.in_flight.layer(application())),
            Stack::Health => sizes(&self.health.layer(application())),
        }
    }
}

type Answer = Response<Full<Bytes>>;

fn application()
-> impl Service<Request, Response = Answer, Error = Infallible, Future: Send> + Clone + Send + 'static
{
    service_fn(|request| async { Ok(handle(request)) })
}

/// Not inlined: else the difference would show how well the optimiser sees through to a handler that does nothing, which
/// no server's router lets it.
#[inline(never)]
fn handle(request: Request) -> Answer {
    drop(black_box(request));
    Response::new(Full::new(Bytes::from_static(b"1042 is on its way")))
}

fn sizes<S, B>(_: &S) -> [usize; 3]
where
    S: Service<Request, Response = Response<B>>,
{
    [size_of::<S>(), size_of::<S::Future>(), size_of::<B>()]
}

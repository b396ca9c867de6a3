use crate::layer::{HealthLayer, Wanted};
use crate::paths::{LayerError, PathTable, ProbePaths};
use crate::traffic::Groups;
use crate::{Health, Traffic};

/// Configures a [`HealthLayer`].
#[derive(Debug)]
#[must_use = "a layer comes out of `build()`"]
pub struct HealthLayerBuilder {
    health: Health,
    paths: ProbePaths,
    wanted: Wanted,
    traffic: Traffic,
    #[cfg(feature = "details")]
    details: Option<crate::Details>,
    #[cfg(feature = "grpc")]
    grpc: Option<crate::GrpcHealth>,
    #[cfg(feature = "switch")]
    switch: Option<crate::DrainSwitch>,
}

impl HealthLayerBuilder {
    pub(crate) fn new(health: Health) -> Self {
        Self {
            health,
            paths: ProbePaths::default(),
            wanted: Wanted::default(),
            traffic: Traffic::new(),
            #[cfg(feature = "details")]
            details: None,
            #[cfg(feature = "grpc")]
            grpc: None,
            #[cfg(feature = "switch")]
            switch: None,
        }
    }

    /// The paths on which probes are answered. [`ProbePaths::default`] where they aren't said.
    pub fn paths(mut self, paths: ProbePaths) -> Self {
        self.paths = paths;
        self
    }

    /// Whether requests carry [`Closing`](crate::Closing) in their extensions, so that handlers of streams that never end by
    /// themselves (server-sent events, WebSocket, long polls) can end them when the service is to stop, and their clients come back to
    /// another instance, instead of being cut short at the deadline.
    ///
    /// Off by default, for it costs each request an allocation, and a reference count that all threads share. Handlers that know of
    /// [`Health`](crate::Health) can clone [`closing()`](crate::Health::closing) instead.
    ///
    /// ```
    /// use std::convert::Infallible;
    /// use std::pin::pin;
    /// use std::time::Duration;
    ///
    /// use axum::response::sse::{Event, Sse};
    /// use axum::{Extension, Router, routing::get};
    /// use health_tower::{Closing, Health, HealthLayer};
    /// use tokio_stream::{Stream, wrappers::ReceiverStream};
    ///
    /// async fn ticks(Extension(closing): Extension<Closing>) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    ///     let (events, stream) = tokio::sync::mpsc::channel(1);
    ///     tokio::spawn(async move {
    ///         let mut closing = pin!(closing);
    ///         let mut ticks = tokio::time::interval(Duration::from_secs(1));
    ///         loop {
    ///             tokio::select! {
    ///                 () = &mut closing => break, // dropping `events` ends the stream, whole
    ///                 _ = ticks.tick() => {}
    ///             }
    ///             if events.send(Ok(Event::default().data("tick"))).await.is_err() {
    ///                 break;
    ///             }
    ///         }
    ///     });
    ///     Sse::new(ReceiverStream::new(stream))
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let health = Health::builder().start()?;
    /// let layer = HealthLayer::builder(&health).announce(true).build()?;
    /// let app: Router = Router::new().route("/ticks", get(ticks)).layer(layer);
    /// # drop(app);
    /// # Ok(()) }
    /// ```
    ///
    /// Where there is a stream already, `futures::StreamExt::take_until(closing)` does the same. In tonic,
    /// `request.extensions().get::<Closing>()` is the one.
    pub fn announce(mut self, announce: bool) -> Self {
        self.wanted.announce = announce;
        self
    }

    /// Whether Envoy is told of a shutdown by what it gets anyway: from the signal on, each response carries
    /// `x-envoy-immediate-health-check-fail`, and the first one takes this instance out, long before a slow check would. Off by default.
    ///
    /// Envoy [marks it as failed](https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/health_checking#active-health-checking-fast-failure)
    /// if its cluster has active checks, and excludes it: what leaves on purpose doesn't count towards the panic threshold. So the answers
    /// to its readiness checks over HTTP, which a 503 ends at once anyway, carry it too, for a drain and for nothing else;
    /// [maintenance](crate::Health::begin_drain) tells it by them only. Checks that pass, as many as its
    /// `healthy_threshold` says, take the instance back.
    ///
    /// - Envoy passes the header on. Where its own clients are Envoys that check *it*, the first such response takes *it* out: have it
    ///   removed there (`response_headers_to_remove`).
    /// - With [`stay_ready_while_terminating`](crate::DrainPolicy::stay_ready_while_terminating), checks go on passing, and take it back.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use health_tower::{Health, HealthLayer};
    ///
    /// let health = Health::builder().start()?;
    /// let layer = HealthLayer::builder(&health).envoy_immediate_fail(true).build()?;
    /// # drop(layer);
    /// # Ok(()) }
    /// ```
    pub fn envoy_immediate_fail(mut self, immediate_fail: bool) -> Self {
        self.wanted.envoy = immediate_fail;
        self
    }

    /// How requests that pass through are judged: groups of routes, whose fault a response is, and what is answered to what is shed.
    pub fn traffic(mut self, traffic: Traffic) -> Self {
        self.traffic = traffic;
        self
    }

    /// Who may see names and causes. Nobody, where it isn't said.
    #[cfg(feature = "details")]
    #[cfg_attr(docsrs, doc(cfg(feature = "details")))]
    pub fn details(mut self, details: crate::Details) -> Self {
        self.details = Some(details);
        self
    }

    /// Whether `grpc.health.v1.Health` is answered, and for which services. Not at all, where it isn't said: then such calls pass
    /// through.
    #[cfg(feature = "grpc")]
    #[cfg_attr(docsrs, doc(cfg(feature = "grpc")))]
    pub fn grpc(mut self, grpc: crate::GrpcHealth) -> Self {
        self.grpc = Some(grpc);
        self
    }

    /// Who may begin and end maintenance, by `POST`. Nobody, where it isn't said.
    #[cfg(feature = "switch")]
    #[cfg_attr(docsrs, doc(cfg(feature = "switch")))]
    pub fn drain_switch(mut self, switch: crate::DrainSwitch) -> Self {
        self.switch = Some(switch);
        self
    }

    /// Makes the layer. Its table of paths is leaked, some hundred bytes, and so is what options need: the rule for details with
    /// whatever it holds, a subscription, which keeps the latest snapshot, a token, and the register of gRPC's services. Requests must
    /// not count references to them.
    /// That is once for each layer, and no more for each request or each clone: make a layer for a service, and not one for each
    /// connection.
    ///
    /// # Errors
    ///
    /// All that can't work, at once: paths, groups of routes, a token that anybody, or nobody, could show, and gRPC services that name checks that are
    /// not there.
    pub fn build(self) -> Result<HealthLayer, LayerError> {
        #[cfg(feature = "switch")]
        let others = self.switch.as_ref().map(crate::DrainSwitch::paths);
        #[cfg(not(feature = "switch"))]
        let others: Option<[_; 0]> = None;
        let others = others.as_ref().map_or(&[][..], |others| &others[..]);
        #[cfg(feature = "grpc")]
        let is_asked_otherwise = self.grpc.is_some();
        #[cfg(not(feature = "grpc"))]
        let is_asked_otherwise = false;
        let table = PathTable::new(&self.paths, others, is_asked_otherwise);
        #[cfg(feature = "details")]
        let table = {
            let details = self.details.as_ref();
            LayerError::and(table, details.and_then(|details| details.problem.clone()))
        };
        #[cfg(feature = "switch")]
        let table = {
            let switch = self.switch.as_ref();
            LayerError::and(table, switch.and_then(crate::DrainSwitch::problem))
        };
        #[cfg(feature = "grpc")]
        let (grpc, table) = {
            let built = self.grpc.map(|grpc| grpc.build(&self.health));
            let (face, problems) = built.unzip();
            (face, LayerError::and(table, problems.into_iter().flatten()))
        };
        let (groups, problems) = match Groups::new(&self.health, &self.traffic) {
            Ok(groups) => (groups, Vec::new()),
            Err(problems) => (None, problems),
        };
        let table = LayerError::and(table, problems);
        let layer = HealthLayer::with_paths(&self.health, Box::leak(Box::new(table?)));
        let layer = layer.opting_in(self.wanted, groups, self.traffic);
        #[cfg(feature = "details")]
        let layer = match self.details {
            Some(details) => layer.with_details(details),
            None => layer,
        };
        #[cfg(feature = "grpc")]
        let layer = match grpc {
            Some(face) => layer.with_grpc(face),
            None => layer,
        };
        #[cfg(feature = "switch")]
        let layer = match self.switch {
            Some(switch) => layer.with_switch(switch),
            None => layer,
        };
        Ok(layer)
    }
}

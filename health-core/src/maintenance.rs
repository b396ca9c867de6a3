use crate::Health;
use crate::lifecycle::drained;

/// Maintenance: not ready, and serving all the same, until somebody takes it back.
impl Health {
    /// Begins maintenance: not ready and in [`Phase::Draining`](crate::Phase::Draining) when this returns, but serving, with liveness
    /// untouched, and for as long as nobody calls [`resume`](Self::resume). Checks and start-up go on meanwhile. Works from any thread,
    /// with or without a runtime; a second call changes nothing, nor does one after a shutdown has begun.
    ///
    /// A shutdown that comes then needs no lame duck any more, or less of it: its lame duck counts from here, its deadline from the
    /// signal.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use health_core::{Health, Probe};
    ///
    /// let health = Health::builder().start()?;
    /// health.begin_drain();
    /// assert!(!health.status(Probe::Readiness).is_up() && health.status(Probe::Liveness).is_up());
    /// health.drained().await; // whatever must not run beside requests
    /// health.resume();
    /// assert!(health.status(Probe::Readiness).is_up());
    /// # Ok(()) }
    /// ```
    pub fn begin_drain(&self) {
        self.0.hub.begin_drain();
    }

    /// Ends maintenance: readiness follows the checks again, or start-up, if that is not over. A shutdown that has begun can't be
    /// taken back: then this does nothing but log a warning.
    pub fn resume(&self) {
        self.0.hub.resume();
    }

    /// Resolves at a moment in which the service drains, for maintenance or a shutdown, and nothing is in flight: for hooks, and for
    /// loops that serve on their own. More may come after it as long as load balancers have not noticed; wait for
    /// [`closing`](Self::closing) as well where that matters.
    ///
    /// It holds no `Health`. Where the last one is dropped while serving, it never resolves.
    pub fn drained(&self) -> impl Future<Output = ()> + Send + use<> {
        drained(self.0.hub.subscribe(), self.0.in_flight)
    }
}

use std::sync::Arc;
use std::time::Duration;

use crate::pulse::cell::Cell;

/// The sign of life of a worker that no request reaches: a consumer, a scheduler, a thread of its own. From
/// [`Health::pulse`](crate::Health::pulse).
///
/// Each piece of work is put under a guard, from [`begin`](Self::begin) until the guard is dropped. **Only an open guard can be
/// overdue**: waiting for input, however long, never is. If one is open for longer than
/// [`overdue_after`](Self::overdue_after), liveness fails until it is closed.
///
/// A worker that ends as it should calls [`finish`](Self::finish). Dropped without it, as by a panic or an early return, the
/// worker has *died*: the log says so at once, and liveness fails unless another pulse of the same name takes its place within
/// the same time. A shutdown that has begun excuses it. While one lives, another of its name may die: where each of a pool's
/// workers counts, each needs a name of its own.
///
/// Beginning and ending a piece of work takes four atomic operations, some 40 ns, no lock and no clock; both work in async and in blocking
/// code, on any thread. To begin one looks for a free place among those that are taken: meant for dozens at a time, thousands
/// work. Places are kept for the next, as many as were ever taken at once, until the pulse and its guards are gone.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use std::sync::mpsc;
/// use std::time::Duration;
/// use health_core::Health;
///
/// let health = Health::builder().start()?;
/// let (orders, inbox) = mpsc::channel::<u32>();
/// let pulse = health.pulse("dispatcher").overdue_after(Duration::from_secs(60));
/// let dispatcher = std::thread::spawn(move || {
///     for order in inbox {                        // may wait for ever
///         let _working = pulse.begin("dispatch"); // must end within a minute
///         println!("order {order}");
///     }
///     pulse.finish();
/// });
/// orders.send(7)?;
/// drop(orders);
/// dispatcher.join().unwrap();
/// # Ok(()) }
/// ```
#[must_use = "dropped without `finish()`, the worker has died"]
#[derive(Debug)]
pub struct Pulse(Arc<Cell>);

/// A piece of work that is under way, as long as it lives. From [`Pulse::begin`].
#[must_use = "the work counts as under way only while this lives: `let _working = pulse.begin(…);`"]
#[derive(Debug)]
pub struct PulseGuard {
    cell: Arc<Cell>,
    place: usize,
}

impl Pulse {
    pub(crate) fn new(cell: Arc<Cell>) -> Self {
        Self(cell)
    }

    /// How long one piece of work may take before liveness fails. 300 s by default; 1 s at least, and shorter ones count as that.
    pub fn overdue_after(self, limit: Duration) -> Self {
        self.0.set_limit(limit);
        self
    }

    /// A piece of work begins. `what` names it in reports; fifteen names are told apart.
    ///
    /// Several may be under way at once; the guard may be sent to where the work is done.
    pub fn begin(&self, what: &'static str) -> PulseGuard {
        let place = self.0.slots.open(self.0.number(what));
        let cell = Arc::clone(&self.0);
        PulseGuard { cell, place }
    }

    /// The worker ends as it should. What is still under way is watched until it has ended.
    pub fn finish(self) {
        self.0.set_end(true);
    }
}

impl Drop for Pulse {
    fn drop(&mut self) {
        self.0.set_end(false);
    }
}

impl Drop for PulseGuard {
    fn drop(&mut self) {
        self.cell.slots.close(self.place);
    }
}

#[cfg(test)]
mod tests;

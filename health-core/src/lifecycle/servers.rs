use std::sync::Arc;

use tokio::sync::watch;

/// How many servers run, and whether any ever did: a service may have several, each under a `run` of its own.
#[derive(Debug)]
pub(crate) struct Servers(watch::Sender<Count>);

#[derive(Clone, Copy, Debug, Default)]
struct Count {
    running: usize,
    ever: bool,
}

impl Servers {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self(watch::Sender::new(Count::default())))
    }

    /// One more, until the returned value is dropped.
    pub(crate) fn started(self: &Arc<Self>) -> Running {
        self.0.send_modify(|count| {
            count.running += 1;
            count.ever = true;
        });
        Running(Arc::clone(self))
    }

    /// Waits until none runs. At once, if none ever did.
    pub(crate) async fn none_runs(&self) {
        self.until(|count| count.running == 0).await;
    }

    /// Waits until the last of those that ran has ended. For ever, if none ever runs.
    pub(crate) async fn all_ended(&self) {
        self.until(|count| count.ever && count.running == 0).await;
    }

    async fn until(&self, wanted: impl FnMut(&Count) -> bool) {
        // The sender is `self`: it can't have gone.
        let mut counts = self.0.subscribe();
        let _count = counts.wait_for(wanted).await;
    }
}

/// A server that runs.
#[derive(Debug)]
pub(crate) struct Running(Arc<Servers>);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.0.send_modify(|count| count.running -= 1);
    }
}

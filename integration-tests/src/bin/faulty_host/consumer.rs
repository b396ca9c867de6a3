use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use health_tower::{Health, Pulse};
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};

const NAME: &str = "consumer";
/// Long enough to be under way when the process is stopped, and well below the shortest limit.
const COMMIT: Duration = Duration::from_millis(300);

/// A worker that no request reaches.
#[derive(Clone, Debug)]
pub(crate) struct Consumer(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    health: Health,
    runtime: Handle,
    limit: Option<Duration>,
    inbox: Mutex<mpsc::UnboundedSender<Job>>,
}

#[derive(Debug)]
enum Job {
    /// Ends when the other side is dropped; the second says that it was begun.
    Commit(oneshot::Receiver<()>, oneshot::Sender<()>),
    Die,
}

impl Consumer {
    pub(crate) fn start(health: &Health, runtime: &Handle, limit: Option<Duration>) -> Self {
        let inbox = run(pulse(health, NAME, limit), runtime);
        Self(Arc::new(Inner {
            health: health.clone(),
            runtime: runtime.clone(),
            limit,
            inbox: Mutex::new(inbox),
        }))
    }

    /// It begins to commit, and doesn't end until what is returned is dropped. Blocks until it has begun.
    pub(crate) fn hang(&self) -> Option<oneshot::Sender<()>> {
        let (release, released) = oneshot::channel();
        let (begin, begun) = oneshot::channel();
        self.inbox().send(Job::Commit(released, begin)).ok()?;
        begun.blocking_recv().ok().map(|()| release)
    }

    /// It returns early. Blocks until it has.
    pub(crate) fn die(&self) {
        let inbox = self.inbox().clone();
        let _dead = inbox.send(Job::Die);
        self.0.runtime.block_on(inbox.closed());
    }

    /// Another takes its place.
    pub(crate) fn replace(&self) {
        let pulse = pulse(&self.0.health, NAME, self.0.limit);
        *self.inbox() = run(pulse, &self.0.runtime);
    }

    /// Gives it something to do, again and again, for as long as it lives.
    pub(crate) fn keep_working(&self) {
        let inbox = self.inbox().clone();
        self.0.runtime.spawn(async move {
            loop {
                let (release, released) = oneshot::channel();
                let (begin, begun) = oneshot::channel();
                if inbox.send(Job::Commit(released, begin)).is_err() || begun.await.is_err() {
                    return;
                }
                tokio::time::sleep(COMMIT).await;
                drop(release);
            }
        });
    }

    fn inbox(&self) -> MutexGuard<'_, mpsc::UnboundedSender<Job>> {
        self.0.inbox.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(crate) fn pulse(health: &Health, name: &'static str, limit: Option<Duration>) -> Pulse {
    let pulse = health.pulse(name);
    match limit {
        Some(limit) => pulse.overdue_after(limit),
        None => pulse,
    }
}

fn run(pulse: Pulse, runtime: &Handle) -> mpsc::UnboundedSender<Job> {
    let (inbox, mut jobs) = mpsc::unbounded_channel();
    runtime.spawn(async move {
        while let Some(Job::Commit(end, begin)) = jobs.recv().await {
            let _working = pulse.begin("commit");
            let _begun = begin.send(());
            let _ended = end.await;
        }
    });
    inbox
}

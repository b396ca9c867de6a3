use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use integration_tests::ask::ask;
use tokio::net::UdpSocket;
use tokio::task::AbortHandle;
use tokio::time::{MissedTickBehavior, interval, timeout};

/// So often they are asked. A time-out of a second is in `ask`.
const EVERY: Duration = Duration::from_millis(250);
/// So long a heart may be silent.
const TTL: Duration = Duration::from_secs(3);

/// Those beside ours, in the order of the table.
pub(crate) const NAMES: [&str; 3] = ["`/health` by hand", "`axum-health`", "blind heartbeat"];

/// Two routes that are asked, and a heart that is listened to.
#[derive(Debug)]
pub(crate) struct Peers([Complaints; 3], [AbortHandle; 2]);

impl Peers {
    pub(crate) fn watch(app: SocketAddr, heart: &Heart) -> Self {
        let (plain, plain_task) = asked(app, "/health");
        let (theirs, their_task) = asked(app, "/peer-health");
        Self(
            [plain, theirs, heart.silences.clone()],
            [plain_task, their_task],
        )
    }

    /// When each of them complained first in this time, if it did.
    pub(crate) fn first_between(
        &self,
        begin: SystemTime,
        end: SystemTime,
    ) -> [Option<SystemTime>; 3] {
        self.0.each_ref().map(|complaints| {
            let complaints = complaints.0.lock().unwrap();
            let within = |at: &&SystemTime| (begin..=end).contains(*at);
            complaints.iter().find(within).copied()
        })
    }
}

impl Drop for Peers {
    fn drop(&mut self) {
        self.1.iter().for_each(AbortHandle::abort);
    }
}

/// When something was not as it should be.
#[derive(Clone, Debug, Default)]
struct Complaints(Arc<Mutex<Vec<SystemTime>>>);

impl Complaints {
    fn add(&self) {
        self.0.lock().unwrap().push(SystemTime::now());
    }
}

/// What isn't 200, or doesn't come in time, is a complaint.
fn asked(addr: SocketAddr, path: &'static str) -> (Complaints, AbortHandle) {
    let complaints = Complaints::default();
    let told = complaints.clone();
    let task = tokio::spawn(async move {
        let mut due = interval(EVERY);
        due.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            due.tick().await;
            if ask(addr, path).await != Some(200) {
                told.add();
            }
        }
    });
    (complaints, task.abort_handle())
}

/// Who listens to a heart, and removes whoever is silent.
#[derive(Debug)]
pub(crate) struct Heart {
    pub(crate) port: u16,
    silences: Complaints,
    task: AbortHandle,
}

impl Heart {
    pub(crate) async fn listen() -> Self {
        let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).await.unwrap();
        let port = socket.local_addr().unwrap().port();
        let silences = Complaints::default();
        let told = silences.clone();
        let task = tokio::spawn(async move {
            let mut beat = [0; 16];
            // Before the first beat there is nobody to be missed.
            while socket.recv(&mut beat).await.is_ok() {
                while timeout(TTL, socket.recv(&mut beat)).await.is_ok() {}
                told.add();
            }
        });
        let task = task.abort_handle();
        Self {
            port,
            silences,
            task,
        }
    }
}

impl Drop for Heart {
    fn drop(&mut self) {
        self.task.abort();
    }
}

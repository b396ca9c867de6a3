use std::env;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::heartbeat::systemd::socket::Socket;
use crate::heartbeat::systemd::words::{Message, Told, Watchdog};
use crate::heartbeat::{Ack, Backend, BackendError, Joined, Leaving, Member, Session, Vitals};

/// The service manager, by `sd_notify(3)`: it hears when the service is ready, that it is alive, and that it stops. With the feature `systemd`.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
/// # runtime.block_on(async {
/// use health_core::heartbeat::Systemd;
/// use health_core::{Health, Heartbeat};
///
/// let health = Health::builder().start()?;
/// if let Some(systemd) = Systemd::from_env() {
///     Heartbeat::to(systemd).start(&health)?;
/// }
/// # Ok::<_, Box<dyn std::error::Error>>(()) })?;
/// # Ok(()) }
/// ```
///
/// # What it says, and when
///
/// | line | when |
/// |---|---|
/// | `READY=1` | once, when the phase has left [`Starting`](crate::Phase::Starting): start-up tasks and checks are over, or there is maintenance already |
/// | `WATCHDOG=1` | with each beat, while **liveness** is up, until a shutdown begins; never where `WATCHDOG_PID` names another process |
/// | `STOPPING=1` | once, as soon as a shutdown begins, as by SIGTERM; maintenance is none |
/// | `EXTEND_TIMEOUT_USEC=…` | with each beat during a shutdown while liveness is up: the TTL that was [asked for](crate::Heartbeat::ttl), in which the next beat comes |
/// | `STATUS=…` | when it changes: the phase, liveness and readiness, the verdict, and in a drain what is in flight |
///
/// The watchdog is the question of liveness: readiness that is down is no reason to be killed. While liveness is down, nothing is sent for the
/// watchdog, and [`problem`](crate::HeartbeatReport::problem) says so. It never asks to be killed (`WATCHDOG=trigger`), since liveness may
/// come back in time. systemd counts from the first `WATCHDOG=1` on, also while the service starts; from `STOPPING=1` on, it is `TimeoutStopSec`
/// that counts.
///
/// As with every coordinator, a beat is earned: where no runtime has turned for a second (`withhold_after`), none is sent, and systemd kills the
/// service `WatchdogSec` after the last one.
///
/// # The unit
///
/// ```ini
/// [Service]
/// Type=notify
/// NotifyAccess=main
/// WatchdogSec=30s
/// Restart=on-failure
/// TimeoutStartSec=90s
/// TimeoutStopSec=90s
/// ```
///
/// - `WatchdogSec`: 30 s is usual. The TTL that is granted is this time, so that a beat comes at least three times in it, whatever
///   [`every`](crate::Heartbeat::every) says; without it, it is the TTL that was asked for. It should be longer than
///   [`revoke_after`](crate::Heartbeat::revoke_after), 5 s, and than any pause from which the service recovers by itself. What follows is
///   SIGABRT (`WatchdogSignal`), with a core dump where those are on, **without a drain**; then `Restart=`, for which `on-failure` is
///   enough.
/// - `TimeoutStartSec`: longer than the start-up deadline, since systemd waits for `READY=1`, and so do units that are ordered after this one.
/// - `TimeoutStopSec`: that of [`DrainPolicy::systemd`](crate::DrainPolicy::systemd), 90 s, is its deadline of 85 s, and 5 s to end. Where it is
///   as long as that, no extension has any effect. Where it is shorter, a drain goes on for as long as beats are earned, up to its own deadline;
///   one that hangs is killed when the last extension has passed. What comes after the drain has what is left
///   of `TimeoutStopSec`, or the time of one extension, 10 s by default.
/// - `NotifyAccess=main`: what `Type=notify` implies. A shell that starts the service without `exec` needs `all`; then systemd also listens to
///   programs that the service starts, which inherit `NOTIFY_SOCKET`: take it out of their environment.
///
/// `NOTIFY_SOCKET` is a path, or a name in the abstract namespace (`@…`). In a container, Podman hands it on with
/// `podman run --sdnotify=container`; Docker does not. A socket that can't be written to is seen in the report of the heartbeat, and
/// tried again: it takes nobody out.
///
/// Where the last [`Health`](crate::Health) is dropped, the heartbeat leaves, and that is `STOPPING=1`, too: hold one for as long as the service
/// runs.
#[derive(Debug)]
pub struct Systemd(Arc<Manager>);

#[derive(Debug)]
struct Manager {
    socket: Socket,
    watchdog: Watchdog,
    /// Over all sessions: what was said once is not said again.
    told: Mutex<Told>,
}

impl Systemd {
    /// The service manager that has started this process: `None` where `NOTIFY_SOCKET` is not set, as in a shell, and there is nothing to do.
    #[must_use]
    pub fn from_env() -> Option<Self> {
        let socket = Socket::from_env()?;
        let ours = sd_notify::watchdog_enabled().filter(|limit| !limit.is_zero());
        let watchdog = match ours {
            Some(limit) => Watchdog::Ours(limit),
            None if env::var_os("WATCHDOG_PID").is_some() => Watchdog::Others,
            None => Watchdog::Off,
        };
        let told = Mutex::default();
        Some(Self(Arc::new(Manager {
            socket,
            watchdog,
            told,
        })))
    }
}

impl Backend for Systemd {
    type Session = SystemdSession;

    fn name(&self) -> &str {
        "systemd"
    }

    fn is_local(&self) -> bool {
        true
    }

    async fn join(&self, member: &Member) -> Result<Joined<SystemdSession>, BackendError> {
        let granted = self.0.watchdog.limit().unwrap_or(member.ttl());
        let mut session = SystemdSession {
            manager: Arc::clone(&self.0),
            granted,
            extension: member.ttl(),
        };
        let ack = session.beat(&member.vitals()).await?;
        Ok(Joined::new(session, ack))
    }
}

/// A membership with a [`Systemd`].
#[derive(Debug)]
pub struct SystemdSession {
    manager: Arc<Manager>,
    granted: Duration,
    /// As was asked for: a watchdog of hours must not keep a drain that hangs for hours.
    extension: Duration,
}

impl SystemdSession {
    /// Nothing that is dropped half-way is taken as said, and what was said is taken as such at once.
    async fn say(&self, message: Message) -> Result<(), BackendError> {
        self.manager.socket.send(&message.lines).await?;
        *self.told() = message.told;
        Ok(())
    }

    fn told(&self) -> MutexGuard<'_, Told> {
        let told = self.manager.told.lock();
        told.unwrap_or_else(PoisonError::into_inner)
    }
}

impl Session for SystemdSession {
    async fn beat(&mut self, vitals: &Vitals) -> Result<Ack, BackendError> {
        let watchdog = self.manager.watchdog;
        let message = self.told().beat(vitals, watchdog, self.extension);
        self.say(message).await?;
        if vitals.is_live() {
            Ok(Ack::granted(self.granted))
        } else {
            Err(BackendError::failed(watchdog.withheld()))
        }
    }

    async fn leave(self, why: Leaving) -> Result<(), BackendError> {
        let message = self.told().leave(why, self.extension);
        self.say(message).await
    }
}

//! Who listens at `NOTIFY_SOCKET`, and the service that was told of it.

use std::net::SocketAddr;
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::net::{SocketAddr as UnixAddr, UnixDatagram};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use integration_tests::patience::patiently;
use integration_tests::process::{Output, Process};
use integration_tests::wire::Wire;
use tokio::process::Command;
use tokio::sync::mpsc;

/// One datagram.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) at: Instant,
    lines: Vec<String>,
}

impl Message {
    pub(crate) fn has(&self, line: &str) -> bool {
        self.lines.iter().any(|had| had == line)
    }

    /// What follows this.
    pub(crate) fn of(&self, name: &str) -> Option<&str> {
        let mut lines = self.lines.iter();
        lines.find_map(|line| line.strip_prefix(name)?.strip_prefix('='))
    }
}

/// Takes messages on a thread of its own, so that a busy test does not delay their time.
pub(crate) struct Manager {
    messages: mpsc::UnboundedReceiver<Message>,
    addr: UnixAddr,
}

impl Manager {
    pub(crate) fn at_path(path: &Path) -> Self {
        Self::listen(UnixDatagram::bind(path).unwrap())
    }

    pub(crate) fn at_name(name: &str) -> Self {
        let addr = UnixAddr::from_abstract_name(name).unwrap();
        Self::listen(UnixDatagram::bind_addr(&addr).unwrap())
    }

    /// Until nobody wants to know. The socket is gone then, at the latest after a moment.
    fn listen(socket: UnixDatagram) -> Self {
        let (took, messages) = mpsc::unbounded_channel();
        let addr = socket.local_addr().unwrap();
        let moment = Duration::from_millis(20);
        socket.set_read_timeout(Some(moment)).unwrap();
        thread::spawn(move || {
            let mut bytes = [0; 4096];
            while !took.is_closed() {
                let Ok(len) = socket.recv(&mut bytes) else {
                    continue;
                };
                let text = String::from_utf8(bytes[..len].to_vec()).unwrap();
                let message = Message {
                    at: Instant::now(),
                    lines: text.lines().map(str::to_owned).collect(),
                };
                let _closed = took.send(message);
            }
        });
        Self { messages, addr }
    }

    pub(crate) async fn next(&mut self) -> Message {
        let message = patiently("a message", self.messages.recv()).await;
        message.expect("the thread listens")
    }

    /// All up to the one that satisfies, which is the last.
    pub(crate) async fn until(
        &mut self,
        what: &str,
        satisfies: impl Fn(&Message) -> bool,
    ) -> Vec<Message> {
        let mut all = Vec::new();
        let taking = async {
            loop {
                let message = self.next().await;
                let found = satisfies(&message);
                all.push(message);
                if found {
                    break;
                }
            }
        };
        patiently(what, taking).await;
        all
    }

    /// All that is left of a service that has ended: a queue keeps its order.
    pub(crate) async fn rest(mut self) -> Vec<Message> {
        let ours = UnixDatagram::unbound().unwrap();
        ours.send_to_addr(b"OURS=1", &self.addr).unwrap();
        let mut all = self.until("our own", |message| message.has("OURS=1")).await;
        all.pop();
        all
    }
}

/// Of the service: a watchdog of `.0`, and how it beats.
#[derive(Clone, Copy)]
pub(crate) struct Plan {
    pub(crate) watchdog: Option<Duration>,
    pub(crate) every: Duration,
    pub(crate) ttl: Duration,
    pub(crate) lame_duck: Duration,
}

pub(crate) const SECOND: Duration = Duration::from_secs(1);

pub(crate) const PLAN: Plan = Plan {
    watchdog: Some(Duration::from_secs(30)),
    every: Duration::from_millis(50),
    ttl: Duration::from_secs(10),
    lame_duck: Duration::ZERO,
};

pub(crate) struct Service {
    pub(crate) process: Process,
    output: Output,
    pub(crate) addr: SocketAddr,
    /// Whether it was started by systemd, as it thinks.
    pub(crate) by_systemd: bool,
}

impl Plan {
    /// A service that has started, and said so to a manager at an abstract name of its own.
    pub(crate) async fn ready(self, name: &str) -> (Manager, Service) {
        let name = format!("health-tower-{name}-{}", std::process::id());
        let mut manager = Manager::at_name(&name);
        let mut service = self.start(Some(&format!("@{name}")), &[]).await;
        service.tell("started").await;
        manager
            .until("READY=1", |message| message.has("READY=1"))
            .await;
        (manager, service)
    }

    pub(crate) async fn start(self, socket: Option<&str>, more: &[(&str, &str)]) -> Service {
        let mut command = Command::new(env!("CARGO_BIN_EXE_notifying_host"));
        for name in ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"] {
            command.env_remove(name);
        }
        command.envs(socket.map(|socket| ("NOTIFY_SOCKET", socket)));
        let limit = self.watchdog.map(|limit| limit.as_micros().to_string());
        command.envs(limit.map(|limit| ("WATCHDOG_USEC", limit)));
        command.envs(more.iter().copied());
        let times = [self.every, self.ttl, self.lame_duck];
        let (process, mut output) =
            Process::start(command.args(times.map(|time| time.as_millis().to_string())));
        let by_systemd = line(&mut output).await == "systemd";
        let addr = line(&mut output).await.parse().unwrap();
        // From the first answer on, it takes signals.
        let alive = Wire::connect(addr).await.get("/health/live").await;
        assert_eq!(alive.status, 200);
        Service {
            process,
            output,
            addr,
            by_systemd,
        }
    }
}

impl Service {
    pub(crate) async fn tell(&mut self, order: &str) {
        self.process.tell(order).await;
    }

    /// What is wrong with its heartbeat, once this is.
    pub(crate) async fn problem(&mut self, part: &str) -> String {
        let asking = async {
            loop {
                self.process.tell("problem").await;
                let said = line(&mut self.output).await;
                if said.contains(part) {
                    return said;
                }
            }
        };
        patiently(part, asking).await
    }

    pub(crate) async fn terminate(&self) {
        let pid = self.process.id().to_string();
        let sent = Command::new("kill").args(["-s", "TERM", &pid]).status();
        assert!(sent.await.unwrap().success());
    }

    pub(crate) async fn ended(mut self) {
        assert_eq!(line(&mut self.output).await, "ended");
        self.process.ended().await;
    }
}

async fn line(output: &mut Output) -> String {
    let line = patiently("a line", output.next_line()).await;
    line.unwrap().expect("the service runs")
}

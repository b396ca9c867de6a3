use std::path::Path;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use integration_tests::beats::Said;
use integration_tests::lan::Room;
use integration_tests::patience::patiently;
use integration_tests::process::Process;
use rustix::process::Signal;
use tokio::process::Command;
use tokio::sync::mpsc::{self, UnboundedReceiver};

use super::asker::Asker;
use super::case::{Kind, Setting};

const PROGRAM: &str = env!("CARGO_BIN_EXE_beating_host");
pub(crate) const PREFIX: &str = "health/members/";

/// The library that fakes clocks, if it is there.
pub(crate) static FAKETIME: LazyLock<Option<String>> = LazyLock::new(|| {
    let libraries = std::fs::read_dir("/usr/lib").ok()?;
    let mut libraries = libraries.flatten().map(|folder| folder.path());
    libraries.find_map(|folder| {
        let library = folder.join("faketime/libfaketimeMT.so.1");
        library.exists().then(|| library.display().to_string())
    })
});

/// What it has said, and when.
pub(crate) type Log = Arc<Mutex<Vec<(Duration, Said)>>>;

/// A service that is a member, in a process of its own.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) name: String,
    pub(crate) log: Log,
    pub(crate) asker: Asker,
    process: Process,
    answers: UnboundedReceiver<String>,
    room: Option<Room>,
}

impl Member {
    pub(crate) async fn start(
        kind: Kind,
        setting: Setting,
        endpoints: &str,
        room: Option<Room>,
        (folder, clock): (&Path, Option<&Path>),
    ) -> Self {
        let name = format!("{}-{}", kind.name(), setting.ttl.as_secs());
        let socket = folder.join(format!("{name}.sock"));
        let mut command = match &room {
            Some(room) => room.command("setpriv"),
            None => Command::new("setpriv"),
        };
        command.args(["--pdeathsig", "KILL"]);
        if let Some(clock) = clock {
            let library = FAKETIME.as_deref().expect("it was looked for");
            // Only for the program, so that it is the one that tidies up when it ends.
            command
                .arg("env")
                .arg(format!("LD_PRELOAD={library}"))
                .arg(format!("FAKETIME_TIMESTAMP_FILE={}", clock.display()))
                .arg("FAKETIME_NO_CACHE=1")
                // Its two names.
                .args(["FAKETIME_DONT_FAKE_MONOTONIC=1", "DONT_FAKE_MONOTONIC=1"]);
        }
        command
            .arg(PROGRAM)
            .args(kind.args())
            .arg(format!("endpoints={endpoints}"))
            .arg(format!("prefix={PREFIX}"))
            .arg(format!("name={name}"))
            .arg(format!("every={}", setting.every.as_millis()))
            .arg(format!("ttl={}", setting.ttl.as_millis()))
            .arg(format!("socket={}", socket.display()));
        let (process, mut output) = Process::start(&mut command);
        let (answer, mut answers) = mpsc::unbounded_channel();
        let log = Log::default();
        let hearing = Arc::clone(&log);
        tokio::spawn(async move {
            while let Ok(Some(line)) = output.next_line().await {
                match Said::parse(&line) {
                    Some(said) => hearing.lock().unwrap().push(said),
                    None => drop(answer.send(line)),
                }
            }
        });
        let serving = patiently("the member to serve", answers.recv()).await;
        assert_eq!(serving.as_deref(), Some("serving"), "{name}");
        Self {
            name,
            log,
            asker: Asker::start(&socket),
            process,
            answers,
            room,
        }
    }

    /// An order, and what it answers.
    pub(crate) async fn ask(&mut self, order: &str) -> String {
        self.process.tell(order).await;
        let answer = patiently(order, self.answers.recv()).await;
        answer.unwrap_or_else(|| panic!("{} has ended", self.name))
    }

    pub(crate) async fn obey(&mut self, order: &str) {
        assert_eq!(self.ask(order).await, "ok", "{order}");
    }

    /// Lets it end by itself.
    pub(crate) async fn end(mut self) {
        self.process.tell("end").await;
        self.process.ended().await;
    }

    pub(crate) fn signal(&self, signal: Signal) {
        self.process.signal(signal);
    }

    pub(crate) fn room(&self) -> &Room {
        self.room.as_ref().expect("this fault needs rooms")
    }

    pub(crate) fn said(&self) -> Vec<(Duration, Said)> {
        self.log.lock().unwrap().clone()
    }

    /// By what it has said last of it.
    pub(crate) fn is_ready(&self) -> bool {
        let log = self.log.lock().unwrap();
        let mut said = log.iter().rev();
        said.find_map(|(_, said)| match said {
            Said::Ready(is) => Some(*is),
            _ => None,
        }) == Some(true)
    }

    /// The token with which it takes itself for a member, by what it has said.
    pub(crate) fn token(&self) -> Option<u64> {
        let log = self.log.lock().unwrap();
        log.iter().fold(None, |token, (_, said)| match said {
            Said::Joined(token) => Some(*token),
            Said::Fenced => None,
            Said::Ready(_) | Said::State(_) | Said::Looked(_) => token,
        })
    }
}

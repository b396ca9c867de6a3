//! The balancers' programs, as `integration-tests/run` installs them.

use std::ffi::OsStr;
use std::fs::File;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

const VENV: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../.venv/bin");

/// Says where a program is, by asking it for its version; `None` where it isn't.
pub(crate) fn find(program: &str, version: &str) -> Option<String> {
    let mut places = [VENV, "/usr/sbin"]
        .map(|folder| format!("{folder}/{program}"))
        .to_vec();
    places.push(program.to_owned());
    places.into_iter().find(|place| {
        let mut asking = Command::new(place);
        asking
            .arg(version)
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        asking.status().is_ok_and(|status| status.success())
    })
}

/// The same. Where it is missing, says so, or fails where `REQUIRE_PEERS=1` demands it.
pub(crate) fn wanted(program: &str, version: &str) -> Option<String> {
    let found = find(program, version);
    if found.is_none() {
        let required = std::env::var("REQUIRE_PEERS").is_ok_and(|required| required == "1");
        let missing = format!("{program} is not installed: `{program} {version}` does not run");
        assert!(!required, "{missing}, and REQUIRE_PEERS=1");
        println!("SKIPPED: {missing}");
    }
    found
}

/// A running balancer. Dropping it ends it, also when a test fails.
#[derive(Debug)]
pub(crate) struct Peer(Child);

impl Peer {
    /// Starts it, with what it prints in that file, where it is [`wanted`] and there.
    pub(crate) fn start<I>(program: &str, version: &str, arguments: I, log: &Path) -> Option<Self>
    where
        I: IntoIterator<Item: AsRef<OsStr>>,
    {
        let found = wanted(program, version)?;
        let log = File::create(log).unwrap();
        let mut command = Command::new(found);
        command.args(arguments).stdin(Stdio::null());
        command.stdout(log.try_clone().unwrap()).stderr(log);
        Some(Self(command.spawn().unwrap()))
    }

    /// Has it read its configuration again.
    pub(crate) fn reload(&self) {
        self.signal(Signal::HUP).unwrap();
    }

    fn signal(&self, signal: Signal) -> rustix::io::Result<()> {
        kill_process(Pid::from_child(&self.0), signal)
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // Not killed at once: nginx has workers, which end with it only if it is asked.
        let _gone = self.signal(Signal::TERM);
        let give_up = Instant::now() + Duration::from_secs(5);
        while let Ok(None) = self.0.try_wait() {
            if Instant::now() > give_up {
                let _gone = self.0.kill();
            }
            sleep(Duration::from_millis(5));
        }
    }
}

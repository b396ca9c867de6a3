use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::process::Command;
use tokio::time::sleep;

use crate::host::PROGRAM;

/// Control groups for memory, version 1.
const ROOT: &str = "/sys/fs/cgroup/memory";
/// What is left for pages of files, the program's own among them.
const LEFT: u64 = 2 << 20;

/// A bound on the host's memory. The program itself is a copy that only the host runs, so that its pages belong to it as well: under
/// pressure they are dropped, and read from the disk again. Nothing is swapped, and nobody else is under pressure.
#[derive(Debug)]
pub(crate) struct Memory(PathBuf);

impl Memory {
    /// Why there can't be one here.
    pub(crate) fn missing() -> Option<String> {
        let group = Self::place();
        match fs::create_dir(&group) {
            Ok(()) => {
                fs::remove_dir(&group).unwrap();
                None
            }
            Err(error) => Some(format!("no control group in {ROOT}: {error}")),
        }
    }

    fn place() -> PathBuf {
        Path::new(ROOT).join(format!("gray-{}-{}", std::process::id(), fastrand::u32(..)))
    }

    pub(crate) fn new() -> Self {
        let place = Self::place();
        fs::create_dir(&place).unwrap();
        Self(place)
    }

    pub(crate) fn command(&self, folder: &Path) -> Command {
        let mut command = Command::new("sh");
        let enter = "echo $$ > \"$0/cgroup.procs\" && cp \"$1\" \"$2\" && shift && exec \"$@\"";
        command.args(["-c", enter]).arg(&self.0).arg(PROGRAM);
        command.arg(folder.join("gray_host"));
        command
    }

    /// Leaves it little more than what it can't do without.
    pub(crate) async fn squeeze(&self) {
        let needs = self.resident() + LEFT;
        // The kernel refuses as long as it hasn't found enough to drop.
        while fs::write(self.0.join("memory.limit_in_bytes"), needs.to_string()).is_err() {
            sleep(Duration::from_millis(10)).await;
        }
    }

    /// What is no page of a file.
    fn resident(&self) -> u64 {
        let figures = fs::read_to_string(self.0.join("memory.stat")).unwrap();
        let rss = figures.lines().find_map(|line| line.strip_prefix("rss "));
        rss.unwrap().parse().unwrap()
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        // As soon as nobody is in it any more.
        for _ in 0..100 {
            if fs::remove_dir(&self.0).is_ok() {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Duration;

use tokio::process::Command;
use tokio::sync::oneshot;
use tokio::task::AbortHandle;
use tokio::time::sleep;

use crate::host::PROGRAM;

/// Control groups for memory, version 1.
const ROOT: &str = "/sys/fs/cgroup/memory";
/// So much the bound moves at a time, and so often.
const STEP: u64 = 256 << 10;
/// So much it gets back then.
const RELIEF: u64 = 2 * STEP;
const PACE: Duration = Duration::from_millis(100);
/// It begins with so much for pages of files.
const NEAR: u64 = 13 << 20;
/// Below, no program would run.
const LEAST: u64 = 1 << 20;
/// So many pages that are waited for meanwhile are pressure.
const PRESSURE: u64 = 10;

/// A bound on the host's memory. The program itself is a copy that only the host runs, so that its pages belong to it as well: under
/// pressure they are dropped, and read from the disk again. Nothing is swapped, and nobody else is under pressure.
#[derive(Debug)]
pub(crate) struct Memory {
    group: Group,
    task: OnceLock<AbortHandle>,
}

#[derive(Clone, Debug)]
struct Group(PathBuf);

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
        Self {
            group: Group(place),
            task: OnceLock::new(),
        }
    }

    pub(crate) fn command(&self, folder: &Path) -> Command {
        let mut command = Command::new("sh");
        let enter = "echo $$ > \"$0/cgroup.procs\" && cp \"$1\" \"$2\" && shift && exec \"$@\"";
        command.args(["-c", enter]).arg(&self.group.0).arg(PROGRAM);
        command.arg(folder.join("gray_host"));
        command
    }

    /// Leaves it less and less, until it has to read its own program from the disk, gives a little back, and so on: bursts of
    /// pressure. A fixed bound would be a standstill, or a little above that nothing at all. Complete with the first burst.
    pub(crate) async fn squeeze(&self) {
        let (squeezed, complete) = oneshot::channel();
        let (group, mut squeezed) = (self.group.clone(), Some(squeezed));
        let task = tokio::spawn(async move {
            let files = group.figure("memory.stat", "cache ");
            let used = group.figure("memory.usage_in_bytes", "");
            let mut bound = used.saturating_sub(files) + NEAR.min(files);
            let mut faults = group.faults();
            loop {
                let before = faults;
                sleep(PACE).await;
                faults = group.faults();
                let waited = faults - before;
                if waited < PRESSURE {
                    match lower(bound) {
                        Some(lower) => bound = lower,
                        None => drop(squeezed.take().map(|squeezed| squeezed.send(false))),
                    }
                } else {
                    squeezed.take().map(|squeezed| squeezed.send(true));
                    bound += RELIEF;
                }
                // The kernel refuses where it hasn't found enough to drop: then there is pressure already.
                let _refused = fs::write(group.0.join("memory.limit_in_bytes"), bound.to_string());
            }
        });
        self.task.set(task.abort_handle()).expect("once");
        let squeezed = complete.await.expect("the task goes on");
        assert!(
            squeezed,
            "no pressure, although the bound is as low as it can be: does the kernel take bounds in {ROOT}?"
        );
    }
}

/// Where the kernel takes bounds, there is pressure long before it ends.
fn lower(bound: u64) -> Option<u64> {
    let lower = bound.checked_sub(STEP);
    lower.filter(|lower| *lower >= LEAST)
}

impl Group {
    /// Pages that it had to wait for, since it began.
    fn faults(&self) -> u64 {
        self.figure("memory.stat", "pgmajfault ")
    }

    fn figure(&self, file: &str, name: &str) -> u64 {
        let figures = fs::read_to_string(self.0.join(file)).unwrap();
        let mut lines = figures.lines();
        let figure = lines.find_map(|line| line.strip_prefix(name));
        figure.unwrap().parse().unwrap()
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        self.task.take().inspect(AbortHandle::abort);
        // As soon as nobody is in it any more.
        for _ in 0..100 {
            if fs::remove_dir(&self.group.0).is_ok() {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_is_lowered_to_its_least_and_no_further() {
        let lowered = std::iter::successors(Some(NEAR), |bound| lower(*bound));
        assert_eq!(lowered.last(), Some(LEAST));
        for bound in [LEAST, STEP - 1, 0] {
            assert_eq!(lower(bound), None, "{bound}");
        }
    }
}

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use crate::Probe;
use crate::check::{Impact, Outcome};
use crate::runner::CheckState;
use crate::snapshot::{Event, Published};
use crate::verdict::Rule;

/// Kubernetes cuts what is longer.
const MOST: usize = 4096;

/// Tells whoever looks at the restart why it had to be. Kept up to date while liveness is down.
///
/// 1. Written on a thread of its own, one at a time: a file system that hangs must not stop the watchdog.
/// 2. Once a shutdown has begun, nothing is taken back: what fails liveness is most often the reason for it.
/// 3. Of several services in one process, each has its part in the file.
/// 4. What could not be written because the last is still being written is not lost: the latest is written then.
#[derive(Debug)]
pub(crate) struct TerminationLog {
    number: u64,
    path: Option<PathBuf>,
    told: Option<String>,
    writing: Option<JoinHandle<io::Result<()>>>,
}

impl TerminationLog {
    pub(crate) fn new(path: Option<PathBuf>) -> Self {
        Self {
            number: NEXT.fetch_add(1, Ordering::Relaxed),
            path,
            told: None,
            writing: None,
        }
    }

    /// Writes why liveness is down, or takes it back. Gives what there is to log: where it can't be written, which is then not
    /// tried again.
    pub(crate) fn follow(&mut self, now: &Published) -> Option<Event> {
        let path = self.path.as_ref()?;
        if let Some(ended) = self.writing.take_if(|writing| writing.is_finished()) {
            let error = ended.join().ok().and_then(Result::err);
            if let Some(error) = error.filter(|error| error.kind() != ErrorKind::NotFound) {
                let path = self.path.take()?;
                return Some(Event::NoTerminationLog { path, error });
            }
        }
        let why = (!now.mark(Probe::Liveness).status.is_up()).then(|| why(now));
        let kept = now.shutdown().is_some() && self.told.is_some();
        if why == self.told || kept || self.writing.is_some() {
            return None;
        }
        let (number, path, text) = (self.number, path.clone(), why.clone());
        let write = move || write(&path, &merged(&path, number, text));
        let name = "health-why".to_owned();
        // Where there is no thread left, the next look tries again.
        self.writing = thread::Builder::new().name(name).spawn(write).ok();
        if self.writing.is_some() {
            self.told = why;
        }
        None
    }
}

static NEXT: AtomicU64 = AtomicU64::new(0);

/// What each log of this process has to say, by file and number.
static SAID: Mutex<BTreeMap<(PathBuf, u64), String>> = Mutex::new(BTreeMap::new());

/// What all logs with this file say together.
fn merged(path: &Path, number: u64, text: Option<String>) -> String {
    let mut said = SAID.lock().unwrap_or_else(PoisonError::into_inner);
    let key = (path.to_owned(), number);
    match text {
        Some(text) => said.insert(key, text),
        None => said.remove(&key),
    };
    let parts = said.iter().filter(|((of, _), _)| of == path);
    let mut all: String = parts.map(|(_, text)| text.as_str()).collect();
    let end = (0..=MOST.min(all.len()))
        .rev()
        .find(|at| all.is_char_boundary(*at));
    all.truncate(end.unwrap_or(0));
    all
}

/// The file is the orchestrator's: where it put none, nobody reads one.
fn write(path: &Path, text: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).truncate(true).open(path)?;
    file.write_all(text.as_bytes())
}

/// One line for each cause that fits.
fn why(now: &Published) -> String {
    let down = now.reports().iter().filter(|check| {
        let counts = check.probe() == Probe::Liveness && check.impact() == Impact::Critical;
        counts && check.state() == CheckState::Down
    });
    let checks = down.map(|check| {
        let reason = check
            .outcome()
            .and_then(Outcome::reason)
            .unwrap_or_default();
        format!("check `{}`: {reason}", check.name())
    });
    let faults = now.faults().iter().map(ToString::to_string);
    // It fails nothing by itself, and tells what the fault has done to requests.
    let evidence = now.verdict().evidence().iter();
    let standstill = evidence.filter(|evidence| evidence.rule() == Rule::NoProgress);
    let standstill = standstill.map(|evidence| format!("requests: {evidence}"));
    let mut text = String::from("liveness failed");
    for line in faults.chain(checks).chain(standstill) {
        let line = line.replace(char::is_control, " ");
        if text.len() + "\n- \n".len() + line.len() <= MOST {
            text.push_str("\n- ");
            text.push_str(&line);
        }
    }
    text.push('\n');
    text
}

/// A service that is gone says nothing more; what it said stays until the file is written anew.
impl Drop for TerminationLog {
    fn drop(&mut self) {
        if let Some(path) = self.path.take() {
            let mut said = SAID.lock().unwrap_or_else(PoisonError::into_inner);
            said.remove(&(path, self.number));
        }
    }
}

#[cfg(test)]
mod tests;

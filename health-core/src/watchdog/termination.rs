use std::fs::OpenOptions;
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use crate::Probe;
use crate::check::{Impact, Outcome};
use crate::runner::CheckState;
use crate::snapshot::{Event, Published};

/// Kubernetes cuts what is longer.
const MOST: usize = 4096;

/// Tells whoever looks at the restart why it had to be. Kept up to date while liveness is down.
#[derive(Debug)]
pub(crate) struct TerminationLog {
    path: Option<PathBuf>,
    told: Option<String>,
}

impl TerminationLog {
    pub(crate) fn new(path: Option<PathBuf>) -> Self {
        Self { path, told: None }
    }

    /// Writes why liveness is down, or takes it back. Gives what there is to log: where it can't be written, which is then not
    /// tried again.
    pub(crate) fn follow(&mut self, now: &Published) -> Option<Event> {
        let path = self.path.as_ref()?;
        let why = (!now.mark(Probe::Liveness).status.is_up()).then(|| why(now));
        if why == self.told {
            return None;
        }
        let written = write(path, why.as_deref().unwrap_or_default());
        self.told = why;
        let error = written
            .err()
            .filter(|error| error.kind() != ErrorKind::NotFound)?;
        let path = self.path.take()?;
        Some(Event::NoTerminationLog { path, error })
    }
}

/// The file is the orchestrator's: where it put none, nobody reads one.
fn write(path: &Path, text: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).truncate(true).open(path)?;
    file.write_all(text.as_bytes())
}

/// One line for each cause, of what fits.
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
    let mut text = String::from("liveness failed");
    for line in faults.chain(checks) {
        let line = line.replace(char::is_control, " ");
        if text.len() + line.len() + 2 > MOST {
            break;
        }
        text.push_str("\n- ");
        text.push_str(&line);
    }
    text.push('\n');
    text
}

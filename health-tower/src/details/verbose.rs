use std::fmt::Write as _;

use crate::{
    Cause, CheckReport, CheckState, Impact, Outcome, Phase, Probe, ProbeStatus, Snapshot,
    StartupState,
};

/// One line for each check of the probe, in the manner of kube-apiserver, and one for the whole.
pub(crate) fn write(snapshot: &Snapshot, probe: Probe, status: ProbeStatus) -> String {
    let mut text = String::new();
    let own = snapshot.checks().filter(|check| check.probe() == probe);
    for line in own
        .map(line)
        .chain(notes(snapshot, probe).map(|note| format!("[-]{note}")))
    {
        // One line each, whatever an error may hold.
        text.extend(line.chars().map(|c| if c.is_control() { ' ' } else { c }));
        text.push('\n');
    }
    let answer = if status.is_up() { "ok" } else { "unavailable" };
    let (phase, in_flight) = (snapshot.phase(), snapshot.in_flight());
    // Writing to a string can't fail.
    let _ = writeln!(text, "{probe} {answer} ({phase}, {in_flight} in flight)");
    text
}

fn line(check: &CheckReport) -> String {
    let failed = check.outcome().is_some_and(|outcome| !outcome.is_success());
    let (sign, state) = match (check.state(), check.cause()) {
        (CheckState::Up, _) if failed => ('+', "ok so far, but the last run failed"),
        (CheckState::Up, _) => ('+', "ok"),
        (CheckState::Down, _) => ('-', "failed"),
        (_, Some(Cause::NeverRun)) => ('-', "has not run yet"),
        _ => ('-', "has not succeeded yet"),
    };
    let mut line = format!("[{sign}]{} {state}", check.name());
    if check.impact() != Impact::Critical {
        let _ = write!(line, " ({})", check.impact().name());
    }
    if let Some(cause) = check
        .cause()
        .filter(|cause| !matches!(cause, Cause::Failed | Cause::NeverRun))
    {
        let _ = write!(line, " [{cause}]");
    }
    if let Some(reason) = check.outcome().and_then(Outcome::reason) {
        let _ = write!(line, ": {reason}");
    }
    line
}

/// What else keeps the probe down.
pub(crate) fn notes(snapshot: &Snapshot, probe: Probe) -> impl Iterator<Item = String> {
    let readiness = probe == Probe::Readiness;
    let draining =
        (readiness && snapshot.phase() > Phase::Serving).then(|| snapshot.phase().to_string());
    let tasks = snapshot.startup_tasks().filter(move |task| {
        let waited_for = task.gates() && *task.state() != StartupState::Done;
        waited_for && matches!(probe, Probe::Readiness | Probe::Startup)
    });
    let fatals = snapshot.fatal_errors().filter(move |_| readiness);
    let tasks = tasks.map(|task| format!("start-up task {task}"));
    let fatals = fatals.map(|fatal| format!("fatal error `{}`: {}", fatal.name(), fatal.reason()));
    draining.into_iter().chain(tasks).chain(fatals)
}

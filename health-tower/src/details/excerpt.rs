use std::fmt;

use crate::details::asked::Asked;
#[cfg(feature = "heartbeat")]
use crate::details::beats::Beats;
use crate::details::judgement::Judgement;
use crate::details::traffic::Traffic;
use crate::details::vitals::Vitals;
use crate::{
    CheckReport, CheckState, FatalReport, Fault, Impact, Outcome, Phase, Probe, ProbeStatus,
    Snapshot, StartupReport, StartupState,
};

const MOST_CHECKS: usize = 1000;
/// Even if every character of each is escaped, that many leave room for checks.
const MOST_NOTES: usize = 100;
const MOST_TEXT: usize = 1024 * 1024;
/// What a check takes beside its name and its reason, and the document beside its checks.
const BESIDES: usize = 400;

/// What is shown of a snapshot: one probe's part, the worst first, and no more than a reader can use. Both forms show the same.
#[derive(Debug)]
pub(crate) struct Excerpt<'a> {
    pub(crate) probe: Probe,
    pub(crate) status: ProbeStatus,
    pub(crate) phase: Phase,
    pub(crate) in_flight: usize,
    pub(crate) connections: usize,
    /// What else keeps the probe down.
    pub(crate) notes: Vec<String>,
    /// For liveness only.
    pub(crate) vitals: Vitals<'a>,
    /// For readiness and the user's path only.
    pub(crate) judgement: Option<Judgement>,
    /// For these, too.
    pub(crate) traffic: Vec<Traffic<'a>>,
    /// For readiness only.
    pub(crate) asked: Asked<'a>,
    /// The worst first, then by name.
    pub(crate) checks: Vec<(Verdict, &'a CheckReport)>,
    /// How many checks there are beyond those.
    pub(crate) truncated: usize,
    /// Somebody should look.
    pub(crate) warns: bool,
    /// How long a text it makes, at most.
    pub(crate) size: usize,
}

/// What a check does to its probe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verdict {
    /// Keeps it down.
    Fail,
    Warn,
    Pass,
}

impl<'a> Excerpt<'a> {
    pub(crate) fn of(snapshot: &'a Snapshot, probe: Probe, status: ProbeStatus) -> Self {
        let notes = bounded_notes(snapshot, probe);
        let vitals = if probe == Probe::Liveness {
            Vitals::of(snapshot)
        } else {
            Vitals::default()
        };
        let judged = matches!(probe, Probe::Readiness | Probe::External);
        let judgement = judged.then(|| Judgement::of(snapshot));
        let traffic = if judged {
            Traffic::of(snapshot)
        } else {
            Vec::new()
        };
        let asked = if probe == Probe::Readiness {
            Asked::of(snapshot)
        } else {
            Asked::default()
        };
        let own = snapshot.checks().filter(|check| check.probe() == probe);
        let mut checks: Vec<_> = own.map(|check| (Verdict::of(check), check)).collect();
        // What is only observed changes nothing.
        let warns = |(verdict, check): &(Verdict, &CheckReport)| {
            *verdict != Verdict::Pass && check.impact() != Impact::Observe
        };
        let warns = checks.iter().any(warns);
        // Stable, and they come by name.
        checks.sort_by_key(|(verdict, _)| *verdict);
        let written_note = |note: &String| written(note) + ",\"[-]\"\n".len();
        let measured = vitals.runtimes.len() + vitals.pulses.len();
        let mut size = BESIDES * (1 + 3 * measured) + notes.iter().map(written_note).sum::<usize>();
        let evidence = judgement.iter().flat_map(|judgement| &judgement.evidence);
        size += evidence
            .map(|evidence| BESIDES + written(&evidence.what))
            .sum::<usize>();
        let lines = traffic.iter().map(|line| line.oldest().map_or(0, written));
        size += lines.map(|oldest| 2 * BESIDES + oldest).sum::<usize>();
        let probers = asked.probers.iter();
        let probers = probers.map(|prober| written(prober.user_agent) + written(prober.at));
        size += probers.map(|prober| 2 * BESIDES + prober).sum::<usize>();
        let advice = asked.advice.iter().map(|advice| written(&advice.what));
        size += advice.map(|what| BESIDES + what).sum::<usize>();
        #[cfg(feature = "heartbeat")]
        {
            let beats = asked.heartbeats.iter().flat_map(Beats::texts);
            size += beats.map(|text| BESIDES + written(text)).sum::<usize>();
        }
        let mut shown = 0;
        for (_, check) in checks.iter().take(MOST_CHECKS) {
            let reason = check.outcome().and_then(Outcome::reason);
            let with = size + BESIDES + written(check.name()) + reason.map_or(0, written);
            if with > MOST_TEXT {
                break;
            }
            (size, shown) = (with, shown + 1);
        }
        let truncated = checks.len() - shown;
        checks.truncate(shown);
        Self {
            probe,
            status,
            phase: snapshot.phase(),
            in_flight: snapshot.in_flight(),
            connections: snapshot.connections(),
            notes,
            vitals,
            judgement,
            traffic,
            asked,
            checks,
            truncated,
            warns,
            size,
        }
    }
}

impl Verdict {
    fn of(check: &CheckReport) -> Self {
        match (check.state(), check.impact(), check.outcome()) {
            (CheckState::Up, _, Some(Outcome::Warn(_) | Outcome::Fail(_))) => Self::Warn,
            (CheckState::Up, ..) => Self::Pass,
            // Before its first result, only this probe is up.
            (CheckState::Pending, ..) if check.probe() == Probe::Liveness => Self::Warn,
            (_, Impact::Critical, _) => Self::Fail,
            _ => Self::Warn,
        }
    }
}

/// How long a text gets in JSON, the longer of the two forms.
fn written(text: &str) -> usize {
    let escaped = |byte| match byte {
        b'"' | b'\\' => 2,
        0..0x20 => 6,
        _ => 1,
    };
    text.bytes().map(escaped).sum()
}

enum Note<'a> {
    Fault(&'a Fault),
    Phase(Phase),
    Fatal(&'a FatalReport),
    Task(&'a StartupReport),
}

impl fmt::Display for Note<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fault(fault) => write!(f, "{fault}"),
            Self::Phase(phase) => write!(f, "{phase}"),
            Self::Fatal(fatal) => write!(f, "fatal error `{}`: {}", fatal.name(), fatal.reason()),
            Self::Task(task) => write!(f, "start-up task {task}"),
        }
    }
}

fn bounded_notes(snapshot: &Snapshot, probe: Probe) -> Vec<String> {
    let mut all = notes(snapshot, probe);
    let first = all.by_ref().take(MOST_NOTES);
    let mut notes: Vec<_> = first.map(|note| note.to_string()).collect();
    let more = all.count();
    if more > 0 {
        // Nothing else can be that many.
        let what = match probe {
            Probe::Liveness => "faults",
            _ => "start-up tasks",
        };
        notes.push(format!("… and {more} more {what}"));
    }
    notes
}

/// The draining, faults, fatal errors, then start-up tasks: those that failed before those under way.
fn notes(snapshot: &Snapshot, probe: Probe) -> impl Iterator<Item = Note<'_>> {
    let readiness = probe == Probe::Readiness;
    let phase = snapshot.phase();
    // A lame duck may stay ready, if its policy says so.
    let turned = readiness && !snapshot.status(probe).is_up();
    let draining = (turned && phase > Phase::Serving).then_some(Note::Phase(phase));
    let fatals = snapshot.fatal_errors().filter(move |_| readiness);
    let starts = matches!(probe, Probe::Readiness | Probe::Startup);
    let waited_for = move |open: bool| {
        let gates = move |task: &&StartupReport| match task.state() {
            StartupState::Done => false,
            state => starts && task.gates() && (*state == StartupState::Open) == open,
        };
        snapshot.startup_tasks().filter(gates).map(Note::Task)
    };
    let faults = snapshot.faults().filter(move |_| probe == Probe::Liveness);
    let draining = draining.into_iter().chain(faults.map(Note::Fault));
    let draining = draining.chain(fatals.map(Note::Fatal));
    draining.chain(waited_for(false)).chain(waited_for(true))
}

//! The guide for those on call knows all that they may meet.

use std::fs;
use std::path::{Path, PathBuf};

use health_tower::{AdviceKind, Cause, FaultKind, Verdict};

pub(crate) fn guide() -> String {
    fs::read_to_string(root().join("health-tower/docs/on-call.md")).unwrap()
}

#[test]
fn each_cause_fault_verdict_and_advice_is_in_the_guide() {
    let guide = guide();
    let causes = [
        Cause::TimedOut,
        Cause::Hung,
        Cause::Panicked,
        Cause::Stale,
        Cause::Inconclusive,
        Cause::Cancelled,
        Cause::Late,
    ];
    let faults = [
        FaultKind::RuntimeStalled,
        FaultKind::WorkerStuck,
        FaultKind::PulseOverdue,
        FaultKind::PulseDied,
    ];
    let advice = [
        AdviceKind::NobodyAsksReadiness,
        AdviceKind::RoutesByAnotherProbe,
        AdviceKind::ReadinessAtTwoPaths,
        AdviceKind::LameDuckTooShort,
    ];
    let verdicts = [
        Verdict::Healthy,
        Verdict::Degraded,
        Verdict::Overloaded,
        Verdict::Gray,
        Verdict::Down,
    ];
    // Those of which `?verbose` says it in words, which the next test holds: `Failed`, `NeverRun`.
    let in_words = 2;
    let all = [
        (
            "health-core/src/snapshot/report.rs",
            "Cause",
            causes.len() + in_words,
        ),
        (
            "health-core/src/watchdog/fault.rs",
            "FaultKind",
            faults.len(),
        ),
        (
            "health-core/src/probers/advice.rs",
            "AdviceKind",
            advice.len(),
        ),
        (
            "health-core/src/verdict/report.rs",
            "Verdict",
            verdicts.len(),
        ),
    ];
    for (source, name, known) in all {
        assert_eq!(
            variants(source, name),
            known,
            "a {name} is not in this test"
        );
    }
    let causes = causes.map(|cause| format!("[{cause}]"));
    let faults = faults.map(|fault| fault.name().to_owned());
    let advice = advice.map(|kind| kind.name().to_owned());
    let verdicts = verdicts.map(|verdict| format!("| `{verdict}` |"));
    for name in causes.iter().chain(&faults).chain(&advice).chain(&verdicts) {
        assert!(guide.contains(name), "{name} is not in the guide");
    }
}

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// How many variants an enumeration has. Outside of its crate no `match` tells, since they are non-exhaustive.
fn variants(source: &str, name: &str) -> usize {
    let source = fs::read_to_string(root().join(source)).unwrap();
    let items = syn::parse_file(&source).unwrap().items;
    let counted = items.into_iter().find_map(|item| match item {
        syn::Item::Enum(found) if found.ident == name => Some(found.variants.len()),
        _ => None,
    });
    counted.unwrap()
}

/// What a reader jumps to is there.
#[test]
fn each_link_within_the_guide_leads_somewhere() {
    let guide = guide();
    let mut links = 0;
    for link in guide.split("](#").skip(1) {
        let (anchor, _) = link.split_once(')').unwrap();
        let is_it = |heading: &str| {
            let heading = heading.trim_start_matches('#').trim().to_lowercase();
            let kept = heading
                .chars()
                .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
            kept.map(|c| if c == ' ' { '-' } else { c })
                .collect::<String>()
                == anchor
        };
        let mut headings = guide.lines().filter(|line| line.starts_with('#'));
        assert!(headings.any(is_it), "#{anchor} leads nowhere");
        links += 1;
    }
    assert!(links > 5);
}

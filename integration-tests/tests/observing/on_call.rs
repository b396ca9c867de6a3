//! The guide for those on call knows all that they may meet.

use std::fs;
use std::path::{Path, PathBuf};

use health_tower::{AdviceKind, Cause, FaultKind, Verdict};
use proc_macro2::{TokenStream, TokenTree};

fn guide() -> String {
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

fn root() -> PathBuf {
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

/// The words that the guide quotes, and the source that says them: with `…` for what is filled in.
const QUOTED: &[(&str, &str)] = &[
    (
        "no worker of runtime `…` has turned for ",
        "health-core/src/watchdog/runtime.rs",
    ),
    (
        "worker … of runtime `…` has been stuck in one poll for ",
        "health-core/src/watchdog/runtime.rs",
    ),
    ("pulse `…` is overdue", "health-core/src/pulse/watched.rs"),
    (
        "pulse `…` was dropped without `finish()`",
        "health-core/src/pulse/watched.rs",
    ),
    (
        "check `…` blocked its runtime",
        "health-core/src/snapshot/events.rs",
    ),
    ("check `…` is down", "health-core/src/snapshot/events.rs"),
    (
        "runtime `…` is stalled",
        "health-core/src/snapshot/events.rs",
    ),
    (
        "start-up can't succeed",
        "health-core/src/snapshot/events.rs",
    ),
    (
        "the drain's deadline has passed, and the runtime has not acted on it",
        "health-core/src/snapshot/events.rs",
    ),
    (
        "start-up has not succeeded in time; it waits for: ",
        "health-core/src/start.rs",
    ),
    (
        "can't listen for SIGTERM and ctrl-c",
        "health-core/src/lifecycle/latch.rs",
    ),
    (
        "(a second signal cut it short)",
        "health-core/src/lifecycle/report.rs",
    ),
    ("gave up … s after ", "health-core/src/lifecycle/report.rs"),
    ("nothing was left", "health-core/src/lifecycle/report.rs"),
    ("has not run yet", "health-tower/src/details/verbose.rs"),
    (
        "has not succeeded yet",
        "health-tower/src/details/verbose.rs",
    ),
    ("it was told `…`", "health-tower/src/details/asked.rs"),
    ("heartbeat … to … ", "health-tower/src/details/beats.rs"),
    ("fatal error `…`: ", "health-tower/src/details/excerpt.rs"),
    ("start-up task ", "health-tower/src/details/excerpt.rs"),
    ("`…` is under way", "health-core/src/startup/tasks.rs"),
    ("/health/drain", "health-tower/src/switch/drain_switch.rs"),
    ("/health/resume", "health-tower/src/switch/drain_switch.rs"),
];

/// Whoever searches the guide for what the log says finds it.
#[test]
fn what_the_guide_quotes_is_what_the_library_says() {
    let guide = guide();
    for (words, source) in QUOTED {
        let said = literals(&fs::read_to_string(root().join(source)).unwrap());
        let says = said.iter().any(|text| filled(text, words));
        assert!(says, "{source} doesn't say {words:?}");
        let quotes = guide.lines().any(|line| filled(line, words));
        assert!(quotes, "the guide doesn't quote {words:?}");
    }
}

/// Whether this stands in a text, with something short wherever it has `…`.
fn filled(text: &str, words: &str) -> bool {
    let mut starts = text.char_indices().map(|(at, _)| &text[at..]);
    starts.any(|rest| starts_filled(rest, words))
}

const MOST_FILLED: usize = 16;

/// The same at its beginning.
fn starts_filled(text: &str, words: &str) -> bool {
    let Some((first, rest)) = words.split_once('…') else {
        return text.starts_with(words);
    };
    text.strip_prefix(first).is_some_and(|after| {
        let mut ends = after
            .char_indices()
            .map(|(at, _)| at)
            .skip(1)
            .take(MOST_FILLED);
        ends.any(|end| starts_filled(&after[end..], rest))
    })
}

/// The strings in a source, as they are at run time: no comment counts.
fn literals(source: &str) -> Vec<String> {
    fn collect(tokens: TokenStream, all: &mut Vec<String>) {
        for token in tokens {
            match token {
                TokenTree::Group(group) => collect(group.stream(), all),
                TokenTree::Literal(literal) => {
                    if let Ok(text) = syn::parse_str::<syn::LitStr>(&literal.to_string()) {
                        all.push(text.value());
                    }
                }
                _ => {}
            }
        }
    }
    let mut all = Vec::new();
    collect(source.parse().unwrap(), &mut all);
    all
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

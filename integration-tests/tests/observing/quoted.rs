//! What the guide for those on call quotes, beside the sources.

use std::fs;

use proc_macro2::{TokenStream, TokenTree};

use crate::on_call::{guide, root};

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
    (
        "questions by others, for whom there is no room here",
        "health-tower/src/details/verbose.rs",
    ),
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

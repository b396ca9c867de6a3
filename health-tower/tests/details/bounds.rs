//! However much there is to tell, an answer stays readable.

use std::time::Duration;

use health_tower::{Check, Health, HealthBuilder, HealthLayer, Impact, Watchdog};

use crate::world::{JSON, Seen, get, open};

const MIB: usize = 1024 * 1024;
const ALL: usize = 10_000;

/// Each check has run once.
async fn settled(builder: HealthBuilder) -> (Health, HealthLayer) {
    let health = builder.start().unwrap();
    while health
        .snapshot()
        .checks()
        .any(|check| check.outcome().is_none())
    {
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    let layer = open(&health);
    (health, layer)
}

fn failing(number: usize, error: &'static str) -> Check {
    let error = error.repeat(2000);
    let run = move || std::future::ready(Err::<(), _>(error.clone()));
    let check = Check::readiness(format!("check {number:05}"), run);
    check.fail_after(1).every(Duration::from_secs(3600))
}

async fn both(layer: &HealthLayer) -> [Seen; 2] {
    let verbose = get(layer, "/health/ready?verbose", "*/*").await;
    [get(layer, "/health/ready", JSON).await, verbose]
}

/// The names in the order in which they come.
fn names(text: &str) -> Vec<&str> {
    let mut names: Vec<_> = text
        .match_indices("check 0")
        // As evidence of the verdict, they are between backticks.
        .filter(|(at, _)| !text[..*at].ends_with('`'))
        .map(|(at, _)| &text[at..at + 11])
        .collect();
    names.dedup();
    names
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_failing_checks_fit_a_mebibyte() {
    // As it stands, and escaped in JSON: with one character more for each, and with five.
    for error in ["x", "\"", "\u{1}"] {
        let checks = (0..ALL).map(|number| failing(number, error));
        // By the system's clock, its thread would judge between two questions.
        let builder = Health::builder().linked(false).watchdog(Watchdog::off());
        let builder = checks.fold(builder, HealthBuilder::check);
        let (_health, layer) = settled(builder).await;
        let [json, verbose] = both(&layer).await;
        assert!(json.body.len() < MIB && verbose.body.len() < MIB);
        assert!(json.body.len() > MIB / 2, "it need not be that short");
        let truncated = json.json()["truncated"].as_u64().unwrap();
        let shown = names(json.text());
        assert_eq!(
            json.json()["checks"].as_object().unwrap().len(),
            shown.len()
        );
        assert_eq!(shown.len() + usize::try_from(truncated).unwrap(), ALL);
        assert_eq!(names(verbose.text()), shown, "both forms show the same");
        assert!(shown.is_sorted() && shown[0] == "check 00000");
        // What follows is the evidence of the verdict, and the answer.
        let more = format!("\n… and {truncated} more\n");
        assert!(
            verbose.text().contains(&more) && verbose.text().contains("\nreadiness unavailable")
        );
        let again = both(&layer).await;
        assert_eq!(names(again[0].text()), shown);
    }
}

#[tokio::test(start_paused = true)]
async fn what_fails_is_never_cut_for_what_passes() {
    let passing = (0..ALL - 3).map(|number| {
        let check = Check::readiness(format!("check {number:05}"), || async { true });
        check.every(Duration::from_secs(3600))
    });
    let builder = passing.fold(Health::builder().linked(false), HealthBuilder::check);
    let builder = builder
        .check(failing(ALL - 3, "a").impact(Impact::Degrades))
        .check(failing(ALL - 2, "b"))
        .check(failing(ALL - 1, "c"));
    let (_health, layer) = settled(builder).await;
    let [json, verbose] = both(&layer).await;
    for answer in [&json, &verbose] {
        let shown = names(answer.text());
        assert_eq!(shown.len(), 1000);
        let first = ["check 09998", "check 09999", "check 09997", "check 00000"];
        assert_eq!(shown[..4], first);
        assert!(shown[3..].is_sorted());
    }
    assert_eq!(json.json()["truncated"], 9000);
    assert!(verbose.text().contains("\n… and 9000 more\n"));
}

#[tokio::test(start_paused = true)]
async fn notes_are_bounded_with_the_worst_first() {
    let long = "\u{1}".repeat(2000);
    let checks = (0..ALL / 10).map(|number| failing(number, "\u{1}"));
    let builder = checks.fold(Health::builder().linked(false), HealthBuilder::check);
    let (health, layer) = settled(builder).await;
    let _open: Vec<_> = (0..500)
        .map(|_| health.startup_task(long.clone()))
        .collect();
    (0..500).for_each(|_| health.startup_task(long.clone()).fail(&long));
    (0..40).for_each(|number| health.report_fatal(format!("{number:090}"), &long));
    let [json, verbose] = both(&layer).await;
    assert!(json.body.len() < MIB && verbose.body.len() < MIB);
    let document = json.json();
    let notes = document["notes"].as_array().unwrap();
    assert_eq!(notes.len(), 101);
    assert!(notes[0].as_str().unwrap().starts_with("fatal error `0"));
    let tasks = notes.iter().filter(|note| {
        let note = note.as_str().unwrap();
        note.starts_with("start-up task")
    });
    let hidden = health.snapshot().startup_tasks().count() - tasks.count();
    let more = format!("… and {hidden} more start-up tasks");
    assert_eq!(notes[100], *more);
    assert!(
        notes[41].as_str().unwrap().contains("failed: "),
        "worst first"
    );
    assert!(verbose.text().contains(&format!("\n[-]{more}\n")));
    assert!(
        document["checks"].as_object().unwrap().len() > 10,
        "room is left"
    );
}

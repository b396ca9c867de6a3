use tokio::runtime::Handle;

use super::*;

const SECOND: Duration = Duration::from_secs(1);

fn handle() -> (tokio::runtime::Runtime, Handle) {
    let builder = tokio::runtime::Builder::new_current_thread().build();
    let runtime = builder.unwrap();
    let handle = runtime.handle().clone();
    (runtime, handle)
}

fn problem(watchdog: &Watchdog, said: &str) {
    let problem = watchdog.problem().unwrap();
    assert!(problem.contains(said), "{problem}");
}

#[test]
fn a_short_limit_for_all_workers_is_none_for_one() {
    let limits = |watchdog: Watchdog| {
        let Limits {
            stalled_after,
            stuck_after,
        } = watchdog.limits();
        (stalled_after, stuck_after)
    };
    let default = Watchdog::default();
    assert_eq!(limits(default.clone()), (60 * SECOND, 300 * SECOND));
    let sharp = default.clone().stalled_after(SECOND);
    assert_eq!(limits(sharp.clone()), (SECOND, 300 * SECOND));
    assert_eq!(limits(sharp.stuck_after(SECOND)), (SECOND, SECOND));
    let patient = default.clone().stalled_after(100 * SECOND);
    assert_eq!(limits(patient), (100 * SECOND, 500 * SECOND));
    let never = default.stalled_after(Duration::MAX);
    assert_eq!(never.problem(), None);
    assert_eq!(limits(never), (Duration::MAX, Duration::MAX));
}

#[test]
fn names_of_runtimes_tell_them_apart() {
    let (_runtime, handle) = handle();
    let watch = |names: &[&str]| {
        let watch = |watchdog: Watchdog, name: &&str| watchdog.watch(*name, handle.clone());
        names.iter().fold(Watchdog::default(), watch)
    };
    assert_eq!(watch(&["ingest", "export"]).problem(), None);
    problem(&watch(&["ingest", "export", "ingest"]), "name: `ingest`");
    problem(&watch(&["main"]), "`main` is the runtime that the checks");
    for name in ["", " ", "\u{200b}\n"] {
        problem(&watch(&["ingest", name]), "has no name");
    }
    let long = watch(&[&"é".repeat(99)]);
    assert_eq!(long.others[0].0, "é".repeat(50));
    assert_eq!(watch(&["a\nb"]).others[0].0, "a b");
}

#[test]
fn what_has_no_effect_is_said() {
    let (_runtime, handle) = handle();
    assert_eq!(Watchdog::off().problem(), None);
    for watchdog in [
        Watchdog::off().watch("ingest", handle),
        Watchdog::off().stalled_after(9 * SECOND),
        Watchdog::off().stuck_after(9 * SECOND),
    ] {
        problem(&watchdog, "`Watchdog::off()` looks at nothing");
    }
}

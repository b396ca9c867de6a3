use std::sync::Arc;
use std::time::Instant;

use super::*;
use crate::snapshot::{Hub, StatusBoard};
use crate::verdict::{Evidence, Verdict};
use crate::watchdog::{Fault, FaultKind};

fn hub() -> Hub {
    Hub::new(&[], StatusBoard::leak(tokio::time::Instant::now()))
}

/// Liveness as it is with these faults.
fn with(hub: &Hub, faults: impl IntoIterator<Item = String>) -> Arc<Published> {
    let kind = FaultKind::PulseOverdue;
    let faults = faults.into_iter().map(|what| Fault { kind, what });
    hub.accuse(faults.collect());
    hub.published()
}

/// Follows until nothing is being written, and gives what there is to log.
fn follow(log: &mut TerminationLog, now: &Published) -> Vec<Event> {
    let began = Instant::now();
    let mut events = Vec::new();
    loop {
        events.extend(log.follow(now));
        if log.writing.is_none() {
            return events;
        }
        assert!(began.elapsed().as_secs() < 60, "it never ends");
        thread::yield_now();
    }
}

#[test]
fn many_causes_are_cut_to_what_is_read_and_no_cause_makes_two_lines() {
    let hub = hub();
    let text = why(&with(&hub, ["a\nb\u{85}c\0".to_owned()]));
    assert_eq!(text, "liveness failed\n- a b c \n");
    // Whatever the length of a line, and so of what is left at the end.
    for length in 40..140 {
        let line = |at: usize| format!("{at:0length$}");
        let text = why(&with(&hub, (0..100).map(line)));
        let room = MOST - text.len();
        assert!(room < length + "\n- ".len(), "{length}: {room}");
    }
    let text = why(&with(&hub, ["x".repeat(MOST), "short".to_owned()]));
    assert_eq!(text, "liveness failed\n- short\n");
}

#[test]
fn what_a_fault_has_done_to_requests_is_told_with_it() {
    let hub = hub();
    let evidence = [Rule::NoProgress, Rule::Latency].map(|rule| Evidence::new(rule, rule.name()));
    hub.judge(Verdict::Gray, evidence.into());
    let text = why(&with(&hub, ["it stands still".to_owned()]));
    assert_eq!(
        text,
        "liveness failed\n- it stands still\n- requests: no_progress\n"
    );
}

#[test]
fn a_file_that_cannot_be_written_is_told_of_once() {
    let full = cfg!(target_os = "linux").then(|| PathBuf::from("/dev/full"));
    for path in [Some(std::env::temp_dir()), full].into_iter().flatten() {
        let hub = hub();
        let mut log = TerminationLog::new(Some(path.clone()));
        let down = with(&hub, ["overdue".to_owned()]);
        let told = follow(&mut log, &down);
        let [Event::NoTerminationLog { path: of, .. }] = &told[..] else {
            panic!("{path:?}: {told:?}");
        };
        assert_eq!(*of, path);
        assert!(follow(&mut log, &down).is_empty());
        assert!(follow(&mut log, &with(&hub, [])).is_empty());
    }
}

#[test]
fn where_the_orchestrator_put_no_file_nothing_is_told() {
    let path = std::env::temp_dir().join("health-no-such-directory/log");
    let mut log = TerminationLog::new(Some(path));
    let hub = hub();
    let down = with(&hub, ["overdue".to_owned()]);
    assert!(follow(&mut log, &down).is_empty());
    assert!(TerminationLog::new(None).follow(&down).is_none());
}

/// A pipe that nobody reads: to open it takes for ever.
#[cfg(unix)]
#[test]
fn a_file_that_hangs_keeps_nobody_waiting_and_gets_the_latest() {
    let path = std::env::temp_dir().join(format!("health-pipe-{}", std::process::id()));
    let made = std::process::Command::new("mkfifo").arg(&path).status();
    if !made.is_ok_and(|status| status.success()) {
        return;
    }
    let hub = hub();
    let mut log = TerminationLog::new(Some(path.clone()));
    for what in ["first", "second", "third"] {
        let down = with(&hub, [what.to_owned()]);
        assert!(log.follow(&down).is_none());
        assert!(log.writing.is_some());
    }
    let read = || std::fs::read_to_string(&path).unwrap();
    assert_eq!(read(), "liveness failed\n- first\n");
    let reader = thread::spawn({
        let path = path.clone();
        move || std::fs::read_to_string(path).unwrap()
    });
    assert!(follow(&mut log, &hub.published()).is_empty());
    assert_eq!(reader.join().unwrap(), "liveness failed\n- third\n");
    std::fs::remove_file(&path).unwrap();
}

/// It is for the restart that comes after.
#[test]
fn what_failed_liveness_before_a_shutdown_is_not_taken_back() {
    let path = std::env::temp_dir().join(format!("shutdown-log-{}", std::process::id()));
    std::fs::write(&path, "").unwrap();
    let hub = hub();
    let mut log = TerminationLog::new(Some(path.clone()));
    follow(&mut log, &with(&hub, ["overdue".to_owned()]));
    let now = tokio::time::Instant::now();
    let plan = crate::lifecycle::DrainPolicy::default();
    hub.shut_down(plan.plan(crate::lifecycle::Trigger::Terminate, now, false));
    follow(&mut log, &with(&hub, []));
    let said = std::fs::read_to_string(&path).unwrap();
    assert_eq!(said, "liveness failed\n- overdue\n");
    std::fs::remove_file(path).unwrap();
}

#[test]
fn two_services_in_one_process_do_not_erase_each_other() {
    let path = std::env::temp_dir().join(format!("shared-log-{}", std::process::id()));
    std::fs::write(&path, "").unwrap();
    let read = || std::fs::read_to_string(&path).unwrap();
    let [one, other] = [hub(), hub()];
    let [mut first, mut second] = [0, 1].map(|_| TerminationLog::new(Some(path.clone())));
    follow(&mut first, &with(&one, ["first".to_owned()]));
    follow(&mut second, &with(&other, ["second".to_owned()]));
    assert_eq!(
        read(),
        "liveness failed\n- first\nliveness failed\n- second\n"
    );
    follow(&mut second, &with(&other, []));
    assert_eq!(read(), "liveness failed\n- first\n");
    follow(&mut first, &with(&one, []));
    assert_eq!(read(), "");
    std::fs::remove_file(&path).unwrap();
}

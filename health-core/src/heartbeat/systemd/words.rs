use std::fmt::Write as _;
use std::time::Duration;

use sd_notify::NotifyState;

use crate::Phase;
use crate::heartbeat::{Leaving, Vitals};

/// What the service manager has been told so far. Pure.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Told {
    ready: bool,
    stopping: bool,
    status: String,
}

/// What is to be said, and what has been told once that is.
#[derive(Debug)]
pub(super) struct Message {
    pub(super) lines: String,
    pub(super) told: Told,
}

/// Whose it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Watchdog {
    Ours(Duration),
    /// Of another process, which a beat of ours would keep alive.
    Others,
    /// The unit has none. A beat does no harm, and shows that the socket is there.
    Off,
}

impl Watchdog {
    pub(super) fn limit(self) -> Option<Duration> {
        match self {
            Self::Ours(limit) => Some(limit),
            Self::Others | Self::Off => None,
        }
    }

    /// What follows where liveness is down.
    pub(super) fn withheld(self) -> String {
        let what = "liveness is down, so that no `WATCHDOG=1` is sent";
        match self {
            Self::Ours(limit) => {
                format!("{what}: systemd kills the service {limit:?} after the last")
            }
            Self::Others | Self::Off => {
                format!("{what}; the unit has no `WatchdogSec=` for it, and nothing follows")
            }
        }
    }
}

impl Told {
    pub(super) fn beat(&self, vitals: &Vitals, watchdog: Watchdog, extension: Duration) -> Message {
        let mut message = self.nothing();
        if vitals.is_stopping() {
            message.stopping();
        } else if vitals.phase() != Phase::Starting {
            message.ready();
        }
        message.status(status(vitals));
        match vitals.is_live() {
            // systemd has ended its watchdog by now, and a beat would begin it anew: for what comes after the drain, and beats no more.
            true if vitals.is_stopping() => message.extend(extension),
            true if watchdog != Watchdog::Others => message.say(&NotifyState::Watchdog),
            _ => {}
        }
        message
    }

    pub(super) fn leave(&self, why: Leaving, extension: Duration) -> Message {
        let mut message = self.nothing();
        match why {
            Leaving::Ended => {
                message.stopping();
                message.status("drained, and about to end".to_owned());
                message.extend(extension);
            }
            Leaving::Stalled => {
                message.status("stalled: nothing in the application moves".to_owned());
            }
        }
        message
    }

    fn nothing(&self) -> Message {
        Message {
            lines: String::new(),
            told: self.clone(),
        }
    }
}

impl Message {
    fn ready(&mut self) {
        if !std::mem::replace(&mut self.told.ready, true) {
            self.say(&NotifyState::Ready);
        }
    }

    fn stopping(&mut self) {
        if !std::mem::replace(&mut self.told.stopping, true) {
            self.say(&NotifyState::Stopping);
        }
    }

    fn status(&mut self, status: String) {
        if self.told.status != status {
            self.say(&NotifyState::Status(&status));
            self.told.status = status;
        }
    }

    /// As text: the crate's own takes 32 bits, which are 71 minutes.
    fn extend(&mut self, by: Duration) {
        let line = format!("EXTEND_TIMEOUT_USEC={}", by.as_micros());
        self.say(&NotifyState::Custom(&line));
    }

    fn say(&mut self, state: &NotifyState<'_>) {
        // Writing to a string does not fail.
        let _ = writeln!(self.lines, "{state}");
    }
}

/// One line, as `systemctl status` shows it.
fn status(vitals: &Vitals) -> String {
    let (phase, verdict) = (vitals.phase(), vitals.verdict());
    let of = |up: bool, name: &'static str| {
        if up {
            name.to_owned()
        } else {
            format!("not {name}")
        }
    };
    let (live, ready) = (of(vitals.is_live(), "live"), of(vitals.is_ready(), "ready"));
    let mut status = format!("{phase}, {live}, {ready}, {verdict}");
    if phase >= Phase::Draining {
        let count = vitals.in_flight();
        // Writing to a string does not fail.
        let _ = write!(status, ", {count} in flight");
    }
    if phase == Phase::Draining && !vitals.is_stopping() {
        status.push_str(", for maintenance");
    }
    status
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Duration = Duration::from_secs(30);
    const OURS: Watchdog = Watchdog::Ours(LIMIT);

    fn vitals(phase: &str, live: bool, stopping: bool) -> Vitals {
        let text = format!(
            r#"{{"v":1,"phase":"{phase}","live":{live},"ready":true,"verdict":"healthy","in_flight":3,"stopping":{stopping}}}"#
        );
        Vitals::decode(text.as_bytes()).unwrap()
    }

    /// Says it, and gives the lines without the status.
    fn said(told: &mut Told, vitals: &Vitals, watchdog: Watchdog) -> Vec<String> {
        let message = told.beat(vitals, watchdog, LIMIT);
        *told = message.told;
        let lines = message.lines.lines().map(str::to_owned);
        lines.filter(|line| !line.starts_with("STATUS=")).collect()
    }

    const WATCHDOG: &str = "WATCHDOG=1";
    const EXTEND: &str = "EXTEND_TIMEOUT_USEC=30000000";

    #[test]
    fn a_life_is_told_once() {
        let told = &mut Told::default();
        for (phase, live, stopping, lines) in [
            ("starting", true, false, &[WATCHDOG][..]),
            ("starting", false, false, &[]),
            ("serving", true, false, &["READY=1", WATCHDOG]),
            ("serving", true, false, &[WATCHDOG]),
            ("serving", false, false, &[]),
            ("draining", true, false, &[WATCHDOG]),
            ("serving", true, false, &[WATCHDOG]),
            ("starting", true, false, &[WATCHDOG]),
            ("serving", true, false, &[WATCHDOG]),
            ("draining", true, true, &["STOPPING=1", EXTEND]),
            ("closing", true, true, &[EXTEND]),
            ("closing", false, true, &[]),
        ] {
            let said = said(told, &vitals(phase, live, stopping), OURS);
            assert_eq!(said, lines, "{phase}");
        }
        let message = told.leave(Leaving::Ended, LIMIT);
        let status = "STATUS=drained, and about to end";
        assert_eq!(message.lines, format!("{status}\n{EXTEND}\n"));
    }

    #[test]
    fn who_is_ended_before_it_was_ready_is_never_ready() {
        let told = &mut Told::default();
        said(told, &vitals("starting", true, false), OURS);
        let stops = said(told, &vitals("draining", true, true), OURS);
        assert_eq!(stops, ["STOPPING=1", EXTEND]);
    }

    #[test]
    fn the_end_and_a_stall_are_told_apart() {
        let told = Told::default();
        let ended = told.leave(Leaving::Ended, LIMIT).lines;
        assert!(ended.starts_with("STOPPING=1\nSTATUS="), "{ended}");
        let stalled = told.leave(Leaving::Stalled, LIMIT).lines;
        assert_eq!(
            stalled,
            "STATUS=stalled: nothing in the application moves\n"
        );
    }

    #[test]
    fn a_watchdog_of_another_process_is_not_fed() {
        let told = &mut Told::default();
        let serving = vitals("serving", true, false);
        assert_eq!(said(told, &serving, Watchdog::Others), ["READY=1"]);
        assert_eq!(said(told, &serving, Watchdog::Others), [""; 0]);
        assert_eq!(said(told, &serving, Watchdog::Off), [WATCHDOG]);
    }

    #[test]
    fn a_status_is_one_line_and_told_when_it_changes() {
        let told = Told::default();
        let line = |vitals: &Vitals| {
            let lines = told.beat(vitals, OURS, LIMIT).lines;
            let mut status = lines
                .lines()
                .filter_map(|line| line.strip_prefix("STATUS="));
            status.next().unwrap().to_owned()
        };
        assert_eq!(
            line(&vitals("serving", true, false)),
            "serving, live, ready, healthy"
        );
        assert_eq!(
            line(&vitals("draining", false, false)),
            "draining, not live, ready, healthy, 3 in flight, for maintenance"
        );
        let closing = vitals("closing", true, true);
        assert_eq!(line(&closing), "closing, live, ready, healthy, 3 in flight");
        let after = told.beat(&closing, OURS, LIMIT).told;
        let again = after.beat(&closing, OURS, LIMIT).lines;
        assert!(!again.contains("STATUS="), "{again}");
    }
}

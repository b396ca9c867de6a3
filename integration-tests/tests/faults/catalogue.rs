use std::time::Duration;

use crate::trial::Trial;
use crate::trial::Trial::{BlockedAndStopped, Detected, Innocent, Stopped};

/// Longer than every short limit.
const LONG: Duration = Duration::from_millis(3000);
const SHORT_STOP: Duration = Duration::from_millis(1500);
const LONG_STOP: Duration = Duration::from_secs(5);

/// What is done one after the other to a host, beside the others; and whether its consumer has work.
pub(crate) type Lane = (&'static str, &'static [(&'static str, Trial)]);

pub(crate) const LANES: [Lane; 9] = [
    // An idle consumer, so that its pulse isn't overdue as well.
    (
        "idle",
        &[
            (
                "all 4 workers blocked",
                Detected("all-blocked", &["runtime_stalled"]),
            ),
            (
                "`Mutex` deadlock in a handler",
                Detected("deadlock", &["runtime_stalled", "worker_stuck"]),
            ),
        ],
    ),
    (
        "idle",
        &[(
            "1 of 4 workers blocked",
            Detected("one-blocked", &["worker_stuck"]),
        )],
    ),
    (
        "working",
        &[(
            "busy loop in a task",
            Detected("busy-loop", &["worker_stuck"]),
        )],
    ),
    (
        "working",
        &[
            (
                "blocking pool full of jobs that hang",
                Detected("jobs-hang", &["pulse_overdue"]),
            ),
            (
                "consumer hangs in `commit`",
                Detected("consumer-hangs", &["pulse_overdue"]),
            ),
            ("consumer died", Detected("consumer-died", &["pulse_died"])),
        ],
    ),
    (
        "idle",
        &[(
            "all 4 workers blocked, then SIGSTOP for 1.5 s",
            BlockedAndStopped(SHORT_STOP),
        )],
    ),
    ("working", &[("SIGSTOP for 1.5 s", Stopped(SHORT_STOP))]),
    ("working", &[("SIGSTOP for 5 s", Stopped(LONG_STOP))]),
    (
        "idle",
        &[
            ("idle consumer", Innocent("idle", LONG)),
            ("dependency down", Innocent("dependency-down", LONG)),
        ],
    ),
    (
        "idle",
        &[
            (
                "blocking pool full of jobs that wait and end",
                Innocent("jobs-wait", LONG),
            ),
            (
                "long job in `block_in_place`",
                Innocent("block-in-place", LONG),
            ),
        ],
    ),
];

/// With the default limits, none of them lasts long enough.
pub(crate) const DEFAULTS: [Lane; 2] = [
    (
        "idle",
        &[
            ("all 4 workers blocked", Innocent("all-blocked", LONG)),
            ("1 of 4 workers blocked", Innocent("one-blocked", LONG)),
            ("`Mutex` deadlock in a handler", Innocent("deadlock", LONG)),
            ("busy loop in a task", Innocent("busy-loop", LONG)),
        ],
    ),
    (
        "working",
        &[
            (
                "blocking pool full of jobs that hang",
                Innocent("jobs-hang", LONG),
            ),
            (
                "consumer hangs in `commit`",
                Innocent("consumer-hangs", LONG),
            ),
            ("consumer died", Innocent("consumer-died", LONG)),
            ("SIGSTOP for 5 s", Stopped(LONG_STOP)),
        ],
    ),
];

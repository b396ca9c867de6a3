use health_tower::Verdict::{self, Degraded, Down, Gray, Overloaded};

use crate::case::Case;
use crate::fault::Fault::{Busy, Deploy, Inside, Loss, Memory, Nothing, Overload, Store, Zombie};
use crate::proxy::Condition::{Broken, Slow};

const WORSE: &[Verdict] = &[Gray, Down];
const ANY: &[Verdict] = &[Degraded, Overloaded, Gray, Down];

/// What needs most comes first: it decides how long it all takes.
pub(crate) const CASES: &[Case] = &[
    Case::fault("3 × overload", Overload, &[Overloaded]).never(WORSE),
    Case::innocent("clean load", Nothing, ANY),
    Case::innocent(
        "deploy: SIGTERM while the next instance starts",
        Deploy,
        ANY,
    ),
    Case::fault("all 4 workers stalled", Inside("all-workers"), &[Down]),
    Case::fault("a lock that is never given back", Inside("mutex"), WORSE),
    Case::fault("connection pool exhausted", Inside("pool"), WORSE),
    Case::fault("slow store (+200 ms)", Store(Slow), &[Degraded]).never(WORSE),
    Case::fault(
        "slow database (locked by another writer, 150 of 300 ms)",
        Busy,
        &[Degraded],
    )
    .never(WORSE),
    Case::fault(
        "20 % errors on the route that has 85 % of the load",
        Inside("reading-fails"),
        &[Gray],
    )
    .by("failures")
    .under("reading"),
    Case::fault(
        "20 % errors on a route with 25 % of the load, a declared group",
        Inside("reading-fails"),
        &[Gray],
    )
    .by("failures")
    // Of 25 a second, it takes a while to be sure.
    .watched_for(25)
    .grouped(),
    Case::fault("latency × 10 with 200s", Inside("slow"), &[Degraded])
        .by("latency")
        .never(WORSE),
    Case::fault("wrong answers", Inside("wrong"), &[Gray]).by("external"),
    Case::fault("store down for all replicas", Store(Broken), &[Degraded])
        .never(WORSE)
        .shared(),
    Case::fault("store down for this one", Store(Broken), &[Down]),
    Case::fault("5 % errors everywhere", Inside("some-fail"), &[Degraded]).never(WORSE),
    Case::innocent(
        "packet loss of 10 % each way",
        Loss,
        &[Overloaded, Gray, Down],
    ),
    Case::innocent("SIGSTOP for 5 s, SIGCONT", Zombie, WORSE),
    Case::fault(
        "memory pressure, in bursts",
        Memory,
        &[Degraded, Overloaded],
    )
    // Some bursts are hardly any.
    .watched_for(30)
    .never(WORSE),
];

/// It takes a minute until it can be found, and nothing meanwhile: it runs beside all others.
pub(crate) const PATIENT: Case =
    Case::fault("1 of 4 workers stalled", Inside("one-worker"), &[Gray])
        .by("stuck_worker")
        .watched_for(75);

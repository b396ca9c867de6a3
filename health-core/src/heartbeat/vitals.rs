mod encoding;

pub use encoding::VitalsError;

use serde::{Deserialize, Serialize};

use crate::{Phase, Probe, Snapshot, Verdict};

/// How a member is, as its beats say it. No name of a check, no error and no path is part of it.
///
/// # Encoding
///
/// One JSON object, of at most 256 bytes, that any language and a human at a terminal can read:
///
/// ```json
/// {"v":1,"phase":"serving","live":true,"ready":true,"verdict":"healthy","in_flight":12,
///  "stopping":false,"seconds":10,"entered":3021,"completed":3018,"failed":2,"shed":0,"p99_ms":41}
/// ```
///
/// | member | what it is |
/// |---|---|
/// | `v` | the version, 1: within one, members are added, and none is taken away, or gets another meaning |
/// | `phase` | [`Phase`]: `starting`, `serving`, `draining`, `closing`, `closed` |
/// | `live`, `ready` | the answers to these probes |
/// | `verdict` | [`Verdict`]: `healthy`, `degraded`, `overloaded`, `gray`, `down` |
/// | `in_flight` | requests in flight |
/// | `stopping` | whether a shutdown has begun, and not only maintenance; absent, and then `false`, where a member was built before it was added |
/// | `seconds` | over how long the rest was counted: the last ten, or fewer at the beginning |
/// | `entered`, `completed`, `failed`, `shed` | as in [`TrafficReport`](crate::TrafficReport) |
/// | `p99_ms` | 99th percentile of the time to the head of a response, in milliseconds; absent where there was none |
///
/// Counts stop at 4,294,967,295.
///
/// ```
/// use health_core::heartbeat::Vitals;
///
/// let text = r#"{"v":1,"phase":"draining","live":true,"ready":false,"verdict":"healthy","in_flight":3,"added":"later"}"#;
/// let vitals = Vitals::decode(text.as_bytes())?;
/// assert_eq!((vitals.in_flight(), vitals.is_ready()), (3, false));
/// assert!(Vitals::decode(&vitals.encode())? == vitals);
/// # Ok::<_, health_core::heartbeat::VitalsError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Vitals {
    phase: Phase,
    live: bool,
    ready: bool,
    verdict: Verdict,
    in_flight: u32,
    stopping: bool,
    recent: Recent,
}

/// What came and went of late.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct Recent {
    seconds: u32,
    entered: u32,
    completed: u32,
    failed: u32,
    shed: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    p99_ms: Option<u32>,
}

impl Vitals {
    /// No encoded vitals are longer, in bytes.
    pub const MAX_LEN: usize = 256;

    /// What a snapshot says.
    #[must_use]
    pub fn of(snapshot: &Snapshot) -> Self {
        let small = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
        let recent = snapshot.traffic().next().map(|traffic| Recent {
            seconds: small(traffic.seconds()),
            entered: small(traffic.entered()),
            completed: small(traffic.completed()),
            failed: small(traffic.failed()),
            shed: small(traffic.shed()),
            p99_ms: traffic
                .p99()
                .map(|p99| u32::try_from(p99.as_millis()).unwrap_or(u32::MAX)),
        });
        Self {
            phase: snapshot.phase(),
            live: snapshot.status(Probe::Liveness).is_up(),
            ready: snapshot.status(Probe::Readiness).is_up(),
            verdict: snapshot.verdict().verdict(),
            in_flight: u32::try_from(snapshot.in_flight()).unwrap_or(u32::MAX),
            stopping: snapshot.shutdown().is_some(),
            recent: recent.unwrap_or_default(),
        }
    }

    /// Where the member is between start and end.
    #[must_use]
    pub fn phase(&self) -> Phase {
        self.phase
    }

    /// Whether its liveness probe is up.
    #[must_use]
    pub fn is_live(&self) -> bool {
        self.live
    }

    /// Whether its readiness probe is up.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.ready
    }

    /// How it is, from all signals together.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        self.verdict
    }

    /// Its requests in flight.
    #[must_use]
    pub fn in_flight(&self) -> u32 {
        self.in_flight
    }

    /// Whether a shutdown has begun. Maintenance is [`Phase::Draining`], too, and is none: the member comes back.
    #[must_use]
    pub fn is_stopping(&self) -> bool {
        self.stopping
    }

    /// What its coordinator has to hear of before the next beat is due. A shutdown during maintenance changes no phase.
    pub(crate) fn stage(&self) -> (Phase, bool) {
        (self.phase, self.stopping)
    }

    /// Requests a second that came within the last ten.
    #[must_use]
    pub fn rate(&self) -> f64 {
        f64::from(self.recent.entered) / f64::from(self.recent.seconds.max(1))
    }

    /// Which part of those that were answered within the last ten seconds failed by a fault of the member: from 0 to 1.
    #[must_use]
    pub fn failed(&self) -> f64 {
        let all = self.recent.completed.max(self.recent.failed).max(1);
        f64::from(self.recent.failed) / f64::from(all)
    }
}

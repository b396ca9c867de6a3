use std::fmt;

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
///  "seconds":10,"entered":3021,"completed":3018,"failed":2,"shed":0,"p99_ms":41}
/// ```
///
/// | member | what it is |
/// |---|---|
/// | `v` | the version, 1: within one, members are added, and none is taken away, or gets another meaning |
/// | `phase` | [`Phase`]: `starting`, `serving`, `draining`, `closing`, `closed` |
/// | `live`, `ready` | the answers to these probes |
/// | `verdict` | [`Verdict`]: `healthy`, `degraded`, `overloaded`, `gray`, `down` |
/// | `in_flight` | requests in flight |
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

#[derive(Serialize, Deserialize)]
struct Wire<'a> {
    v: u32,
    phase: &'a str,
    live: bool,
    ready: bool,
    verdict: &'a str,
    in_flight: u32,
    #[serde(flatten)]
    recent: Recent,
}

const VERSION: u32 = 1;

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
            recent: recent.unwrap_or_default(),
        }
    }

    /// As they are sent.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let wire = Wire {
            v: VERSION,
            phase: self.phase.name(),
            live: self.live,
            ready: self.ready,
            verdict: self.verdict.name(),
            in_flight: self.in_flight,
            recent: self.recent,
        };
        // Numbers and names: there is nothing in it that can't be written.
        serde_json::to_vec(&wire).unwrap_or_default()
    }

    /// Reads what [`encode`](Self::encode) has written, in this version of the crate or a later one. Members that it does not know are skipped.
    ///
    /// # Errors
    ///
    /// More than 256 bytes, what is no JSON object with these members, another version, or a name that this version does not have.
    pub fn decode(encoded: &[u8]) -> Result<Self, VitalsError> {
        if encoded.len() > Self::MAX_LEN {
            let (len, most) = (encoded.len(), Self::MAX_LEN);
            return Err(VitalsError(format!(
                "{len} bytes are more than the {most} that they may have"
            )));
        }
        #[derive(Deserialize)]
        struct Version {
            v: u32,
        }
        let bad = |error: serde_json::Error| VitalsError(error.to_string());
        // First of all, so that a later version is named as what it is.
        let Version { v } = serde_json::from_slice(encoded).map_err(bad)?;
        if v != VERSION {
            return Err(VitalsError(format!(
                "they are of version {v}, and this reader knows version {VERSION}"
            )));
        }
        let wire: Wire<'_> = serde_json::from_slice(encoded).map_err(bad)?;
        let unknown = |what, name| VitalsError(format!("there is no {what} `{name}`"));
        Ok(Self {
            phase: PHASES
                .into_iter()
                .find(|phase| phase.name() == wire.phase)
                .ok_or_else(|| unknown("phase", wire.phase))?,
            live: wire.live,
            ready: wire.ready,
            verdict: VERDICTS
                .into_iter()
                .find(|verdict| verdict.name() == wire.verdict)
                .ok_or_else(|| unknown("verdict", wire.verdict))?,
            in_flight: wire.in_flight,
            recent: wire.recent,
        })
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

const PHASES: [Phase; 5] = [
    Phase::Starting,
    Phase::Serving,
    Phase::Draining,
    Phase::Closing,
    Phase::Closed,
];
const VERDICTS: [Verdict; 5] = [
    Verdict::Healthy,
    Verdict::Degraded,
    Verdict::Overloaded,
    Verdict::Gray,
    Verdict::Down,
];

/// Why bytes are no [`Vitals`].
#[derive(Debug)]
pub struct VitalsError(String);

impl std::error::Error for VitalsError {}

impl fmt::Display for VitalsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "these are no vitals of a member: {}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MOST: Vitals = Vitals {
        phase: Phase::Starting,
        live: false,
        ready: false,
        verdict: Verdict::Overloaded,
        in_flight: u32::MAX,
        recent: Recent {
            seconds: u32::MAX,
            entered: u32::MAX,
            completed: u32::MAX,
            failed: u32::MAX,
            shed: u32::MAX,
            p99_ms: Some(u32::MAX),
        },
    };

    #[test]
    fn the_longest_are_short_enough_and_read_as_documented() {
        let encoded = MOST.encode();
        assert!(encoded.len() <= Vitals::MAX_LEN, "{}", encoded.len());
        assert_eq!(Vitals::decode(&encoded).unwrap(), MOST);
        let documented = r#"{"v":1,"phase":"serving","live":true,"ready":true,"verdict":"healthy","in_flight":12,"seconds":10,"entered":3021,"completed":3018,"failed":2,"shed":0,"p99_ms":41}"#;
        let vitals = Vitals::decode(documented.as_bytes()).unwrap();
        assert_eq!(vitals.encode(), documented.as_bytes());
        assert!((vitals.rate() - 302.1).abs() < 1e-9);
    }

    #[test]
    fn what_is_wrong_is_named() {
        let says = |text: &str, part: &str| {
            let error = Vitals::decode(text.as_bytes()).unwrap_err().to_string();
            assert!(error.contains(part), "{text}: {error}");
        };
        says("", "EOF");
        says("[]", "v");
        says(r#"{"v":2,"anything":"else"}"#, "version 2");
        says(&" ".repeat(257), "257 bytes");
        let of = |phase, verdict| {
            format!(
                r#"{{"v":1,"phase":"{phase}","live":true,"ready":true,"verdict":"{verdict}","in_flight":1}}"#
            )
        };
        says(&of("asleep", "gray"), "no phase `asleep`");
        says(&of("serving", "grey"), "no verdict `grey`");
    }

    proptest! {
        #[test]
        fn bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _either = Vitals::decode(&bytes);
        }

        #[test]
        fn all_vitals_come_back(
            (phase, verdict) in (0..5_usize, 0..5_usize),
            (live, ready) in any::<(bool, bool)>(),
            counts in any::<[u32; 6]>(),
            p99_ms in any::<Option<u32>>(),
        ) {
            let [in_flight, seconds, entered, completed, failed, shed] = counts;
            let recent = Recent { seconds, entered, completed, failed, shed, p99_ms };
            let (phase, verdict) = (PHASES[phase], VERDICTS[verdict]);
            let vitals = Vitals { phase, live, ready, verdict, in_flight, recent };
            prop_assert!(vitals.encode().len() <= Vitals::MAX_LEN);
            prop_assert_eq!(Vitals::decode(&vitals.encode()).unwrap(), vitals);
            prop_assert!((0.0..=1.0).contains(&vitals.failed()));
        }
    }
}

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::heartbeat::vitals::{Recent, Vitals};
use crate::{Phase, Verdict};

const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
struct Wire<'a> {
    v: u32,
    phase: &'a str,
    live: bool,
    ready: bool,
    verdict: &'a str,
    in_flight: u32,
    #[serde(default)]
    stopping: bool,
    #[serde(flatten)]
    recent: Recent,
}

impl Vitals {
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
            stopping: self.stopping,
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
            stopping: wire.stopping,
            recent: wire.recent,
        })
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
mod tests;

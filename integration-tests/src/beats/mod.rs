//! What `beating_host` and the suite `heartbeats` agree on: a clock, and what is said.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// The clock of all who take part, since the machine was started: nobody can set it, and no library that fakes clocks is asked.
#[must_use]
pub fn now() -> Duration {
    #[cfg(target_os = "linux")]
    const CLOCK: ClockId = ClockId::Boottime;
    #[cfg(not(target_os = "linux"))]
    const CLOCK: ClockId = ClockId::Monotonic;
    let now = Duration::try_from(clock_gettime(CLOCK));
    now.expect("it counts from the start of the machine")
}

/// What a member says of itself, a line each.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "a test matches all of it")]
pub enum Said {
    /// It takes itself for a member from now on, with this token.
    Joined(u64),
    /// It takes itself for one no longer.
    Fenced,
    /// Whether it is ready.
    Ready(bool),
    /// Where its heartbeat stands.
    State(String),
    /// What work that was under way when it was frozen found with its first looks thereafter.
    Looked(Looked),
}

impl Said {
    /// With the moment at which it was so.
    #[must_use]
    pub fn line(&self, at: Duration) -> String {
        let at = at.as_micros();
        match self {
            Self::Joined(token) => format!("{at} joined {token}"),
            Self::Fenced => format!("{at} fenced"),
            Self::Ready(ready) => format!("{at} ready {ready}"),
            Self::State(name) => format!("{at} state {name}"),
            Self::Looked(looked) => format!("{at} looked {}", looked.body()),
        }
    }

    /// What a [`line`](Self::line) says; `None` if it is none.
    #[must_use]
    pub fn parse(line: &str) -> Option<(Duration, Self)> {
        let words: Vec<_> = line.split(' ').collect();
        let said = match words[1..] {
            ["joined", token] => Self::Joined(token.parse().ok()?),
            ["fenced"] => Self::Fenced,
            ["ready", ready] => Self::Ready(ready.parse().ok()?),
            ["state", name] => Self::State(name.to_owned()),
            ["looked", ..] => Self::Looked(Looked::parse(line.split_once(" looked ")?.1)?),
            _ => return None,
        };
        Some((Duration::from_micros(words[0].parse().ok()?), said))
    }
}

/// The answer to `GET /member`: when it looked, and its token if it took itself for a member then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Looked {
    /// Before the look, so that what is too late was so at the look as well.
    pub at: Duration,
    /// `None` if it is no member.
    pub token: Option<u64>,
}

impl Looked {
    /// As it is sent.
    #[must_use]
    pub fn body(&self) -> String {
        let at = self.at.as_micros();
        match self.token {
            Some(token) => format!("{at} true {token}"),
            None => format!("{at} false"),
        }
    }

    /// What was sent; `None` if it is something else.
    #[must_use]
    pub fn parse(body: &str) -> Option<Self> {
        let words: Vec<_> = body.trim().split(' ').collect();
        let token = match words[1..] {
            ["true", token] => Some(token.parse().ok()?),
            ["false"] => None,
            _ => return None,
        };
        let at = Duration::from_micros(words[0].parse().ok()?);
        Some(Self { at, token })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_is_heard() {
        let at = Duration::from_micros(1_234_567);
        for said in [
            Said::Joined(7),
            Said::Fenced,
            Said::Ready(false),
            Said::State("withheld".to_owned()),
            Said::Looked(Looked { at, token: Some(7) }),
        ] {
            assert_eq!(Said::parse(&said.line(at)), Some((at, said)));
        }
        for token in [None, Some(7)] {
            let looked = Looked { at, token };
            assert_eq!(Looked::parse(&looked.body()), Some(looked));
        }
        assert_eq!(Said::parse("ok"), None);
        assert_eq!(Looked::parse("1 true"), None);
    }
}

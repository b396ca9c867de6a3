use std::fmt;
use std::time::Duration;

use tokio::time::Instant;

use crate::Probe;
use crate::check::Impact;
use crate::runner::CheckState;

/// The times at which a check was down, since it was registered.
///
/// Of a check that [only observes](Impact::Observe), it is what it *would have done* to its probe: the times at which it was down and the
/// probe was up. So a team finds out, before it makes the check critical, whether it would take the service out for good reasons.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use health_core::{Check, Health, Impact};
///
/// let search = Check::readiness("search", || async { Err::<(), _>("no index") });
/// let health = Health::builder().check(search.impact(Impact::Observe).fail_after(1)).start()?;
///
/// let mut changes = health.subscribe();
/// let mut outages = health.snapshot().check("search").unwrap().outages();
/// while !outages.is_under_way() {
///     outages = changes.changed().await.unwrap().check("search").unwrap().outages();
/// }
/// assert_eq!(outages.count(), 1);
/// assert!(outages.to_string().starts_with("would have taken readiness down once, for "));
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Outages {
    probe: Probe,
    impact: Impact,
    registered: Instant,
    count: u64,
    /// Of those that are over.
    total: Duration,
    longest: Duration,
    since: Option<Instant>,
}

impl Outages {
    pub(crate) fn none(probe: Probe, impact: Impact, registered: Instant) -> Self {
        Self {
            probe,
            impact,
            registered,
            count: 0,
            total: Duration::ZERO,
            longest: Duration::ZERO,
            since: None,
        }
    }

    /// The state from then on.
    pub(crate) fn note(&mut self, state: CheckState, at: Instant) {
        match (self.since, state) {
            (None, CheckState::Down) => {
                self.since = Some(at);
                self.count += 1;
            }
            (Some(since), CheckState::Up | CheckState::Pending) => {
                let lasted = at.saturating_duration_since(since);
                self.total += lasted;
                self.longest = self.longest.max(lasted);
                self.since = None;
            }
            _ => {}
        }
    }

    /// How often it went down, with the one that may be under way.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// How long it was down, all in all, until now.
    #[must_use]
    pub fn total(&self) -> Duration {
        self.total + self.current()
    }

    /// How long it was down at a stretch, at most, until now.
    #[must_use]
    pub fn longest(&self) -> Duration {
        self.longest.max(self.current())
    }

    /// Whether it is down now.
    #[must_use]
    pub fn is_under_way(&self) -> bool {
        self.since.is_some()
    }

    /// Over which time this was counted: since the check was registered.
    #[must_use]
    pub fn observed(&self) -> Duration {
        self.registered.elapsed()
    }

    fn current(&self) -> Duration {
        self.since.map_or(Duration::ZERO, |since| since.elapsed())
    }
}

/// One line, such as `would have taken readiness down twice, for 42 s in all, 30 s at most, in 3 h`; times are rounded down.
impl fmt::Display for Outages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let observed = Spoken(self.observed());
        let probe = self.probe.name();
        let times = match self.count {
            0 if self.impact == Impact::Observe => {
                return write!(f, "would not have taken {probe} down, in {observed}");
            }
            0 => return write!(f, "was not down, in {observed}"),
            1 => "once".to_owned(),
            2 => "twice".to_owned(),
            many => format!("{many} times"),
        };
        match self.impact {
            Impact::Observe => write!(f, "would have taken {probe} down {times}")?,
            Impact::Critical | Impact::Degrades => write!(f, "was down {times}")?,
        }
        write!(f, ", for {}", Spoken(self.total()))?;
        if self.count > 1 {
            write!(f, " in all, {} at most", Spoken(self.longest()))?;
        }
        write!(f, ", in {observed}")?;
        if self.is_under_way() {
            f.write_str(", and is down now")?;
        }
        Ok(())
    }
}

/// A time as people say it, in one unit: a second more or less in an hour says nothing.
pub(crate) struct Spoken(pub(crate) Duration);

impl fmt::Display for Spoken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_secs() {
            0 => write!(f, "{} ms", self.0.as_millis()),
            seconds @ 1..120 => write!(f, "{seconds} s"),
            seconds @ 120..7_200 => write!(f, "{} min", seconds / 60),
            seconds @ 7_200..172_800 => write!(f, "{} h", seconds / 3_600),
            seconds => write!(f, "{} d", seconds / 86_400),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[tokio::test(start_paused = true)]
    async fn outages_are_counted_timed_and_told() {
        let mut outages = Outages::none(Probe::Readiness, Impact::Observe, Instant::now());
        let told = |outages: &Outages| outages.to_string();
        tokio::time::advance(seconds(7_300)).await;
        assert_eq!(
            told(&outages),
            "would not have taken readiness down, in 2 h"
        );
        outages.note(CheckState::Up, Instant::now());
        outages.note(CheckState::Down, Instant::now());
        tokio::time::advance(seconds(30)).await;
        assert!(outages.is_under_way());
        assert_eq!(outages.total(), seconds(30));
        assert_eq!(
            told(&outages),
            "would have taken readiness down once, for 30 s, in 2 h, and is down now"
        );
        // Down still: not another one.
        outages.note(CheckState::Down, Instant::now());
        outages.note(CheckState::Up, Instant::now());
        tokio::time::advance(seconds(10)).await;
        outages.note(CheckState::Down, Instant::now());
        tokio::time::advance(seconds(12)).await;
        outages.note(CheckState::Up, Instant::now());
        assert_eq!(outages.count(), 2);
        assert_eq!(
            (outages.total(), outages.longest()),
            (seconds(42), seconds(30))
        );
        assert_eq!(
            told(&outages),
            "would have taken readiness down twice, for 42 s in all, 30 s at most, in 2 h"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_check_that_counts_was_down_in_fact() {
        let mut outages = Outages::none(Probe::Liveness, Impact::Critical, Instant::now());
        assert_eq!(outages.to_string(), "was not down, in 0 ms");
        for _ in 0..3 {
            outages.note(CheckState::Down, Instant::now());
            tokio::time::advance(seconds(100_000)).await;
            outages.note(CheckState::Pending, Instant::now());
        }
        assert_eq!(
            outages.to_string(),
            "was down 3 times, for 3 d in all, 27 h at most, in 3 d"
        );
    }
}

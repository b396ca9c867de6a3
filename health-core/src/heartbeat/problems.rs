use std::time::Duration;

use crate::check::bad_name;
use crate::heartbeat::pace::{BEATS_PER_LEASE, SHORTEST};
use crate::heartbeat::settings::Settings;

/// For longer, nobody would know.
const LONGEST: Duration = Duration::from_secs(24 * 3600);
const MOST_JITTER: u8 = 50;
/// What the watchdog itself calls lagging: below that, a busy second is no evidence.
const LAGGING: Duration = Duration::from_millis(250);

impl Settings {
    /// Everything that can't work; `watched` is whether there is a watchdog.
    pub(crate) fn problems(&self, watched: bool) -> Vec<String> {
        let all = [
            bad_name(&self.name).map(|why| format!("a name {why}")),
            self.bad_every(),
            self.bad_ttl(),
            (self.jitter > MOST_JITTER).then(|| {
                let jitter = self.jitter;
                format!("`.jitter({jitter})` is more than {MOST_JITTER} %, with which two beats may come as one")
            }),
            self.bad_ack_timeout(),
            self.bad_evidence(watched),
        ];
        all.into_iter().flatten().collect()
    }

    fn bad_every(&self) -> Option<String> {
        let every = self.every;
        (every < SHORTEST).then(|| {
            format!(
                "`.every({every:?})` is less than {SHORTEST:?}; 1 s is usual, with a TTL of 10 s"
            )
        })
    }

    fn bad_ttl(&self) -> Option<String> {
        let (every, ttl) = (self.every, self.ttl);
        let least = every.saturating_mul(BEATS_PER_LEASE);
        if ttl < least {
            return Some(format!(
                "`.ttl({ttl:?})` is shorter than {BEATS_PER_LEASE} beats `.every({every:?})`: one beat that is lost would end it; set it to \
                 {least:?} or more"
            ));
        }
        (ttl > LONGEST).then(|| {
            format!("`.ttl({ttl:?})` is longer than a day: nobody would learn in time that a member has died")
        })
    }

    fn bad_ack_timeout(&self) -> Option<String> {
        let (limit, ttl) = (self.ack_timeout(), self.ttl);
        (limit.is_zero() || limit > ttl / 2).then(|| {
            format!(
                "`.ack_timeout({limit:?})` has to be more than zero, and no more than half of `.ttl({ttl:?})`, so that there is time for another try"
            )
        })
    }

    fn bad_evidence(&self, watched: bool) -> Option<String> {
        let (withhold, revoke) = (self.withhold_after(), self.revoke_after());
        if self.unearned {
            let set = self.withhold_after.is_some() || self.revoke_after.is_some();
            return set.then(|| {
                "with `.unearned()`, no beat is ever withheld: `.withhold_after(…)` and `.revoke_after(…)` have no effect".to_owned()
            });
        }
        if !watched {
            return Some(
                "a beat is earned by what the watchdog sees, and that is off (`Watchdog::off()`): switch it on, or say `.unearned()`, and be \
                 a member even when nothing moves any more"
                    .to_owned(),
            );
        }
        if withhold < LAGGING {
            return Some(format!(
                "`.withhold_after({withhold:?})` is less than {LAGGING:?}, for which any busy service may keep a task waiting"
            ));
        }
        (revoke < withhold).then(|| {
            format!(
                "`.revoke_after({revoke:?})` is shorter than `.withhold_after({withhold:?})`: a beat is withheld before membership is given back"
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn problems(change: impl FnOnce(&mut Settings)) -> String {
        let mut settings = Settings::new();
        change(&mut settings);
        settings.problems(true).join("; ")
    }

    #[test]
    fn what_cant_work_is_named_with_what_to_do() {
        assert_eq!(problems(|_| {}), "");
        assert!(Settings::new().problems(false)[0].contains("`Watchdog::off()`"));
        for (is, part) in [
            (
                problems(|all| all.every = Duration::ZERO),
                "`.every(0ns)` is less than 10ms",
            ),
            (
                problems(|all| all.ttl = 2 * SECOND),
                "`.ttl(2s)` is shorter than 3 beats",
            ),
            (
                problems(|all| all.every = Duration::MAX),
                "is shorter than 3 beats",
            ),
            (problems(|all| all.ttl = Duration::MAX), "longer than a day"),
            (problems(|all| all.jitter = 51), "`.jitter(51)`"),
            (
                problems(|all| all.set_ack_timeout(6 * SECOND)),
                "no more than half",
            ),
            (
                problems(|all| all.set_ack_timeout(Duration::ZERO)),
                "more than zero",
            ),
            (
                problems(|all| all.set_withhold_after(LAGGING / 2)),
                "any busy service",
            ),
            (
                problems(|all| all.set_revoke_after(SECOND / 2)),
                "shorter than `.withhold_after(1s)`",
            ),
            (problems(|all| all.name = "a".repeat(101)), "100 bytes"),
            (problems(|all| all.name = String::new()), "empty"),
            (
                problems(|all| {
                    all.unearned = true;
                    all.set_revoke_after(SECOND);
                }),
                "no effect",
            ),
        ] {
            assert!(is.contains(part), "{is}");
        }
        let all = problems(|all| (all.every, all.jitter) = (Duration::ZERO, 99));
        assert!(
            all.contains("`.every(") && all.contains("`.jitter("),
            "all at once: {all}"
        );
    }

    #[test]
    fn limits_follow_the_ttl_where_they_are_not_set() {
        let mut settings = Settings::new();
        assert_eq!(settings.revoke_after(), 5 * SECOND);
        settings.ttl = 60 * SECOND;
        assert_eq!(settings.revoke_after(), 30 * SECOND);
        (settings.every, settings.ttl) = (SHORTEST, 3 * SHORTEST);
        assert_eq!(settings.ack_timeout(), SHORTEST);
        assert_eq!(bad_name(&Settings::new().name), None);
    }
}

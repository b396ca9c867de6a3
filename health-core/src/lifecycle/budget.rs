use std::time::Duration;

use crate::lifecycle::DrainPolicy;
use crate::lifecycle::presets::Grace;

const LONGEST: Duration = Duration::from_secs(7 * 24 * 3600);

/// Between the deadline and the kill: for the report, and for the process to end.
const LEAST_RESERVE: Duration = Duration::from_secs(1);

/// For what is in flight: most requests are over by then, and few orchestrators give less on purpose.
const LEAST_FOR_REQUESTS: Duration = Duration::from_secs(5);

/// `periodSeconds: 5` times `failureThreshold: 1`, as in the YAML that health-tower prints: sooner, the kubelet has not asked.
const LEAST_LAME_DUCK: Duration = Duration::from_secs(5);

impl DrainPolicy {
    /// What can't work, or would have no effect.
    pub(crate) fn problems(&self) -> Vec<String> {
        let (lame_duck, deadline) = (self.lame_duck, self.deadline);
        let mut problems = Vec::new();
        if deadline > LONGEST {
            problems.push(format!(
                "the deadline is {deadline:?}, the longest allowed is 7 days"
            ));
        }
        if lame_duck >= deadline && !lame_duck.is_zero() {
            problems.push(format!(
                "the lame duck ({lame_duck:?}) is as long as the deadline ({deadline:?}) or longer, and nothing would be left for what is in \
                 flight; shorten `.lame_duck(…)` or raise `.deadline(…)`"
            ));
        }
        if let Some(quiet) = self.quiet.filter(Duration::is_zero) {
            problems.push(format!("`.quiet({quiet:?})` would end the lame duck with the first probe; give it a time without requests"));
        }
        if let Some(quiet) = self.quiet.filter(|quiet| *quiet >= lame_duck) {
            problems.push(format!(
                "`.quiet({quiet:?})` has no effect: the lame duck is over after {lame_duck:?} in any case"
            ));
        }
        if self.unhealthy_threshold == Some(0) {
            problems.push("`.unhealthy_threshold(0)` means that nothing ever failed; give it the number of failed probes that your load balancer waits for".to_owned());
        }
        if self.stays_ready && self.quiet.is_some() {
            problems.push("`.quiet(…)` waits until a prober was told 503, and `.stay_ready_while_terminating()` tells nobody; take one of them".to_owned());
        }
        if self.stays_ready && lame_duck.is_zero() {
            problems.push(
                "`.stay_ready_while_terminating()` has no effect without a lame duck".to_owned(),
            );
        }
        problems
    }

    /// What works, and yet loses requests.
    pub(crate) fn warnings(&self) -> Vec<String> {
        let (lame_duck, deadline) = (self.lame_duck, self.deadline);
        let mut warnings = Vec::new();
        if let Some(grace) = self.grace
            && deadline + LEAST_RESERVE > grace.time
        {
            let Grace { time, setting, .. } = grace;
            let (fits, needed) = (grace.deadline(), Grace::needed(deadline));
            warnings.push(format!(
                "the drain ends {deadline:?} after the signal, and the process is killed after {time:?}: what is left then is cut off, and no \
                 report says so; set `.deadline(…)` to {fits:?} at most, or {setting} to {needed:?}"
            ));
        }
        let left = deadline.saturating_sub(lame_duck);
        if left < LEAST_FOR_REQUESTS || left < deadline / 2 {
            let unknown = "the time after which the orchestrator kills";
            let setting = self.grace.map_or(unknown, |grace| grace.setting);
            warnings.push(format!(
                "of the drain's {deadline:?}, {left:?} are left for what is in flight once the lame duck of {lame_duck:?} is over; make that \
                 5s and half of it at least: shorten `.lame_duck(…)`, or raise `.deadline(…)`, and {setting} with it"
            ));
        }
        if self.grace.is_some_and(|grace| grace.probes) && lame_duck < LEAST_LAME_DUCK {
            warnings.push(format!(
                "the lame duck is {lame_duck:?}, and a readiness probe with `periodSeconds: 5` and `failureThreshold: 1` notices within \
                 {LEAST_LAME_DUCK:?}: requests will meet a closed port; set `.lame_duck(…)` to {LEAST_LAME_DUCK:?} at least, and \
                 terminationGracePeriodSeconds to 15s at least"
            ));
        }
        warnings
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn refused(policy: DrainPolicy, why: &str) {
        let problems = policy.problems();
        assert!(
            problems.iter().any(|said| said.contains(why)),
            "{problems:?}"
        );
    }

    fn warned(policy: DrainPolicy, contains: &[&str]) {
        let warnings = policy.warnings();
        assert_eq!(warnings.len(), 1, "{warnings:?}");
        for part in contains {
            assert!(warnings[0].contains(part), "{part} is not in {warnings:?}");
        }
    }

    #[test]
    fn what_cannot_work_is_refused() {
        let policy = DrainPolicy::default();
        refused(policy.lame_duck(seconds(26)), "or longer, and nothing");
        refused(policy.deadline(seconds(8 * 24 * 3600)), "7 days");
        refused(policy.quiet(Duration::ZERO), "with the first probe");
        refused(policy.quiet(seconds(10)), "has no effect");
        let stays = policy.stay_ready_while_terminating();
        refused(stays.quiet(seconds(3)), "take one of them");
        refused(stays.lame_duck(Duration::ZERO), "without a lame duck");
        assert_eq!(stays.problems(), [""; 0]);
        assert_eq!(policy.quiet(seconds(3)).problems(), [""; 0]);
    }

    #[test]
    fn every_problem_is_said_at_once() {
        let policy = DrainPolicy::docker().stay_ready_while_terminating();
        assert_eq!(policy.quiet(Duration::ZERO).problems().len(), 4);
    }

    #[test]
    fn presets_with_a_usual_time_say_nothing() {
        for policy in [
            DrainPolicy::default(),
            DrainPolicy::kubernetes(seconds(30)),
            DrainPolicy::kubernetes(seconds(15)),
            DrainPolicy::kubernetes(seconds(3600)),
            DrainPolicy::nomad(seconds(30)),
            DrainPolicy::ecs(seconds(30)),
            DrainPolicy::docker(),
            DrainPolicy::systemd(),
            DrainPolicy::default().lame_duck(Duration::ZERO),
        ] {
            assert_eq!(policy.warnings(), [""; 0], "{policy:?}");
        }
    }

    #[test]
    fn what_loses_requests_is_named_with_its_numbers_and_the_fix() {
        let late = DrainPolicy::kubernetes(seconds(30)).deadline(seconds(30));
        warned(
            late,
            &[
                "30s after the signal",
                "`.deadline(…)` to 25s",
                "terminationGracePeriodSeconds to 35s",
            ],
        );
        warned(
            DrainPolicy::nomad(seconds(5)),
            &["of the drain's 3.3", "are left", "kill_timeout"],
        );
        let long = DrainPolicy::default().lame_duck(seconds(15));
        warned(long, &["25s, 10s are left", "lame duck of 15s"]);
        let short = DrainPolicy::kubernetes(seconds(30)).lame_duck(seconds(4));
        warned(short, &["the lame duck is 4s", "to 5s at least"]);
    }

    #[test]
    fn a_deadline_one_second_before_the_kill_is_just_in_time() {
        let policy = DrainPolicy::ecs(seconds(30));
        assert_eq!(policy.deadline(seconds(29)).warnings(), [""; 0]);
        let late = policy.deadline(Duration::from_millis(29_001));
        warned(late, &["killed after 30s", "stopTimeout to 34.001s"]);
    }
}

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use http::request::Parts;

use crate::token::Token;

/// Who may see names and causes. Without it, nobody does.
///
/// Whoever asks, with `accept: application/health+json` or with `?verbose`, is looked at each time. One who may not see details
/// gets the plain answer, and can't tell whether there are any.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use health_tower::{Details, Health, HealthLayer};
///
/// let health = Health::builder().start()?;
/// let layer = HealthLayer::builder(&health)
///     .details(Details::bearer_token("from-your-secrets-not-your-source"))
///     .build()?;
/// # let _ = layer;
/// # Ok(()) }
/// ```
///
/// ```sh
/// curl -H "authorization: Bearer $TOKEN" 'localhost:8080/health/ready?verbose'
/// ```
///
/// Off a network that is not yours, details belong behind TLS: the token is as good as what it shows.
///
/// # What they show
///
/// The probe that was asked, at one moment: the status of the answer follows from what its body shows. Checks that keep the probe
/// down come first, then those that only warn, then those that pass; by name within each.
///
/// `accept: application/health+json`, or `application/json`, gets the document of draft-inadarei-api-health-check:
///
/// | field | |
/// |---|---|
/// | `status` | `fail` with 503; with 200, `warn` if a check other than an observed one doesn't `pass`, or `pass` |
/// | `description` | the probe: `liveness`, `readiness`, `startup`, `external` |
/// | `phase` | `starting`, `serving`, `draining`, `closing`, `closed` |
/// | `inFlight` | requests in flight, without probes |
/// | `connections` | connections that are open, upgraded ones too: those of a `TrackedListener`, of feature `listener` |
/// | `notes` | what else keeps the probe down: draining, faults of the process, fatal errors, start-up tasks; left out where nothing does |
/// | `truncated` | how many checks are not shown; left out where all are |
/// | `checks` | the checks by name, each an array of one object, as the draft has it |
/// | `verdict`, `traffic` | with readiness and external: the [`Verdict`](crate::Verdict) with its `evidence`, and the last ten seconds of requests |
/// | `probers`, `advice` | with readiness: who asks what, where, at which interval, and what they were told last; and what is odd about it, an [`Advice`](crate::Advice); `unlistedQuestions`, where there were more than have room |
/// | `runtimes`, `pulses` | with liveness, what the watchdog measures: `lagMs` of the last minute, `stuckWorkers`; what a [`Pulse`](crate::Pulse) is at and for how many `seconds` |
///
/// | field of a check | |
/// |---|---|
/// | `status` | `fail` if it keeps the probe down; `warn` if it doesn't, but its last run failed or warned, or there was none; `pass` |
/// | `state` | [`CheckState`](crate::CheckState), after thresholds: `pending`, `up`, `down` |
/// | `impact`, `scope` | [`Impact`](crate::Impact) and [`Scope`](crate::Scope) |
/// | `cause` | why the last run is no pass, a [`Cause`](crate::Cause); left out where it is |
/// | `output` | the reason of a run that failed or warned |
/// | `observedValue`, `observedUnit` | how long the last run took, in `ms` |
/// | `ageSeconds` | how long ago it ended; left out, as those two, before the first |
/// | `outages` | how often, and for how many `seconds`, it was down since it was registered; of an observed check, what it would have done, be it nothing |
///
/// `?verbose` gets the same as lines, in the manner of kube-apiserver. `[+]` is up, `[-]` is not, `[!]` keeps no probe down and somebody
/// should look at it, `[ ]` is who asks; the last line is the answer:
///
/// ```text
/// [-]orders-database failed [timed_out]: no answer within 1s
/// [-]sessions failed (degrades): connection refused
/// [+]queue ok
/// [-]fatal error `journal`: disk full
/// readiness unavailable (serving, 3 in flight, 2 connections open)
/// ```
///
/// Each is one line, whatever an error holds: line breaks, control characters, and what hides text or turns its direction, are
/// blanks there.
///
/// # Bounds
///
/// An answer shows 1,000 checks at most, 100 notes, 100 pulses, 50 runtimes, and 1 MiB of text: nobody reads more, and who asks each second should not cost
/// the service what it is measured by. What is cut comes last in the order, so it is what passes as long as that is enough, and is
/// counted: as `truncated`, as `… and 9000 more`, or `… and 12 more start-up tasks`. Reasons are cut at 1 KiB before, and names at
/// 100 bytes.
pub struct Details {
    allows: Box<dyn Fn(&Parts) -> bool + Send + Sync>,
    pub(crate) problem: Option<String>,
}

impl Details {
    /// Those requests whose head satisfies this. It runs on the probe's path: it must not wait for anything. One that panics
    /// allows nothing.
    pub fn when(allows: impl Fn(&Parts) -> bool + Send + Sync + 'static) -> Self {
        Self {
            allows: Box::new(allows),
            problem: None,
        }
    }

    /// Those who send `authorization: Bearer <token>`. It is compared in a time that depends on its length only.
    /// `build()` refuses one that is empty, or that no header could carry.
    pub fn bearer_token(token: impl Into<String>) -> Self {
        let token = Token::new(token);
        let problem = token.problem("details");
        let allows = move |parts: &Parts| token.opens(&parts.headers);
        Self {
            allows: Box::new(allows),
            problem,
        }
    }

    pub(crate) fn allows(&self, parts: &Parts) -> bool {
        catch_unwind(AssertUnwindSafe(|| (self.allows)(parts))).unwrap_or(false)
    }
}

impl fmt::Debug for Details {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Details").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(details: &Details, headers: &[&str]) -> bool {
        let mut request = http::Request::get("/health/ready?verbose");
        for header in headers {
            request = request.header("authorization", *header);
        }
        details.allows(&request.body(()).unwrap().into_parts().0)
    }

    #[test]
    fn only_the_token_opens() {
        let details = Details::bearer_token("s3cret");
        assert!(allowed(&details, &["Bearer s3cret"]));
        assert!(!allowed(&details, &["Bearer s3cre"]));
        assert!(!allowed(&details, &[]));
        assert!(!format!("{details:?}").contains("s3cret"));
    }

    #[test]
    fn a_rule_that_panics_allows_nothing() {
        assert!(!allowed(&Details::when(|_| panic!("no such header")), &[]));
    }
}

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::Verdict;
use crate::heartbeat::push::aim::Aim;
use crate::heartbeat::push::answer::{Answer, advice};
use crate::heartbeat::push::client::{Client, Word};
use crate::heartbeat::{Ack, BackendError, Leaving, Session, Vitals};

/// Where it pings, and until when it must not.
pub(super) struct Switch {
    client: Client,
    pub(super) to: Aim,
    pub(super) on_start: Option<Aim>,
    pub(super) on_fail: Option<Aim>,
    /// Over all sessions: who has asked to be left alone means the next one, too.
    quiet: Mutex<Option<Instant>>,
}

impl Switch {
    pub(super) fn new(
        client: Client,
        to: Aim,
        on_start: Option<Aim>,
        on_fail: Option<Aim>,
    ) -> Self {
        let quiet = Mutex::default();
        Self {
            client,
            to,
            on_start,
            on_fail,
            quiet,
        }
    }

    pub(super) fn warning(&self) -> Option<String> {
        let aims = [
            Some(&self.to),
            self.on_start.as_ref(),
            self.on_fail.as_ref(),
        ];
        let open = aims.into_iter().flatten().find(|aim| aim.is_open())?;
        let place = open.place();
        Some(format!(
            "{place} is asked over http: whoever is on the way can read the URL, and beat in the place of this service; use https"
        ))
    }

    fn hold(&self, until: Instant) {
        *self.quiet.lock().unwrap_or_else(PoisonError::into_inner) = Some(until);
    }

    fn held(&self) -> Option<Duration> {
        let until = *self.quiet.lock().unwrap_or_else(PoisonError::into_inner);
        let left = until?.checked_duration_since(Instant::now())?;
        (!left.is_zero()).then_some(left)
    }
}

/// A membership with a [`Push`](crate::heartbeat::Push).
pub struct PushSession {
    switch: Arc<Switch>,
    ttl: Duration,
    limit: Duration,
}

impl PushSession {
    /// Less than the heart waits, so that the error is ours, and names the place.
    pub(super) fn new(switch: Arc<Switch>, ttl: Duration, ack_timeout: Duration) -> Self {
        let limit = ack_timeout.mul_f64(0.9);
        Self { switch, ttl, limit }
    }

    /// Says that it begins, where somebody wants to know.
    pub(super) async fn start(&self, vitals: &Vitals) -> Result<(), BackendError> {
        let Some(on_start) = &self.switch.on_start else {
            return Ok(());
        };
        self.aim(vitals)?;
        self.ping(on_start, json(vitals)).await
    }

    fn aim(&self, vitals: &Vitals) -> Result<&Aim, BackendError> {
        let Some(why) = failing(vitals) else {
            return Ok(&self.switch.to);
        };
        self.switch.on_fail.as_ref().ok_or_else(|| {
            BackendError::failed(format!(
                "{why}: nothing is sent, so that the switch trips; `.on_fail(url)` would tell at once"
            ))
        })
    }

    async fn ping(&self, aim: &Aim, word: Word) -> Result<(), BackendError> {
        let place = aim.place();
        if let Some(left) = self.switch.held() {
            return Err(BackendError::failed(format!(
                "{place} wants to be left alone for another {left:.0?} (`Retry-After`): nothing is sent; beat less often, `.every(…)`"
            )));
        }
        let asked = self.switch.client.ping(aim, word, self.limit).await;
        match asked.map_err(BackendError::failed)? {
            Answer::Taken => Ok(()),
            Answer::Refused(status) => Err(refused(place, status)),
            Answer::Later(status, after) => {
                self.switch.hold(Instant::now() + after.min(self.ttl / 2));
                Err(refused(place, status))
            }
        }
    }
}

fn refused(place: &str, status: http::StatusCode) -> BackendError {
    let (code, fix) = (status.as_u16(), advice(status));
    BackendError::failed(format!("{place} answered {code}: {fix}"))
}

impl Session for PushSession {
    async fn beat(&mut self, vitals: &Vitals) -> Result<Ack, BackendError> {
        let aim = self.aim(vitals)?;
        self.ping(aim, json(vitals)).await?;
        Ok(Ack::granted(self.ttl))
    }

    async fn leave(self, why: Leaving) -> Result<(), BackendError> {
        match (why, &self.switch.on_fail) {
            (Leaving::Stalled, Some(on_fail)) => {
                let word = Word {
                    kind: "text/plain; charset=utf-8",
                    text: b"stalled: nothing in the application moves".to_vec(),
                };
                self.ping(on_fail, word).await
            }
            _ => Ok(()),
        }
    }
}

/// Why a beat says that it is not well.
fn failing(vitals: &Vitals) -> Option<&'static str> {
    // *Down* without liveness is readiness: a check that all instances share, a start, or a fatal error.
    match vitals.verdict() {
        _ if !vitals.is_live() => Some("liveness is down"),
        Verdict::Gray => Some("the verdict is gray"),
        _ => None,
    }
}

fn json(vitals: &Vitals) -> Word {
    Word {
        kind: "application/json",
        text: vitals.encode(),
    }
}

impl fmt::Debug for PushSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PushSession")
            .field("to", &self.switch.to.place())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::heartbeat::Push;

    fn vitals(live: bool, ready: bool, verdict: &str) -> Vitals {
        let text = format!(
            r#"{{"v":1,"phase":"serving","live":{live},"ready":{ready},"verdict":"{verdict}","in_flight":0}}"#
        );
        Vitals::decode(text.as_bytes()).unwrap()
    }

    fn session(push: Push) -> PushSession {
        PushSession::new(push.0, Duration::from_secs(60), Duration::from_secs(1))
    }

    #[test]
    fn liveness_down_and_gray_are_failures_and_readiness_is_none() {
        let url = "http://localhost:1/";
        let silent = session(Push::to(url).build().unwrap());
        let telling = session(
            Push::to(url)
                .on_fail("http://localhost:2/")
                .build()
                .unwrap(),
        );
        for (live, ready, verdict, fails) in [
            (true, true, "healthy", false),
            (true, false, "healthy", false),
            (true, false, "degraded", false),
            (true, true, "overloaded", false),
            (true, true, "gray", true),
            (true, false, "down", false),
            (false, false, "down", true),
            (false, true, "healthy", true),
        ] {
            let vitals = vitals(live, ready, verdict);
            let place = if fails { "localhost:2" } else { "localhost:1" };
            assert_eq!(telling.aim(&vitals).unwrap().place(), place, "{vitals:?}");
            assert_eq!(silent.aim(&vitals).is_err(), fails);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn who_wants_to_be_left_alone_is_asked_again_after_that_and_not_before() {
        let push = Push::to("http://localhost:1/").build().unwrap();
        push.0.hold(Instant::now() + Duration::from_secs(30));
        let next = session(push);
        tokio::time::advance(Duration::from_millis(29_900)).await;
        let error = next
            .ping(&next.switch.to, json(&vitals(true, true, "healthy")))
            .await;
        assert!(error.unwrap_err().to_string().contains("left alone"));
        tokio::time::advance(Duration::from_millis(100)).await;
        assert_eq!(next.switch.held(), None);
    }
}

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crate::Probe;
use crate::lifecycle::{DrainPolicy, Phase};
use crate::probers::advice::{Advice, Facts, PATIENCE, advise};
use crate::probers::told::Told;
use crate::probers::{AdviceKind, ProberReport, Probers};
use crate::snapshot::{Asked, Event, Hub};

/// Looks at who asks, once a second, and tells what is odd about it: when it begins, and when it is over.
#[derive(Debug)]
pub(crate) struct Counsel {
    probers: Probers,
    /// `None` where probers hear nothing of a shutdown.
    lame_duck: Option<Duration>,
    threshold: Option<u32>,
    looked: Duration,
    at: Instant,
    /// From when on it would have been asked, without a break.
    serving: Option<Instant>,
    /// When a request was seen last.
    requested: Option<Instant>,
    without: Vec<AdviceKind>,
    advice: Vec<Advice>,
    told: Told,
}

const SECOND: Duration = Duration::from_secs(1);
/// The process was stopped: nobody could ask, and whoever wanted to asks again.
const STOPPED: Duration = Duration::from_secs(5);

impl Counsel {
    pub(crate) fn new(probers: Probers, policy: &DrainPolicy, without: &[AdviceKind]) -> Self {
        let heard = !policy.stays_ready && !policy.is_taken_out_first();
        Self {
            probers,
            lame_duck: heard.then_some(policy.lame_duck),
            threshold: policy.unhealthy_threshold,
            looked: Duration::ZERO,
            at: Instant::now(),
            serving: None,
            requested: None,
            without: without.to_vec(),
            advice: Vec::new(),
            told: Told::default(),
        }
    }

    /// `seen` is for how long somebody has looked: time in which the process stood still is no part of it. Says nothing by itself:
    /// see [`Hub::tell`].
    pub(crate) fn look(&mut self, hub: &Hub, seen: Duration) {
        if seen.saturating_sub(self.looked) < SECOND {
            return;
        }
        self.looked = seen;
        let now = Instant::now();
        let stopped = now.saturating_duration_since(self.at) > STOPPED;
        self.at = now;
        let serves = hub.published().phase() == Phase::Serving;
        if stopped || !serves {
            self.serving = None;
        }
        let traffic = hub.vitals().now().traffic;
        if traffic.first().is_some_and(|whole| whole.entered() > 0) {
            self.requested = Some(now);
        }
        let lately = |at: Instant| now.saturating_duration_since(at) < PATIENCE;
        let serving = serves.then(|| *self.serving.get_or_insert(now));
        let book = self.probers.book();
        let ready_at = self.probers.place(Probe::Readiness);
        // Where no face answers, nobody can ask. A drain is no time to learn habits, nor is what comes soon after it, or after a stop.
        let advice = match (serving, ready_at) {
            (Some(serving), Some(ready_at)) if !lately(serving) => advise(Facts {
                book: &book,
                now,
                asked_ago: self.probers.asked_ago(Probe::Readiness, now),
                watched: self.probers.is_watched(),
                requested: self.requested.is_some_and(lately),
                lame_duck: self.lame_duck,
                threshold: self.threshold,
                ready_at,
            }),
            _ => self.advice.clone(),
        };
        let wanted = |advice: &Advice| !self.without.contains(&advice.kind());
        let advice: Vec<_> = advice.into_iter().filter(wanted).collect();
        let news = self.told.news(&self.advice, &advice, now);
        let new = news.new.into_iter().map(Event::Advice);
        let over = news.over.into_iter().map(Event::AdviceOver);
        new.chain(over).for_each(|event| hub.put(event));
        self.advice = advice;
        let probers: Arc<[ProberReport]> = book.iter().cloned().collect();
        let asked = Asked {
            probers,
            advice: self.advice.clone().into(),
            unlisted: book.turned_away(),
        };
        hub.vitals().set_asked(asked);
    }
}

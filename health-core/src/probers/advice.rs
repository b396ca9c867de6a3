use std::fmt;
use std::time::Duration;

use tokio::time::Instant;

use crate::Probe;
use crate::probers::agents::{Role, agent, threshold};
use crate::probers::book::Book;
use crate::probers::report::{ProberReport, named};

/// Something about how this service is asked that will hurt one day, and what to do about it. No answer depends on it.
#[derive(Clone, Debug)]
pub struct Advice {
    kind: AdviceKind,
    about: Box<str>,
    text: Box<str>,
}

/// What an [`Advice`] is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AdviceKind {
    /// For two minutes of serving, nobody has asked readiness, over HTTP or gRPC: whoever sends requests here won't know when to stop.
    NobodyAsksReadiness,
    /// A load balancer, one that says so in its user agent, asks another probe than readiness: it would send requests to an instance
    /// that drains.
    RoutesByAnotherProbe,
    /// Two probers ask readiness at different paths: sooner or later, one of them is forgotten.
    ReadinessAtTwoPaths,
    /// A prober needs longer to notice that readiness is down than the lame duck lasts: its interval times the failures that it waits
    /// for. The kubelet is none of these: a pod that ends is taken out for being deleted, whatever its probes say.
    LameDuckTooShort,
}

impl AdviceKind {
    /// The lower-case name, as it is used in events and reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NobodyAsksReadiness => "nobody_asks_readiness",
            Self::RoutesByAnotherProbe => "routes_by_another_probe",
            Self::ReadinessAtTwoPaths => "readiness_at_two_paths",
            Self::LameDuckTooShort => "lame_duck_too_short",
        }
    }
}

impl fmt::Display for AdviceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Advice {
    pub(crate) fn new(kind: AdviceKind, about: impl Into<Box<str>>, text: String) -> Self {
        Self {
            kind,
            about: about.into(),
            text: text.into(),
        }
    }

    /// What it is about.
    #[must_use]
    pub fn kind(&self) -> AdviceKind {
        self.kind
    }

    /// Whether both say the same, be it with other figures.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.kind == other.kind && self.about == other.about
    }
}

/// What is wrong, and the fix, in one line.
impl fmt::Display for Advice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// What is known when advice is given.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Facts<'a> {
    pub(crate) book: &'a Book,
    pub(crate) now: Instant,
    /// For how long it has served, and would have been asked.
    pub(crate) serving: Duration,
    /// Somebody is told of readiness without asking.
    pub(crate) watched: bool,
    /// `None` where probers hear nothing of a shutdown.
    pub(crate) lame_duck: Option<Duration>,
    /// After how many failures probers act, where that was said.
    pub(crate) threshold: Option<u32>,
    /// Where readiness is answered.
    pub(crate) ready_at: &'a str,
}

/// Longer than the default interval of any orchestrator or balancer: 30 s.
const PATIENCE: Duration = Duration::from_secs(120);
/// So many of each kind are of use.
const MOST: usize = 4;

pub(crate) fn advise(facts: Facts<'_>) -> Vec<Advice> {
    let astray = astray(facts);
    let mut all: Vec<_> = nobody(facts).into_iter().collect();
    all.extend(astray);
    all.extend(two_paths(facts));
    all.extend(lame_duck(facts));
    all
}

fn nobody(facts: Facts<'_>) -> Option<Advice> {
    let silence = |prober: &ProberReport| {
        let patience = PATIENCE.max(3 * prober.interval().unwrap_or_default());
        facts.now.saturating_duration_since(prober.last) < patience
    };
    let mut readiness = facts.book.iter().filter(of_readiness);
    if facts.watched || facts.serving < PATIENCE || readiness.any(silence) {
        return None;
    }
    let path = question(facts.ready_at);
    let others = facts.book.regulars(facts.now);
    let others: Vec<_> = others.take(MOST).map(ToString::to_string).collect();
    let instead = if others.is_empty() {
        "nobody asks anything else either".to_owned()
    } else {
        others.join(", and ")
    };
    let text = format!(
        "nobody has asked readiness for two minutes, so that nothing stops sending requests here when this instance drains or can't \
         serve: let the load balancer, or `readinessProbe` in Kubernetes, ask {path} ({instead})"
    );
    Some(Advice::new(AdviceKind::NobodyAsksReadiness, "", text))
}

fn astray(facts: Facts<'_>) -> Vec<Advice> {
    let of = |prober: &ProberReport| {
        let known = agent(prober).filter(|agent| agent.role == Role::Balancer)?;
        let mut regulars = facts.book.regulars(facts.now);
        let asks_readiness =
            regulars.any(|other| of_readiness(&other) && other.agent == prober.agent);
        if of_readiness(&prober) || asks_readiness {
            return None;
        }
        let (what, probe) = (known.what, prober.probe);
        let path = question(facts.ready_at);
        let text = format!(
            "{prober}, and not readiness: {what} would go on sending requests to an instance that drains, for {probe} is another \
             question; let it ask {path}"
        );
        Some(Advice::new(
            AdviceKind::RoutesByAnotherProbe,
            prober.agent.clone(),
            text,
        ))
    };
    facts
        .book
        .regulars(facts.now)
        .filter_map(of)
        .take(MOST)
        .collect()
}

fn two_paths(facts: Facts<'_>) -> Option<Advice> {
    let asks = |prober: &&ProberReport| of_readiness(prober) && !prober.grpc;
    let mut regulars = facts.book.regulars(facts.now).filter(asks);
    let one = regulars.next()?;
    let other = regulars.find(|other| other.place != one.place && other.agent != one.agent)?;
    let (path, asker) = (question(facts.ready_at), named(&one.agent));
    let (here, there, other_asker) = (&one.place, &other.place, named(&other.agent));
    let text = format!(
        "readiness is asked at two paths, by {asker} at `{here}` and by {other_asker} at `{there}`: they hear the same until one path \
         is renamed; let both ask {path}"
    );
    Some(Advice::new(AdviceKind::ReadinessAtTwoPaths, "", text))
}

fn lame_duck(facts: Facts<'_>) -> Option<Advice> {
    let lame_duck = facts.lame_duck?;
    let detects = |prober: &ProberReport| {
        let times = facts.threshold.unwrap_or_else(|| threshold(prober));
        let interval = prober.interval().unwrap_or_default();
        (interval.saturating_mul(times), times)
    };
    let routes = |prober: &&ProberReport| {
        let agent = agent(prober);
        of_readiness(prober) && agent.is_none_or(|agent| agent.role == Role::Balancer)
    };
    let regulars = facts.book.regulars(facts.now).filter(routes);
    let slowest = regulars.max_by_key(|prober| detects(prober).0)?;
    let (needs, times) = detects(slowest);
    // A timer here or there is no reason: intervals are jittered, and measured.
    if needs <= lame_duck + lame_duck / 10 {
        return None;
    }
    let enough = Duration::from_secs(needs.as_secs_f64().ceil() as u64);
    let faster = lame_duck / times.max(1);
    let text = format!(
        "{slowest}, and takes an instance out after {times} failures, as far as is known: it notices a shutdown after {enough:?}, and \
         the lame duck is over after {lame_duck:?}, so that requests come to a closed port; set `DrainPolicy::lame_duck` to \
         {enough:?}, or let it ask every {faster:.1?}; if it waits for other than {times} failures, say so with \
         `DrainPolicy::unhealthy_threshold`"
    );
    Some(Advice::new(
        AdviceKind::LameDuckTooShort,
        slowest.agent.clone(),
        text,
    ))
}

/// How to ask at that place: a path, or a method of gRPC.
fn question(place: &str) -> String {
    if place.starts_with('/') {
        format!("`GET {place}`")
    } else {
        format!("`{place}`")
    }
}

fn of_readiness(prober: &&ProberReport) -> bool {
    prober.probe == Probe::Readiness
}

#[cfg(test)]
mod tests;

use std::fmt;
use std::time::Duration;

use tokio::time::Instant;

use crate::Probe;
use crate::probers::agents::{Role, agent, threshold};
use crate::probers::book::Book;
use crate::probers::entry::Entry;
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
    /// For two minutes in which requests came, nobody has asked readiness, over HTTP or gRPC: whoever sends them won't know when to stop.
    NobodyAsksReadiness,
    /// A load balancer, one that says so in its user agent, asks liveness or start-up, and not readiness: it would send requests to an
    /// instance that drains.
    RoutesByAnotherProbe,
    /// Two probers ask readiness at different paths: sooner or later, one of them is forgotten.
    ReadinessAtTwoPaths,
    /// A balancer needs longer to notice that readiness is down than the lame duck lasts: its interval times the failures that it waits
    /// for. It is one that says so in its user agent, or that sends none, as HAProxy; or anybody, where
    /// [`unhealthy_threshold`](crate::DrainPolicy::unhealthy_threshold) is set. The kubelet is none of these: a pod that ends is taken out
    /// for being deleted, whatever its probes say; and so it is under [`ecs`](crate::DrainPolicy::ecs) and
    /// [`nomad`](crate::DrainPolicy::nomad). Several nodes of a balancer under one name are taken for one that asks more often: then
    /// this may be missed.
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
    /// How long ago readiness was asked last.
    pub(crate) asked_ago: Option<Duration>,
    /// Somebody is told of readiness without asking.
    pub(crate) watched: bool,
    /// Requests came lately, which are no probes.
    pub(crate) requested: bool,
    /// `None` where probers need hear nothing of a shutdown.
    pub(crate) lame_duck: Option<Duration>,
    /// After how many failures probers act, where that was said.
    pub(crate) threshold: Option<u32>,
    /// Where readiness is answered.
    pub(crate) ready_at: &'a str,
}

/// Longer than the default interval of any orchestrator or balancer: 30 s. So long is waited before anything is said.
pub(crate) const PATIENCE: Duration = Duration::from_secs(120);
/// So many are named.
const MOST: usize = 4;

pub(crate) fn advise(facts: Facts<'_>) -> Vec<Advice> {
    let single = [nobody(facts), two_paths(facts), lame_duck(facts)];
    let mut all: Vec<_> = single.into_iter().flatten().collect();
    all.extend(astray(facts));
    all
}

fn nobody(facts: Facts<'_>) -> Option<Advice> {
    let seldom = |prober: &ProberReport| {
        let patience = 3 * prober.interval().unwrap_or_default();
        facts.now.saturating_duration_since(prober.last) < patience
    };
    let asked = facts.asked_ago.is_some_and(|ago| ago < PATIENCE);
    let mut readiness = facts.book.iter().filter(|prober| of_readiness(prober));
    if !facts.requested || facts.watched || asked || readiness.any(seldom) {
        return None;
    }
    let path = question(facts.ready_at);
    let others = facts.book.regulars(facts.now).take(MOST);
    let others: Vec<_> = others.map(|entry| entry.report().to_string()).collect();
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

/// Not of who asks `external`: that is for those who want to know how users fare.
fn astray(facts: Facts<'_>) -> Vec<Advice> {
    let regulars = || facts.book.regulars(facts.now).map(Entry::report);
    let of = |prober: &ProberReport| {
        let known = agent(prober).filter(|agent| agent.role == Role::Balancer)?;
        let same = |other: &ProberReport| agent(other) == Some(known) && of_readiness(other);
        let routes = matches!(prober.probe, Probe::Liveness | Probe::Startup);
        if !routes || regulars().any(same) {
            return None;
        }
        let (what, probe) = (known.what, prober.probe);
        let path = question(facts.ready_at);
        let text = format!(
            "{prober}, and not readiness: {what} would go on sending requests to an instance that drains, for {probe} is another \
             question; let it ask {path}"
        );
        // By what it is known as: what it calls itself is anybody's text.
        Some(Advice::new(AdviceKind::RoutesByAnotherProbe, what, text))
    };
    let mut all: Vec<Advice> = Vec::new();
    for advice in regulars().filter_map(of) {
        if !all.iter().any(|other| other.is_same(&advice)) {
            all.push(advice);
        }
    }
    all
}

fn two_paths(facts: Facts<'_>) -> Option<Advice> {
    let asks = |prober: &&ProberReport| of_readiness(prober) && !prober.grpc;
    let regulars = facts.book.regulars(facts.now).map(Entry::report);
    let all: Vec<_> = regulars.filter(asks).collect();
    // Two that don't say who they are may be anybody.
    let differ = |one: &ProberReport, other: &ProberReport| {
        one.place != other.place && (one.agent != other.agent || one.agent.is_empty())
    };
    let (one, other) = all.iter().find_map(|one| {
        let other = all.iter().find(|other| differ(one, other))?;
        Some((one, other))
    })?;
    let (path, asker) = (question(facts.ready_at), named(&one.agent));
    let (here, there, other_asker) = (&one.place, &other.place, named(&other.agent));
    let text = format!(
        "readiness is asked at two paths, by {asker} at `{here}` and by {other_asker} at `{there}`: they hear the same until one path \
         is renamed; let both ask {path}"
    );
    Some(Advice::new(AdviceKind::ReadinessAtTwoPaths, "", text))
}

fn lame_duck(facts: Facts<'_>) -> Option<Advice> {
    let lame_duck = facts.lame_duck.filter(|_| facts.requested)?;
    let regulars = facts.book.regulars(facts.now);
    let detects = regulars.filter_map(|entry| {
        let prober = entry.report();
        let known = agent(prober);
        let routes = match known {
            Some(agent) => agent.role == Role::Balancer,
            // Monitors say who they are.
            None => prober.agent.is_empty() || facts.threshold.is_some(),
        };
        let interval = match known {
            // It asks seldom where it has nothing to send, and what it then misses is nothing.
            Some(agent) if agent.rests => entry.fastest(),
            _ => entry.slow(),
        };
        let times = facts.threshold.unwrap_or_else(|| threshold(prober));
        let needs = interval?.saturating_mul(times);
        (routes && of_readiness(prober)).then_some((needs, times, prober))
    });
    let (needs, times, slowest) = detects.max_by_key(|(needs, ..)| *needs)?;
    // A timer here or there is no reason: intervals are jittered, and measured.
    if needs <= lame_duck + lame_duck / 10 {
        return None;
    }
    let enough = Duration::from_secs(needs.as_secs_f64().ceil() as u64);
    let faster = lame_duck / times.max(1);
    let or = if faster.is_zero() {
        String::new()
    } else {
        format!(", or let it ask every {faster:.1?}")
    };
    let text = format!(
        "{slowest}, and takes an instance out after {times} failures, as far as is known: it notices a shutdown after {enough:?}, and \
         the lame duck is over after {lame_duck:?}, so that requests come to a closed port; set `DrainPolicy::lame_duck` to {enough:?}, \
         with `.deadline` and the orchestrator's grace period as much longer{or}; if it waits for other than {times} failures, say so \
         with `DrainPolicy::unhealthy_threshold`"
    );
    Some(Advice::new(AdviceKind::LameDuckTooShort, "", text))
}

/// How to ask at that place: a path, or a method of gRPC.
fn question(place: &str) -> String {
    if place.starts_with('/') {
        format!("`GET {place}`")
    } else {
        format!("`{place}`")
    }
}

fn of_readiness(prober: &ProberReport) -> bool {
    prober.probe == Probe::Readiness
}

#[cfg(test)]
mod tests;

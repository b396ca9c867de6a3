use super::*;
use crate::probers::Asker;

const KUBELET: &str = "kube-probe/1.33";
const ELB: &str = "ELB-HealthChecker/2.0";

/// Asked at these places by these agents at these intervals, in seconds, for ten minutes.
struct Asked(Vec<(Asker<'static>, u64)>);

impl Asked {
    fn advice(&self) -> Vec<Advice> {
        self.advice_with(|_| {})
    }

    fn advice_with(&self, change: impl FnOnce(&mut Facts<'_>)) -> Vec<Advice> {
        const LENGTH: u64 = 600;
        let (mut book, start) = (Book::default(), Instant::now());
        for second in 0..=LENGTH {
            for (asker, interval) in &self.0 {
                if second % interval == 0 {
                    book.asked(*asker, true, start + Duration::from_secs(second));
                }
            }
        }
        let readiness = self
            .0
            .iter()
            .filter(|(asker, _)| asker.probe == Probe::Readiness);
        let mut facts = Facts {
            book: &book,
            now: start + Duration::from_secs(LENGTH),
            asked_ago: readiness
                .map(|(_, every)| Duration::from_secs(LENGTH % every))
                .min(),
            requested: true,
            watched: false,
            lame_duck: Some(Duration::from_secs(10)),
            threshold: None,
            ready_at: "/health/ready",
        };
        change(&mut facts);
        advise(facts)
    }
}

fn ready(agent: &'static str) -> Asker<'static> {
    Asker::http(Probe::Readiness, "/health/ready", agent)
}

fn live(agent: &'static str) -> Asker<'static> {
    Asker::http(Probe::Liveness, "/health/live", agent)
}

fn kinds(advice: &[Advice]) -> Vec<AdviceKind> {
    advice.iter().map(Advice::kind).collect()
}

#[test]
fn as_it_should_be_nothing_is_said() {
    let kubelet = [(ready(KUBELET), 5), (live(KUBELET), 10)];
    let others = [
        (ready("Envoy/HC"), 5),
        (ready(ELB), 5),
        (ready(""), 2),
        (ready("GoogleHC/1.0"), 5),
        (live("health-probe"), 30),
        (Asker::grpc(Probe::Readiness, "", "grpc-go/1.70"), 3),
    ];
    assert_eq!(kinds(&Asked(kubelet.to_vec()).advice()), []);
    let all = Asked([&kubelet[..], &others].concat());
    let said = all.advice();
    assert!(said.is_empty(), "{said:#?}");
}

#[test]
fn nobody_asks_readiness() {
    let said = Asked(vec![(live(KUBELET), 10)]).advice();
    assert_eq!(kinds(&said), [AdviceKind::NobodyAsksReadiness]);
    let text = said[0].to_string();
    for part in [
        "let the load balancer, or `readinessProbe` in Kubernetes, ask `GET /health/ready`",
        "(kube-probe/1.33 asks liveness at `/health/live` every 10.0s)",
    ] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    let said = Asked(vec![]).advice();
    assert!(
        said[0]
            .to_string()
            .contains("(nobody asks anything else either)")
    );
}

#[test]
fn nobody_asks_readiness_is_said_in_its_time_and_not_of_who_watches() {
    let asked = Asked(vec![(live(KUBELET), 10)]);
    let idle = |facts: &mut Facts<'_>| facts.requested = false;
    assert_eq!(kinds(&asked.advice_with(idle)), []);
    // Somebody for whom there was no place.
    let other = |facts: &mut Facts<'_>| facts.asked_ago = Some(PATIENCE / 2);
    assert_eq!(kinds(&asked.advice_with(other)), []);
    assert_eq!(kinds(&asked.advice_with(|facts| facts.watched = true)), []);
    // One that asks seldom is still one; one that has gone is none.
    let seldom = Asked(vec![(
        ready("Amazon-Route53-Health-Check-Service (ref)"),
        100,
    )]);
    let later = |facts: &mut Facts<'_>| {
        facts.now += Duration::from_secs(250);
        facts.asked_ago = Some(Duration::from_secs(250));
    };
    assert!(!kinds(&seldom.advice_with(later)).contains(&AdviceKind::NobodyAsksReadiness));
    let later = |facts: &mut Facts<'_>| {
        facts.now += Duration::from_secs(310);
        facts.asked_ago = Some(Duration::from_secs(310));
    };
    assert!(kinds(&seldom.advice_with(later)).contains(&AdviceKind::NobodyAsksReadiness));
    let often = Asked(vec![(ready(KUBELET), 5)]);
    let later = |facts: &mut Facts<'_>| {
        facts.now += PATIENCE;
        facts.asked_ago = Some(PATIENCE);
    };
    assert_eq!(
        kinds(&often.advice_with(later)),
        [AdviceKind::NobodyAsksReadiness]
    );
}

#[test]
fn a_balancer_that_asks_liveness_is_told_where_to_ask() {
    let asked = Asked(vec![(ready(KUBELET), 5), (live(ELB), 5)]);
    let said = asked.advice();
    assert_eq!(kinds(&said), [AdviceKind::RoutesByAnotherProbe]);
    let text = said[0].to_string();
    for part in [
        "ELB-HealthChecker/2.0 asks liveness at `/health/live` every 5.0s, and not readiness",
        "Elastic Load Balancing would go on sending requests to an instance that drains",
        "let it ask `GET /health/ready`",
    ] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    // Two target groups, say.
    let both = Asked(vec![(ready(ELB), 5), (live(ELB), 5)]);
    assert_eq!(kinds(&both.advice()), []);
    // Whoever nobody knows may be a monitor.
    let monitor = Asked(vec![(ready(KUBELET), 5), (live("curl/8.5"), 5)]);
    assert_eq!(kinds(&monitor.advice()), []);
}

#[test]
fn readiness_at_two_paths() {
    let alias = Asker::http(Probe::Readiness, "/healthz", "Envoy/HC");
    let said = Asked(vec![(ready(KUBELET), 5), (alias, 5)]).advice();
    assert_eq!(kinds(&said), [AdviceKind::ReadinessAtTwoPaths]);
    let text = said[0].to_string();
    for part in [
        "by kube-probe/1.33 at `/health/ready` and by Envoy/HC at `/healthz`",
        "let both ask `GET /health/ready`",
    ] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    // Over gRPC there are names, and no paths.
    let grpc = Asker::grpc(Probe::Readiness, "pkg.Orders", "Envoy/HC");
    assert_eq!(
        kinds(&Asked(vec![(ready(KUBELET), 5), (grpc, 3)]).advice()),
        []
    );
}

#[test]
fn a_lame_duck_that_ends_before_the_balancer_notices() {
    let asked = Asked(vec![(ready(ELB), 30), (ready(""), 2)]);
    let said = asked.advice();
    assert_eq!(kinds(&said), [AdviceKind::LameDuckTooShort]);
    let text = said[0].to_string();
    for part in [
        "ELB-HealthChecker/2.0 asks readiness at `/health/ready` every 30.0s",
        "takes an instance out after 2 failures",
        "notices a shutdown after 60s, and the lame duck is over after 10s",
        "set `DrainPolicy::lame_duck` to 60s, with `.deadline` and the orchestrator's grace period as much longer, or let it ask every 5.0s",
    ] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    let long = |facts: &mut Facts<'_>| facts.lame_duck = Some(Duration::from_secs(60));
    assert_eq!(kinds(&asked.advice_with(long)), []);
    let stays_ready = |facts: &mut Facts<'_>| facts.lame_duck = None;
    assert_eq!(kinds(&asked.advice_with(stays_ready)), []);
}

#[test]
fn thresholds_are_those_of_who_asks_or_what_was_said() {
    let said = |agent, interval| kinds(&Asked(vec![(ready(agent), interval)]).advice());
    let short = [AdviceKind::LameDuckTooShort];
    // HAProxy: `inter 5s`, `fall 3`.
    assert_eq!(said("", 5), short);
    assert_eq!(said("", 3), []);
    // A monitor gives nobody requests, and says who it is.
    assert_eq!(said("UptimeRobot/2.0", 60), []);
    assert_eq!(said("Envoy/HC", 10), []);
    assert_eq!(said("Envoy/HC", 15), short);
    // A pod that ends is taken out for being deleted.
    assert_eq!(said(KUBELET, 60), []);
    let haproxy = Asked(vec![(ready(""), 5)]);
    let one = |facts: &mut Facts<'_>| facts.threshold = Some(1);
    assert_eq!(kinds(&haproxy.advice_with(one)), []);
    let own = Asked(vec![(ready("own-balancer/1"), 20)]);
    assert_eq!(kinds(&own.advice_with(one)), short);
    let none = |facts: &mut Facts<'_>| facts.lame_duck = Some(Duration::ZERO);
    let text = haproxy.advice_with(none)[0].to_string();
    assert!(!text.contains("let it ask"), "{text}");
    // Envoy's rule of the first 503 is one of HTTP.
    let grpc = Asked(vec![(Asker::grpc(Probe::Readiness, "", "Envoy/HC"), 5)]);
    assert_eq!(kinds(&grpc.advice()), short);
}

#[test]
fn who_asks_for_the_users_path_may_do_so() {
    let route53 = "Amazon-Route53-Health-Check-Service (ref)";
    let external = Asker::http(Probe::External, "/health/external", route53);
    let asked = Asked(vec![(ready(KUBELET), 5), (external, 10)]);
    assert_eq!(kinds(&asked.advice()), []);
}

#[test]
fn two_paths_are_found_whoever_came_first() {
    let at = |agent, path| Asker::http(Probe::Readiness, path, agent);
    let both = [AdviceKind::ReadinessAtTwoPaths];
    let first = Asked(vec![
        (at(KUBELET, "/health/ready"), 5),
        (at(ELB, "/health/ready"), 5),
        (at(KUBELET, "/healthz"), 5),
    ]);
    assert_eq!(kinds(&first.advice()), both);
    // Two that don't say who they are.
    let proxies = Asked(vec![(at("", "/health/ready"), 2), (at("", "/healthz"), 2)]);
    assert_eq!(kinds(&proxies.advice()), both);
    // One that does, and asks at both.
    let one = Asked(vec![
        (at(ELB, "/health/ready"), 5),
        (at(ELB, "/healthz"), 5),
    ]);
    assert_eq!(kinds(&one.advice()), []);
}

#[test]
fn a_name_that_is_made_up_is_not_what_advice_is_about() {
    let names = ["ELB-HealthChecker/1.7", "ELB-HealthChecker/2.8", "Envoy/HC"];
    let said = Asked(names.map(|name| (live(name), 5)).to_vec()).advice();
    let astray = kinds(&said);
    let astray = astray
        .iter()
        .filter(|kind| **kind == AdviceKind::RoutesByAnotherProbe);
    assert_eq!(astray.count(), 2, "{said:#?}");
}

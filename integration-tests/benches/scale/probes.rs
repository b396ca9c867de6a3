use std::hint::black_box;
use std::time::Instant;

use futures_util::FutureExt as _;
use tower::ServiceExt as _;

use crate::meter::{at_most, median, print_row};
use crate::plan::Plan;
use crate::setup::{Answering, PROBE, Running, ask, passing, runtime};

/// The most that a probe may cost beside all checks, as a multiple of what it costs beside one.
const TARGET: f64 = 1.1;

/// In a round: few enough that most rounds are over before the scheduler interferes.
const REQUESTS: usize = 500;

/// Nanoseconds of a probe while nothing runs but one check.
pub(crate) fn alone(plan: Plan) -> f64 {
    let one = passing(runtime(), 1, plan.every);
    one.warm_up();
    let service = one.service();
    median((0..plan.rounds).map(|_| nanos(&service)))
}

/// Times probes of all checks and of one in turn, while all run.
pub(crate) fn beside(all: &Running, alone: f64, plan: Plan) {
    let one = passing(runtime(), 1, plan.every);
    one.warm_up();
    let services = (one.service(), all.service());
    let round = |number: usize| {
        // Neither always comes first.
        if number.is_multiple_of(2) {
            let one = nanos(&services.0);
            (one, nanos(&services.1))
        } else {
            let all = nanos(&services.1);
            (nanos(&services.0), all)
        }
    };
    let rounds: Vec<_> = (0..plan.rounds).map(round).collect();
    let one = median(rounds.iter().map(|(one, _)| *one));
    let many = median(rounds.iter().map(|(_, all)| *all));
    let ratio = median(rounds.iter().map(|(one, all)| all / one));

    let Plan {
        passing: checks,
        rounds,
        ..
    } = plan;
    println!("\nGET {PROBE}, ns: medians of {rounds} rounds of {REQUESTS} requests");
    print_row("1 check, nothing else runs", format!("{alone:.1}"), "");
    print_row(
        &format!("1 check, beside {checks}"),
        format!("{one:.1}"),
        "",
    );
    print_row(&format!("{checks} checks"), format!("{many:.1}"), "");
    let what = format!("{checks} checks ÷ 1 check");
    print_row(&what, format!("{ratio:.3}"), at_most(ratio, TARGET));
}

fn nanos(service: &impl Answering) -> f64 {
    let begin = Instant::now();
    for _ in 0..REQUESTS {
        let answer = service.clone().oneshot(ask(PROBE)).now_or_never();
        let answer = answer.expect("nothing here waits");
        black_box(answer.expect("the layer never fails"));
    }
    begin.elapsed().as_nanos() as f64 / REQUESTS as f64
}

use std::thread;
use std::time::Duration;

use tokio::time::{Instant, sleep_until, timeout};

use crate::meter::Usage;
use crate::plan::Plan;
use crate::setup::{run, runs, runtime};

/// Seconds of CPU that a run takes where there is no health: only the timers and tasks without which none would run in the
/// background, come to an end within its time, and harm nobody.
pub(crate) fn cpu_a_run(plan: Plan) -> f64 {
    let runtime = runtime();
    let begin = Instant::now();
    for number in 0..plan.passing {
        let first = begin + plan.every.mul_f64(number as f64 / plan.passing as f64);
        runtime.spawn(again_and_again(first, plan.every, plan.timeout));
    }
    let (before, runs_before) = (Usage::now(), runs());
    thread::sleep(plan.every);
    let cpu = Usage::now().cpu_since(before).as_secs_f64();
    cpu / (runs() - runs_before) as f64
}

async fn again_and_again(mut next: Instant, every: Duration, most: Duration) {
    loop {
        sleep_until(next).await;
        next += every;
        let _in_time = timeout(most, tokio::spawn(run())).await;
    }
}

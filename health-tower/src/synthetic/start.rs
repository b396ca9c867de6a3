use std::panic::Location;
use std::sync::Arc;

use crate::__private::problems_of;
use crate::synthetic::builder::Settings;
use crate::synthetic::line::{Line, Target};
use crate::synthetic::run::{Course, Planned};
use crate::synthetic::{Step, Synthetic, SyntheticError};
use crate::{Check, Health, StartError};

impl Synthetic {
    /// Adds it to the checks of this service: see [`Health::add_check`], by which it is bound. It brings
    /// [`Probe::External`](crate::Probe::External) into being, which is down until the first run has succeeded.
    ///
    /// # Errors
    ///
    /// Everything that is wrong, at once: no step, nothing to run through, paths, headers and durations that are none; a name that is
    /// taken, impossible options, and whatever else a check is refused for.
    #[track_caller]
    pub fn start(mut self, health: &Health) -> Result<(), SyntheticError> {
        let place = Location::caller();
        let mut problems = std::mem::take(&mut self.problems);
        problems.extend(step_problems(&self.steps));
        #[cfg(feature = "synthetic-http")]
        if self.over.is_unused() {
            let why = "`trust(…)` and `server_name(…)` are for `over(…)`; leave them out";
            problems.push(why.to_owned());
        }
        let target = self.target().unwrap_or_else(|why| {
            problems.extend(why);
            Box::new(Nowhere)
        });
        let course = Arc::new(Course {
            name: self.name.clone(),
            steps: self.steps,
            target,
            max_body: self.max_body,
            closing: health.closing(),
        });
        let run = move || {
            let course = Arc::clone(&course);
            async move { course.run().await }
        };
        let named = |why: &String| format!("synthetic `{}` at {place}: {why}", self.name);
        let mut problems: Vec<_> = problems.iter().map(named).collect();
        let check = self.settings.apply(Check::external(self.name, run));
        if problems.is_empty() {
            let refused = |error: StartError| SyntheticError::new(error.problems().collect());
            return health.add_check(check).map_err(refused);
        }
        problems.extend(problems_of(health, &check));
        Err(SyntheticError::new(problems))
    }
}

fn step_problems(steps: &[Planned]) -> Vec<String> {
    if steps.is_empty() {
        return vec!["it has no step; add one with `.step(Step::get(\"/…\"))`".to_owned()];
    }
    let fixed = steps
        .iter()
        .zip(1..)
        .filter_map(|(step, number)| match step {
            Planned::Fixed(step) => Some((&**step, number)),
            Planned::Made(_) => None,
        });
    let told = |(step, number): (&Step, i32)| {
        let problems = step.problems.iter();
        let told = problems.map(move |why| format!("step {number}: {why}"));
        told.collect::<Vec<_>>()
    };
    fixed.flat_map(told).collect()
}

impl Settings {
    fn apply(self, check: Check) -> Check {
        let check = check
            .every(self.every)
            .timeout(self.timeout)
            .fail_after(self.fail_after)
            .pass_after(self.pass_after)
            .jitter(self.jitter)
            .impact(self.impact);
        match self.initial_delay {
            Some(delay) => check.initial_delay(delay),
            None => check,
        }
    }
}

/// In the place of what is missing, so that all else can be looked at.
struct Nowhere;

impl Target for Nowhere {
    fn open(&self) -> Option<Box<dyn Line>> {
        None
    }

    fn let_go(&self) {}
}

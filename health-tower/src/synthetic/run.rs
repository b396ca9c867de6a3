use std::fmt;
use std::pin::pin;

use crate::synthetic::line::{Line, Target};
use crate::synthetic::{Answer, Answers, Step};
use crate::{Closing, Outcome};

/// A step as it was declared, or one that is made of the answers before it.
pub(crate) enum Planned {
    Fixed(Box<Step>),
    Made(Box<Making>),
}

pub(crate) type Making = dyn Fn(&Answers) -> Result<Step, String> + Send + Sync;

/// What one synthetic does, again and again.
pub(crate) struct Course {
    pub(crate) name: String,
    pub(crate) steps: Vec<Planned>,
    pub(crate) target: Box<dyn Target>,
    pub(crate) max_body: usize,
    pub(crate) closing: Closing,
}

impl Course {
    /// One run. From closing on there is none, and one that is under way is given up: nothing that a drain waits for hangs on it. Its
    /// failure counts for nothing then, by core's rule for external checks.
    pub(crate) async fn run(&self) -> Outcome {
        let closing = pin!(self.closing.clone());
        tokio::select! {
            biased;
            () = closing => {
                self.target.let_go();
                Outcome::fail("not run: the service closes")
            }
            result = self.walk() => result.map_or_else(Outcome::Fail, |()| Outcome::Pass),
        }
    }

    async fn walk(&self) -> Result<(), String> {
        let mut line = self.target.open().ok_or("not run: the service closes")?;
        let mut answers = Answers::default();
        for (planned, number) in self.steps.iter().zip(1..) {
            let made;
            let step = match planned {
                Planned::Fixed(step) => step,
                Planned::Made(make) => {
                    made = make(&answers).map_err(|why| format!("step {number}: {why}"))?;
                    &made
                }
            };
            let here = format!("step {number}, {step}");
            let answer = self.take(&here, step, &mut *line).await;
            answers.push(answer.map_err(|why| format!("{here}: {why}"))?);
        }
        Ok(())
    }

    async fn take(&self, here: &str, step: &Step, line: &mut dyn Line) -> Result<Answer, String> {
        if let Some(problem) = step.problems.first() {
            return Err(problem.clone());
        }
        let mut dropped = Dropped {
            name: &self.name,
            here: Some(here),
        };
        let answer = line.ask(step.request(), self.max_body).await;
        dropped.here = None;
        step.judge(answer?)
    }
}

impl fmt::Debug for Course {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Course").finish_non_exhaustive()
    }
}

/// Core says that there was no answer in time; only here is it known to what.
struct Dropped<'a> {
    name: &'a str,
    here: Option<&'a str>,
}

impl Drop for Dropped<'_> {
    fn drop(&mut self) {
        if let Some(here) = self.here {
            let name = self.name;
            tracing::debug!(target: "health", check = name, step = here, "synthetic `{name}` was given up in {here}");
        }
    }
}

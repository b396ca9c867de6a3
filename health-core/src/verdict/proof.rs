use std::time::Duration;

use crate::traffic::Second;

/// Whether a gray failure is over: what was accused has to succeed, and not something else.
///
/// Traffic that was led around it, and a check that passes all the time, are no proof: a service that is left alone fails nobody.
#[derive(Debug, Default)]
pub(crate) struct Proof(Vec<Line>);

/// The whole service is the first one.
#[derive(Clone, Copy, Debug, Default)]
struct Line {
    accused: bool,
    completed: u64,
    failed: u64,
    /// Seconds in a row in which nothing ended.
    silent: u32,
}

/// So many have to succeed, and ten times as many as fail.
const ENOUGH: u64 = 5;
const TIMES: u64 = 10;
/// A group of routes that nobody calls for so long, in seconds, while others are called, says nothing any more.
const SILENT: u32 = 300;
/// An external check that passed so lately has run since.
const JUST_NOW: Duration = Duration::from_secs(1);

impl Proof {
    /// What a second brought, on each line.
    pub(crate) fn add<'a>(&mut self, seconds: impl Iterator<Item = &'a Second>) {
        for (at, second) in seconds.enumerate() {
            if at == self.0.len() {
                self.0.push(Line::default());
            }
            let line = &mut self.0[at];
            line.completed += second.completed;
            line.failed += second.failed;
            let ended = second.completed + second.failed > 0;
            line.silent = if ended { 0 } else { line.silent + 1 };
        }
    }

    /// It is gray now: what was before proves nothing. These lines are accused, beside those that were.
    pub(crate) fn accuse(&mut self, lines: impl Iterator<Item = bool>) {
        self.0.iter_mut().for_each(|line| {
            (line.completed, line.failed) = (0, 0);
        });
        let all = self.0.iter_mut().zip(lines);
        all.for_each(|(line, accused)| line.accused |= accused);
    }

    /// It is not gray any more.
    pub(crate) fn acquit(&mut self) {
        self.0.iter_mut().for_each(|line| line.accused = false);
    }

    /// Where no line was accused, as by a worker that hangs, the whole has to succeed.
    pub(crate) fn is_over(&self, external_passed: Option<Duration>) -> bool {
        if external_passed.is_some_and(|ago| ago < JUST_NOW) {
            return true;
        }
        let succeeds =
            |line: &Line| line.completed >= ENOUGH && line.completed >= TIMES * line.failed;
        let mut accused = self.0.iter().filter(|line| line.accused).peekable();
        if accused.peek().is_none() {
            return self.0.first().is_some_and(succeeds);
        }
        let whole = self.0.first().is_some_and(succeeds);
        accused.all(|line| succeeds(line) || whole && line.silent >= SILENT)
    }
}

use std::fmt;
use std::fmt::Write;

use health_core::__private::is_unfit;

use crate::details::excerpt::Excerpt;
use crate::{Cause, CheckReport, CheckState, Impact, Outcome};

/// One line for each check of the probe, in the manner of kube-apiserver, and one for the whole.
pub(crate) fn write(excerpt: &Excerpt<'_>) -> String {
    let mut text = String::with_capacity(excerpt.size);
    // Writing to a string can't fail.
    let _ = write_lines(&mut text, excerpt);
    text
}

fn write_lines(text: &mut String, excerpt: &Excerpt<'_>) -> fmt::Result {
    for (_, check) in &excerpt.checks {
        write_check(&mut OneLine(text), check)?;
        text.push('\n');
    }
    if excerpt.truncated > 0 {
        writeln!(text, "… and {} more", excerpt.truncated)?;
    }
    for note in &excerpt.notes {
        write!(OneLine(text), "[-]{note}")?;
        text.push('\n');
    }
    if let Some(judgement) = excerpt
        .judgement
        .as_ref()
        .filter(|judgement| !judgement.healthy)
    {
        write!(OneLine(text), "{judgement}")?;
        text.push('\n');
    }
    for traffic in excerpt.traffic.iter().filter(|line| !line.is_idle()) {
        write!(OneLine(text), "{traffic}")?;
        text.push('\n');
    }
    for advice in &excerpt.asked.advice {
        write!(OneLine(text), "{advice}")?;
        text.push('\n');
    }
    for prober in &excerpt.asked.probers {
        write!(OneLine(text), "{prober}")?;
        text.push('\n');
    }
    if excerpt.asked.unlisted_questions > 0 {
        let questions = excerpt.asked.unlisted_questions;
        writeln!(
            text,
            "[ ]{questions} questions by others, for whom there is no room here"
        )?;
    }
    #[cfg(feature = "heartbeat")]
    for beats in &excerpt.asked.heartbeats {
        write!(OneLine(text), "{beats}")?;
        text.push('\n');
    }
    for runtime in &excerpt.vitals.runtimes {
        write!(OneLine(text), "{runtime}")?;
        text.push('\n');
    }
    for pulse in &excerpt.vitals.pulses {
        write!(OneLine(text), "{pulse}")?;
        text.push('\n');
    }
    let answer = if excerpt.status.is_up() {
        "ok"
    } else {
        "unavailable"
    };
    let (probe, phase, in_flight) = (excerpt.probe, excerpt.phase, excerpt.in_flight);
    let open = match excerpt.connections {
        0 => String::new(),
        1 => ", 1 connection open".to_owned(),
        many => format!(", {many} connections open"),
    };
    writeln!(
        text,
        "{probe} {answer} ({phase}, {in_flight} in flight{open})"
    )
}

fn write_check(line: &mut OneLine<'_>, check: &CheckReport) -> fmt::Result {
    let failed = check.outcome().is_some_and(|outcome| !outcome.is_success());
    let (sign, state) = match (check.state(), check.cause()) {
        (CheckState::Up, _) if failed => ('+', "ok so far, but the last run failed"),
        (CheckState::Up, _) => ('+', "ok"),
        (CheckState::Down, _) => ('-', "failed"),
        (_, Some(Cause::NeverRun)) => ('-', "has not run yet"),
        _ => ('-', "has not succeeded yet"),
    };
    write!(line, "[{sign}]{} {state}", check.name())?;
    if check.impact() != Impact::Critical {
        write!(line, " ({})", check.impact().name())?;
    }
    if let Some(cause) = check
        .cause()
        .filter(|cause| !matches!(cause, Cause::Failed | Cause::NeverRun))
    {
        write!(line, " [{cause}]")?;
    }
    if let Some(reason) = check.outcome().and_then(Outcome::reason) {
        write!(line, ": {reason}")?;
    }
    if check.impact() == Impact::Observe {
        write!(line, "; {}", check.outages())?;
    }
    Ok(())
}

/// Stays one line that reads as it stands, whatever an error may hold.
struct OneLine<'a>(&'a mut String);

impl Write for OneLine<'_> {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        let plain = |c| if is_unfit(c) { ' ' } else { c };
        self.0.extend(part.chars().map(plain));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_forge_a_line_becomes_a_blank() {
        let mut text = String::new();
        let forging = "a\n[+]b\r\u{85}\u{1b}[2J\u{2028}\u{2029}c\u{202e}\u{2066}\u{2069}\u{200e}\u{61c}d\u{200b}\u{200d}\u{feff}\u{7f}é世🚀";
        write!(OneLine(&mut text), "{forging}").unwrap();
        assert_eq!(text, "a [+]b   [2J  c     d    é世🚀");
    }
}

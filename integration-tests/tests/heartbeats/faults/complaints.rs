use super::case::{Kind, Removed};
use super::fault::Fault;
use super::row::Row;

/// In seconds: so late may be who waits for `fenced()`, by its docs. Where a membership is given back, no time lies between its end and that;
/// `is_member()` may not be late at all, and its answers are held to that. A fence has a margin, which is more than this.
const WORD: f64 = 0.1;

/// What must not be, in all rows.
pub(crate) fn all(rows: &[Row]) -> Vec<String> {
    let each = rows.iter().flat_map(of);
    each.chain(not_revoked(rows)).collect()
}

/// With the defaults, who gives its membership back is gone before who only falls silent.
fn not_revoked(rows: &[Row]) -> Option<String> {
    let removed = |kind| {
        let mut rows = rows.iter();
        let row = rows.find(|row| {
            row.kind == kind && row.setting.is_default() && row.case.fault == Fault::Blocked
        });
        row.map(Row::removed)
    };
    let (revoked, silent) = (removed(Kind::Earned)?, removed(Kind::Silent)?);
    let late = revoked
        .iter()
        .zip(&silent)
        .any(|(revoked, silent)| revoked >= silent);
    late.then(|| format!("membership is not given back: {revoked:?}, and silent {silent:?}"))
}

/// In one row. How long it took is no matter of it.
fn of(row: &Row) -> Vec<String> {
    let case = &row.case;
    let expected = match row.is_blind() {
        true => case.blind,
        false => case.removed,
    };
    let default = row.setting.is_default();
    let gives_back =
        row.kind == Kind::Earned && matches!(case.fault, Fault::Blocked | Fault::Deadlock);
    let mut complaints = Vec::new();
    for outcome in &row.outcomes {
        let mut complain = |holds: bool, what: String| {
            if !holds {
                let (name, kind, ttl) = (case.name, row.kind.name(), row.setting.ttl);
                let mut outcome = outcome.clone();
                outcome.late.truncate(3);
                complaints.push(format!("{name}: {kind}, TTL {ttl:?}: {what}: {outcome:?}"));
            }
        };
        match expected {
            Removed::Always => complain(outcome.removed.is_some(), "is not removed".to_owned()),
            Removed::Never if default => {
                complain(outcome.removed.is_none(), "is removed".to_owned());
            }
            Removed::Never | Removed::Perhaps => {}
        }
        if case.fault.then_killed() && default {
            complain(outcome.removals == 0, "is removed early".to_owned());
        }
        complain(outcome.returned, "does not come back".to_owned());
        if row.is_blind() {
            continue;
        }
        if case.lawful {
            complain(
                outcome.late.is_empty(),
                "says that it is a member, and is none".to_owned(),
            );
            let word = if gives_back { WORD } else { 0.0 };
            let knew = outcome.knew.is_none_or(|knew| knew >= -word);
            complain(knew, "learns of it after the list".to_owned());
        }
        if case.calm && default {
            complain(outcome.fences == 0, "is fenced".to_owned());
        }
        if case.elsewhere {
            let changes = match row.kind {
                // Each was lost, and came back.
                Kind::Required => outcome.readiness >= 2 && outcome.ready,
                _ => outcome.readiness == 0,
            };
            complain(changes, "readiness".to_owned());
        }
        match case.fault {
            // Else nothing was tried.
            Fault::Zombie => complain(outcome.asked > 0, "was not asked".to_owned()),
            Fault::QuorumLost => complain(outcome.fences > 0, "is not fenced".to_owned()),
            _ => {}
        }
    }
    complaints
}

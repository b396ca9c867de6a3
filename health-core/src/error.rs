use std::any::type_name;
use std::fmt;

use crate::check::{Place, State};
use crate::dependency::MOST_DEPENDENCIES;

/// No more checks can be added to those that were declared: each publishes, and whoever adds one an hour has a leak.
pub(crate) const MOST_ADDED: usize = 1000;

/// Why [`HealthBuilder::start`](crate::HealthBuilder::start), [`Health::add_check`](crate::Health::add_check) or
/// [`DependencyBuilder::start`](crate::DependencyBuilder::start) refused, with every problem at once.
///
/// `Debug` prints the same text as `Display`, since that is what `fn main() -> Result<…>` shows.
pub struct StartError {
    problems: Vec<Problem>,
}

impl StartError {
    pub(crate) fn new(problems: Vec<Problem>) -> Self {
        Self { problems }
    }

    /// What it is that does not start.
    fn what(&self) -> &'static str {
        #[cfg(feature = "heartbeat")]
        if matches!(self.problems[..], [Problem::BadHeartbeat { .. }, ..]) {
            return "a heartbeat is";
        }
        "health checks are"
    }

    /// One line for each problem.
    pub fn problems(&self) -> impl ExactSizeIterator<Item = String> + '_ {
        self.problems.iter().map(ToString::to_string)
    }
}

impl std::error::Error for StartError {}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        say_all(f, &format!("{} refused", self.what()), &self.problems)
    }
}

/// One problem behind what it is about, or each of several in a line of its own.
pub(crate) fn say_all(
    f: &mut fmt::Formatter<'_>,
    what: &str,
    problems: &[impl fmt::Display],
) -> fmt::Result {
    match problems {
        [one] => write!(f, "{what}: {one}"),
        several => {
            write!(f, "{what}, {} problems:", several.len())?;
            several
                .iter()
                .try_for_each(|problem| write!(f, "\n- {problem}"))
        }
    }
}

impl fmt::Debug for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// One thing that keeps the checks from starting. Each names the thing, the place, and the fix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Problem {
    NoRuntime,
    RuntimeEnded,
    NoTimers,
    MissingState {
        check: String,
        place: Place,
        argument: &'static str,
        wanted: &'static str,
        provided: Vec<&'static str>,
    },
    StateTwice {
        name: &'static str,
    },
    NameTwice {
        name: String,
        first: Place,
        second: Place,
    },
    BadName {
        name: String,
        place: Place,
        why: &'static str,
    },
    BadOption {
        check: String,
        place: Place,
        why: String,
    },
    NotLinked {
        name: String,
        known: Vec<String>,
    },
    BadDrain {
        why: String,
    },
    BadWatchdog {
        why: String,
    },
    #[cfg(feature = "heartbeat")]
    BadHeartbeat {
        name: String,
        why: String,
    },
    NoThread {
        error: String,
    },
    NameTaken {
        name: String,
        place: Place,
    },
    StartupTooLate {
        check: String,
        place: Place,
    },
    TooManyAdded {
        check: String,
        place: Place,
    },
    OtherDependency {
        name: String,
        place: Place,
        scope: &'static str,
        impact: &'static str,
    },
    TooManyDependencies {
        name: String,
        place: Place,
    },
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoRuntime => f.write_str(
                "there is no tokio runtime here; call `start()` inside `#[tokio::main]`, or hand one over with \
                 `Health::builder().runtime(handle)`",
            ),
            Self::RuntimeEnded => {
                f.write_str("the runtime that was handed over has ended; hand over one that lives as long as the service")
            }
            Self::NoTimers => f.write_str("the runtime has no timers; build it with `enable_all()`"),
            Self::MissingState {
                check,
                place,
                argument,
                wanted,
                provided,
            } => missing_state(f, check, *place, argument, wanted, provided),
            Self::StateTwice { name } => write!(
                f,
                "a state of type `{name}` was provided twice; remove one, or wrap them in types of their own"
            ),
            Self::NameTwice { name, first, second } => write!(
                f,
                "two checks are named `{name}`, at {first} and {second}; rename one with `name = \"…\"`"
            ),
            Self::BadName { name, place, why } => {
                write!(f, "check {name:?} at {place}: a name {why}")
            }
            Self::BadOption { check, place, why } => {
                write!(f, "check `{check}` at {place}: {why}")
            }
            Self::NotLinked { name, known } => not_linked(f, name, known),
            Self::NoThread { error } => write!(f, "a thread for checks, or for the watchdog, can't be started: {error}"),
            Self::NameTaken { name, place } => write!(
                f,
                "check `{name}` at {place}: one of that name is there already; give it another"
            ),
            Self::StartupTooLate { check, place } => write!(
                f,
                "check `{check}` at {place} is for start-up, which may be over, and what a probe was told can't be taken back; hand it to \
                 `Health::builder().check(…)`, or declare a `Health::startup_task`"
            ),
            Self::TooManyAdded { check, place } => write!(
                f,
                "check `{check}` at {place}: {MOST_ADDED} checks have been added, and none can be removed; hand more to \
                 `Health::builder().check(…)`, or let one check look at several things"
            ),
            Self::OtherDependency {
                name,
                place,
                scope,
                impact,
            } => write!(
                f,
                "dependency `{name}` at {place} is observed already, with `scope = {scope}` and `impact = {impact}`; say the same, or \
                 neither, or give it another name"
            ),
            Self::TooManyDependencies { name, place } => write!(
                f,
                "dependency `{name}` at {place}: {MOST_DEPENDENCIES} are observed already, and what they count on is never given back; \
                 let calls to several parts of one share a name"
            ),
            Self::BadDrain { why } => write!(f, "the drain policy: {why}"),
            #[cfg(feature = "heartbeat")]
            Self::BadHeartbeat { name, why } => write!(f, "the heartbeat `{name}`: {why}"),
            Self::BadWatchdog { why } => write!(f, "the watchdog: {why}"),
        }
    }
}

fn missing_state(
    f: &mut fmt::Formatter<'_>,
    check: &str,
    place: Place,
    argument: &str,
    wanted: &str,
    provided: &[&str],
) -> fmt::Result {
    write!(
        f,
        "check `{check}` at {place} needs `{wanted}` for its argument `{argument}`, which was not provided; add \
         `.state(…)` with a value of that type to `Health::builder()`"
    )?;
    if short(wanted) == short(type_name::<State<()>>()) {
        return f.write_str(
            " (a `State<…>` is already shared: take `State<T>` or `&T`, not `&State<T>`)",
        );
    }
    let near = provided
        .iter()
        .find(|name| short(name) == short(wanted) && **name != wanted);
    if let Some(near) = near {
        return write!(
            f,
            " (`{near}` was provided: another type of the same name, perhaps of another version of its crate)"
        );
    }
    if provided.is_empty() {
        f.write_str(" (no state was provided)")
    } else {
        write!(f, " (provided: {})", quoted(provided))
    }
}

fn not_linked(f: &mut fmt::Formatter<'_>, name: &str, known: &[String]) -> fmt::Result {
    write!(f, "the check `{name}` is expected but not here; ")?;
    if let Some(close) = closest(name, known) {
        write!(f, "did you mean `{close}`? Else, ")?;
    }
    f.write_str(
        "if it stands in a library that nothing else names, the linker dropped it: add `use that_crate as _;`, or \
         `.checks(checks![that_crate::check])`",
    )?;
    if known.is_empty() {
        f.write_str(" (no check is linked)")
    } else {
        write!(f, " (linked: {})", quoted(known))
    }
}

/// A type's name without the path in front of it: `sqlx::Pool<Postgres>` gives `Pool`.
fn short(name: &str) -> &str {
    let head = name.split('<').next().unwrap_or(name);
    head.rsplit("::").next().unwrap_or(head)
}

fn quoted(names: &[impl AsRef<str>]) -> String {
    let quoted: Vec<_> = names
        .iter()
        .map(|name| format!("`{}`", name.as_ref()))
        .collect();
    quoted.join(", ")
}

/// The known name that differs by a slip of the keyboard.
fn closest<'a>(name: &str, known: &'a [String]) -> Option<&'a String> {
    known
        .iter()
        .map(|candidate| (strsim::jaro_winkler(name, candidate), candidate))
        .filter(|(similarity, _)| *similarity > 0.9)
        .max_by(|(left, _), (right, _)| left.total_cmp(right))
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn missing(wanted: &'static str, provided: &[&'static str]) -> String {
        let place = Place {
            file: "src/main.rs",
            line: 7,
        };
        let problem = Problem::MissingState {
            check: "database".to_owned(),
            place,
            argument: "pool",
            wanted,
            provided: provided.to_vec(),
        };
        problem.to_string()
    }

    #[test]
    fn a_missing_state_says_what_was_nearly_right() {
        let two_versions = missing("sqlx::Pool<Postgres>", &["u8", "sqlx_core::Pool<Postgres>"]);
        assert!(
            two_versions.contains("check `database` at src/main.rs:7 needs `sqlx::Pool<Postgres>`")
        );
        assert!(
            two_versions.contains(
                "`sqlx_core::Pool<Postgres>` was provided: another type of the same name"
            )
        );
        let borrowed = missing(type_name::<State<u8>>(), &["u8"]);
        assert!(borrowed.contains("not `&State<T>`"), "{borrowed}");
        assert!(missing("Pool", &[]).ends_with("(no state was provided)"));
    }
}

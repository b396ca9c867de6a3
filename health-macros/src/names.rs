use std::fmt::Write as _;

use proc_macro2::{Ident, Span};
use syn::ext::IdentExt;

/// A check's name is a label in logs, metrics and reports.
const LONGEST: usize = 100;

/// The hidden static beside the annotated function `function`.
///
/// It can't be another function's: only `r#` is dropped, and `r#f` is the same function as `f`.
pub(crate) fn entry(function: &Ident) -> Ident {
    let span = function.span().resolved_at(Span::call_site());
    Ident::new(&format!("__health_check_{}", function.unraw()), span)
}

/// The hidden macro that makes a second check of the same name in one crate a compile error.
///
/// Names may hold any character, so what is not a letter or a digit is escaped: `_` as `__`, and the
/// others by number between underscores.
pub(crate) fn guard(name: &str, span: Span) -> Ident {
    let mut guard = String::from("__health_check_names_are_unique__");
    for letter in name.chars() {
        match letter {
            '_' => guard.push_str("__"),
            _ if letter.is_ascii_alphanumeric() => guard.push(letter),
            _ => {
                let _ = write!(guard, "_{:x}_", u32::from(letter));
            }
        }
    }
    Ident::new(&guard, span.resolved_at(Span::call_site()))
}

/// What makes a text unfit to be a check's name.
pub(crate) fn wrong(name: &str) -> Option<String> {
    if name.is_empty() {
        return Some(
            "the name is empty: write one, or leave `name` out to use the function's".to_owned(),
        );
    }
    if name.len() > LONGEST {
        let len = name.len();
        return Some(format!(
            "the name is {len} bytes long, and at most {LONGEST} are allowed: \
             it is a label, not a description"
        ));
    }
    if let Some(unfit) = name.chars().find(|letter| is_unfit(*letter)) {
        return Some(format!(
            "the name holds {}, a control character or one that is not seen and changes how a line \
             reads: it is written to logs, so use letters, digits, `-` and `_`",
            unfit.escape_unicode()
        ));
    }
    if name.trim() != name {
        return Some(format!(
            "the name has white space around it: write `name = \"{}\"`",
            name.trim()
        ));
    }
    None
}

/// Whether a character begins a line, or is not seen and makes a line read as what it is not.
///
/// The engine has the same list, and a test compares the two.
fn is_unfit(letter: char) -> bool {
    letter.is_control()
        || matches!(
            letter,
            // Zero width, and marks of direction.
            '\u{200b}'..='\u{200f}' | '\u{061c}' | '\u{feff}'
            // Separators of lines and paragraphs; embedded and overriding directions.
            | '\u{2028}'..='\u{202e}'
            // Joiners and operators that are not seen, and isolated directions.
            | '\u{2060}'..='\u{206f}'
        )
}

#[cfg(test)]
mod tests {
    use health_tower::{Check, Health};

    use super::*;

    fn guard_of(name: &str) -> String {
        guard(name, Span::call_site()).to_string()
    }

    #[test]
    fn a_raw_identifier_has_the_entry_of_the_plain_one() {
        let raw = Ident::new_raw("type", Span::call_site());
        assert_eq!(entry(&raw), "__health_check_type");
    }

    #[test]
    fn names_that_differ_have_guards_that_differ() {
        let names = [
            "a", "a_b", "a-b", "a__b", "a_2d_b", "a 2d b", "a_-b", "a-_b", "a--b", "é", "e9",
            "_e9_",
        ];
        let guards: std::collections::HashSet<_> =
            names.iter().map(|name| guard_of(name)).collect();
        assert_eq!(guards.len(), names.len());
        assert!(guard_of("orders-db").ends_with("__orders_2d_db"));
    }

    #[test]
    fn a_name_that_would_spoil_a_log_is_refused() {
        let long = "a".repeat(101);
        for name in [
            "",
            " a",
            "a ",
            "a\nb",
            "a\u{7f}",
            "a\u{2029}b",
            "a\u{2066}b",
            "\u{feff}a",
            &long,
        ] {
            assert!(wrong(name).is_some(), "{name:?}");
        }
        for name in ["a", "orders-database", "Bestände (neu)", &"a".repeat(100)] {
            assert_eq!(wrong(name), None, "{name:?}");
        }
    }

    /// For every character of the first plane, `start()` refuses what the macros refuse.
    #[test]
    fn a_name_is_refused_here_and_by_the_engine_or_by_neither() {
        let letters = ('\0'..='\u{ffff}').filter(|letter| !letter.is_whitespace());
        let names = letters.map(|letter| format!("a{letter}b"));
        let (refused, fine): (Vec<_>, Vec<_>) = names.partition(|name| wrong(name).is_some());
        let start = |names: &[String]| {
            let all = names
                .iter()
                .fold(Health::builder().linked(false), |all, name| {
                    let check = Check::readiness(name.clone(), || async { true });
                    all.check(check)
                });
            let error = all.start().expect_err("there is no runtime here");
            let problems = error.problems();
            problems.filter(|it| it.contains("a name must not")).count()
        };
        assert!(refused.len() > 80, "{}", refused.len());
        assert_eq!(start(&refused), refused.len());
        assert_eq!(start(&fine), 0);
    }
}

//! What may be a name: it appears in logs, in gRPC and in plain-text reports, one a line.

use std::borrow::Cow;

use crate::check::outcome::floor_char_boundary;

/// A name is a label, and no description.
const LONGEST: usize = 100;

/// What keeps a text from being the name of a check, or `None`.
pub(crate) fn bad_name(name: &str) -> Option<&'static str> {
    if name.is_empty() {
        Some("must not be empty")
    } else if name.len() > LONGEST {
        Some("must not be longer than 100 bytes")
    } else if name.chars().any(is_unfit) {
        Some(
            "must not hold control characters, or others that are not seen and change how a line reads",
        )
    } else if name.trim() != name {
        Some("must not begin or end with white space")
    } else {
        None
    }
}

/// A name that may be made from data, as it is kept: of one line, and no longer than a check's.
pub(crate) fn bounded_name(name: Cow<'_, str>) -> Cow<'_, str> {
    cut_to_line(name, LONGEST)
}

/// A text from anywhere, as one honest line of so many bytes at most.
pub(crate) fn cut_to_line(text: Cow<'_, str>, longest: usize) -> Cow<'_, str> {
    if text.len() <= longest && !text.chars().any(is_unfit) {
        return text;
    }
    let cut = &text[..floor_char_boundary(&text, longest)];
    cut.replace(is_unfit, " ").into()
}

/// Whether a character begins a line, or is not seen and makes a line read as what it is not. For faces too, which write lines.
///
/// The macros have the same list, and a test that compares the two.
#[must_use]
pub fn is_unfit(letter: char) -> bool {
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
    use super::*;

    const UNFIT: &str = "\0\n\u{7f}\u{85}\u{61c}\u{200b}\u{200c}\u{200d}\u{200e}\u{200f}\u{2028}\u{2029}\u{202a}\u{202b}\
                         \u{202c}\u{202d}\u{202e}\u{2060}\u{2066}\u{2067}\u{2068}\u{2069}\u{feff}";

    #[test]
    fn a_name_that_would_spoil_a_line_is_refused() {
        for letter in UNFIT.chars() {
            assert!(bad_name(&format!("a{letter}b")).is_some(), "{letter:?}");
        }
        for name in ["", " a", "a\u{3000}", &"a".repeat(101)] {
            assert!(bad_name(name).is_some(), "{name:?}");
        }
        for name in [
            "a",
            "orders database",
            "Bestände (neu)",
            "受注-db",
            &"a".repeat(100),
        ] {
            assert_eq!(bad_name(name), None, "{name:?}");
        }
    }

    #[test]
    fn a_name_made_from_data_is_cut_to_one_honest_line() {
        let name = bounded_name(UNFIT.into());
        assert_eq!(name.trim(), "");
        assert_eq!(bounded_name("a\u{202e}b".into()), "a b");
        assert_eq!(bounded_name("é".repeat(51).into()), "é".repeat(50));
        assert!(matches!(bounded_name("kept".into()), Cow::Borrowed("kept")));
    }
}

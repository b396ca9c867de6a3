use std::fmt::{self, Write as _};

use crate::check::is_unfit;

/// As much of a path as is worth a line.
const MOST: usize = 104;

/// What is in flight, as a report calls it: kept without an allocation, and cut if it is long.
#[derive(Clone, Copy)]
pub(crate) struct Name {
    method: Text<8>,
    path: Text<MOST>,
}

#[derive(Clone, Copy)]
struct Text<const N: usize> {
    bytes: [u8; N],
    length: u8,
    cut: bool,
}

impl Name {
    pub(crate) fn new(method: &str, path: &str) -> Self {
        Self {
            method: Text::new(method),
            path: Text::new(path),
        }
    }

    /// Of what is no request.
    pub(crate) fn of(what: &str) -> Self {
        Self::new("", what)
    }
}

impl<const N: usize> Text<N> {
    fn new(text: &str) -> Self {
        let length = (0..=N.min(text.len()))
            .rev()
            .find(|at| text.is_char_boundary(*at));
        let length = length.unwrap_or(0);
        let mut bytes = [0; N];
        bytes[..length].copy_from_slice(&text.as_bytes()[..length]);
        let cut = length < text.len();
        Self {
            bytes,
            length: length as u8,
            cut,
        }
    }
}

impl<const N: usize> fmt::Display for Text<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = str::from_utf8(&self.bytes[..self.length.into()]);
        // A path comes from outside, and may hold what turns a line, or begins one.
        for letter in text.unwrap_or_default().chars() {
            f.write_char(if is_unfit(letter) { ' ' } else { letter })?;
        }
        f.write_str(if self.cut { "…" } else { "" })
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.method.length > 0 {
            write!(f, "{} ", self.method)?;
        }
        fmt::Display::fmt(&self.path, f)
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_no_longer_than_a_line() {
        let name = |method: &str, path: &str| Name::new(method, path).to_string();
        assert_eq!(name("GET", "/orders/7"), "GET /orders/7");
        assert_eq!(name("", "a hold"), "a hold");
        assert_eq!(name("VERSION-CONTROL", "/"), "VERSION-… /");
        let wide = format!("/{}", "é".repeat(60));
        assert_eq!(name("GET", &wide), format!("GET /{}…", "é".repeat(51)));
    }

    #[test]
    fn a_path_turns_no_line_and_begins_none() {
        let name = Name::new("GET", "/a\u{202e}b/c\u{85}d/e\u{2028}f").to_string();
        assert_eq!(name, "GET /a b/c d/e f");
    }
}

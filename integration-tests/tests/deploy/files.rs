//! The files, and copies of them.

use std::fs;

/// One of the files.
pub(crate) fn text(name: &str) -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../health-tower/deploy");
    fs::read_to_string(format!("{folder}/{name}")).unwrap()
}

/// A copy in which something else stands, wherever this stood. It has to stand somewhere.
pub(crate) fn changed(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "{from:?} is not in {text}");
    text.replace(from, to)
}

/// The numbers that follow these words, in their order, however many spaces there are.
pub(crate) fn numbers(text: &str, before: &str) -> Vec<u64> {
    let after = text.split(before).skip(1);
    let digits = after.map(|rest| {
        let rest = rest.trim_start_matches([' ', '=', '"', ':']);
        let end = rest.find(|c: char| !c.is_ascii_digit());
        &rest[..end.unwrap_or(rest.len())]
    });
    digits.map(|digits| digits.parse().unwrap()).collect()
}

/// What the part of a file holds that begins with this and ends before that, line by line, without comments.
pub(crate) fn part(file: &str, from: &str, to: &str) -> Vec<String> {
    let whole = text(file);
    let (_, part) = whole.split_once(from).unwrap();
    let (part, _) = part.split_once(to).unwrap_or((part, ""));
    let lines = part.lines().map(str::trim);
    let said = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    // As many blanks as there are to align it, are one.
    said.map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect()
}

/// Each of these stands there once.
pub(crate) fn has(part: &[String], settings: &[&str]) {
    for setting in settings {
        let times = part.iter().filter(|line| line.contains(setting)).count();
        assert_eq!(times, 1, "`{setting}` in {part:#?}");
    }
}

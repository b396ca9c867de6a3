/// What an option is called elsewhere (Kubernetes, Docker, other libraries), and here.
const ELSEWHERE: [(&str, &str); 12] = [
    ("period", "every"),
    ("period_seconds", "every"),
    ("interval", "every"),
    ("timeout_seconds", "timeout"),
    ("deadline", "timeout"),
    ("failure_threshold", "fail_after"),
    ("retries", "fail_after"),
    ("success_threshold", "pass_after"),
    ("initial_delay_seconds", "initial_delay"),
    ("start_period", "initial_delay"),
    ("ttl", "stale_after"),
    ("severity", "impact"),
];

/// The known word that was most likely meant.
pub(crate) fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    let (_, same) = ELSEWHERE
        .iter()
        .find(|(theirs, _)| *theirs == word)
        .unwrap_or(&("", ""));
    if let Some(found) = known.iter().find(|known| *known == same) {
        return Some(found);
    }
    known
        .iter()
        .map(|known| (strsim::damerau_levenshtein(word, known), *known))
        .filter(|(distance, known)| *distance <= known.len().max(3) / 3)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
}

/// `` `a`, `b` or `c` ``
pub(crate) fn list(words: &[&str]) -> String {
    let quoted: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: [&str; 4] = ["timeout", "every", "fail_after", "impact"];

    #[test]
    fn a_slip_finds_what_was_meant() {
        assert_eq!(nearest("timout", &KNOWN), Some("timeout"));
        assert_eq!(nearest("evrey", &KNOWN), Some("every"));
        assert_eq!(nearest("failafter", &KNOWN), Some("fail_after"));
    }

    #[test]
    fn a_word_from_elsewhere_finds_ours() {
        assert_eq!(nearest("failure_threshold", &KNOWN), Some("fail_after"));
        assert_eq!(nearest("interval", &KNOWN), Some("every"));
    }

    #[test]
    fn nothing_near_is_nothing() {
        assert_eq!(nearest("colour", &KNOWN), None);
        assert_eq!(nearest("", &KNOWN), None);
        assert_eq!(nearest("ttl", &KNOWN), None, "only what is known");
    }

    #[test]
    fn a_list_reads_as_one() {
        assert_eq!(list(&["a", "b", "c"]), "`a`, `b` or `c`");
        assert_eq!(list(&["a"]), "`a`");
    }
}

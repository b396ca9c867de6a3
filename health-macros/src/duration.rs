use std::time::Duration;

use humantime::DurationError;

/// Nothing waits longer: a number beyond it is a slip of the unit.
const LONGEST: Duration = Duration::from_secs(7 * 24 * 3600);

/// More often than this is a loop and no check.
const SHORTEST: Duration = Duration::from_millis(10);

/// Reads `"100ms"`, `"1.5s"` or `"1m30s"`, or says what is wrong with it as the value of `key`.
pub(crate) fn parse(key: &str, text: &str) -> Result<Duration, String> {
    let duration = humantime::parse_duration(text).map_err(|error| explain(key, text, &error))?;
    // Other zeros would be a busy loop or a check that can't pass; this one says "at once".
    if duration.is_zero() && key != "initial_delay" {
        return Err(format!(
            "`{key}` must be longer than zero, as in `{key} = \"100ms\"`"
        ));
    }
    if duration > LONGEST {
        let read = humantime::format_duration(duration);
        return Err(format!(
            "`{key}` is {read}, and the longest allowed is 7 days: is the unit right?"
        ));
    }
    if key == "every" && duration < SHORTEST {
        return Err("`every` must be at least 10ms: more often is a loop and no check".to_owned());
    }
    Ok(duration)
}

fn explain(key: &str, text: &str, error: &DurationError) -> String {
    match error {
        DurationError::Empty => {
            format!("`{key}` is empty: write a duration, as in `{key} = \"100ms\"`")
        }
        DurationError::UnknownUnit { unit, .. } if unit.is_empty() => {
            let number = text.trim();
            format!(
                "`{key} = \"{text}\"` has no unit: \
                 write \"{number}ms\", \"{number}s\" or \"{number}m\""
            )
        }
        DurationError::UnknownUnit { unit, .. } => {
            format!(
                "`{unit}` is not a unit of time: use ns, us, ms, s, m, h or d, \
                 as in `{key} = \"100ms\"`"
            )
        }
        DurationError::NumberOverflow => {
            format!(
                "`{key} = \"{text}\"` is too large, or finer than a nanosecond: \
                 write a duration such as \"100ms\" or \"1m30s\""
            )
        }
        _ => {
            format!(
                "\"{text}\" is not a duration: write numbers with units, \
                 as in `{key} = \"100ms\"` or \"1m30s\""
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good(text: &str) -> Duration {
        parse("timeout", text).unwrap()
    }

    fn bad(text: &str) -> String {
        parse("timeout", text).unwrap_err()
    }

    #[test]
    fn every_unit_a_fraction_and_a_sum_are_read() {
        for (text, nanos) in [
            ("5ns", 5),
            ("5us", 5_000),
            ("100ms", 100_000_000),
            ("5s", 5_000_000_000),
            ("1.5s", 1_500_000_000),
            ("2m", 120_000_000_000),
            ("1h", 3_600_000_000_000),
            ("1m30s", 90_000_000_000),
            ("1m 30s", 90_000_000_000),
            ("7d", 604_800_000_000_000),
        ] {
            assert_eq!(good(text), Duration::from_nanos(nanos), "{text}");
        }
    }

    #[test]
    fn every_mistake_has_its_own_message() {
        assert!(bad("").contains("is empty"));
        assert!(bad("100").contains("has no unit: write \"100ms\""));
        assert!(bad("5 lightyears").contains("`lightyears` is not a unit"));
        assert!(bad("-5s").contains("is not a duration"));
        assert!(bad("5s!").contains("is not a duration"));
        assert!(bad("ms").contains("is not a duration"));
        assert!(bad("99999999999999999999s").contains("too large"));
        assert!(bad("0.1ns").contains("finer than a nanosecond"));
        assert!(bad("0s").contains("longer than zero"));
        assert!(bad("8d").contains("longest allowed is 7 days"));
        assert!(bad("5M").contains("is the unit right?"), "months");
    }

    #[test]
    fn zero_is_fine_where_it_means_at_once() {
        assert_eq!(parse("initial_delay", "0s"), Ok(Duration::ZERO));
    }

    #[test]
    fn only_intervals_have_a_least() {
        assert!(
            parse("every", "9999us")
                .unwrap_err()
                .contains("at least 10ms")
        );
        assert_eq!(parse("every", "10ms"), Ok(SHORTEST));
        assert_eq!(good("1ns"), Duration::from_nanos(1));
    }
}

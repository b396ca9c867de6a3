use syn::Path;
use syn::spanned::Spanned;

use crate::suggest;

/// An option, with an example for messages.
pub(crate) struct Known {
    pub(crate) name: &'static str,
    pub(crate) example: &'static str,
}

const COUNT: usize = 12;

/// Every option, in the order in which they are documented.
static ALL: [Known; COUNT] = [
    known("name", r#"name = "orders-database""#),
    known("timeout", r#"timeout = "100ms""#),
    known("every", r#"every = "5s""#),
    known("jitter", r#"jitter = "10%""#),
    known("backoff", r#"backoff = "30s""#),
    known("fail_after", "fail_after = 3"),
    known("pass_after", "pass_after = 1"),
    known("stale_after", r#"stale_after = "30s""#),
    known("initial_delay", r#"initial_delay = "1s""#),
    known("impact", "impact = degrades"),
    known("scope", "scope = shared"),
    known("crate", "crate = my::facade"),
];

/// How many of them are fields of the facade's `Options`: all but `name` and `crate`.
pub(crate) const FIELDS: usize = COUNT - 2;

const fn known(name: &'static str, example: &'static str) -> Known {
    Known { name, example }
}

/// The option of this name, or what may have been meant.
pub(crate) fn find(path: &Path) -> syn::Result<&'static Known> {
    ALL.iter()
        .find(|known| path.is_ident(known.name))
        .ok_or_else(|| unknown(path))
}

fn unknown(path: &Path) -> syn::Error {
    let segments = path.segments.iter();
    let word = segments
        .map(|segment| segment.ident.to_string())
        .collect::<Vec<_>>()
        .join("::");
    let names = ALL.each_ref().map(|known| known.name);
    let hint = match suggest::nearest(&word, &names) {
        Some(name) => format!("did you mean `{name}`?"),
        None => format!("the options are {}", suggest::list(&names)),
    };
    syn::Error::new(path.span(), format!("there is no option `{word}`: {hint}"))
}

#[cfg(test)]
mod tests {
    use health_tower::__private::Options;

    use super::*;

    /// The first two cells of each row of the table, without their backticks.
    fn documented() -> Vec<(&'static str, &'static str)> {
        let rows = include_str!("options.md")
            .lines()
            .skip_while(|line| !line.starts_with("|---"))
            .skip(1)
            .take_while(|line| line.starts_with('|'));
        let cells = rows.map(|row| {
            let mut cells = row.split('|').map(|cell| cell.trim().trim_matches('`'));
            cells.next();
            cells.next().zip(cells.next())
        });
        cells.map(|row| row.expect("two cells")).collect()
    }

    #[test]
    fn every_option_is_documented_in_its_place() {
        let documented = documented();
        let names = documented.iter().map(|(option, _)| {
            let (name, _example) = option.split_once(" = ").expect("an example");
            name
        });
        assert!(names.eq(ALL.iter().map(|known| known.name)));
        for ((option, _), known) in documented.iter().zip(&ALL) {
            let takes_a_string = known.example.contains('"');
            assert_eq!(option.contains('"'), takes_a_string, "{option}");
        }
    }

    #[test]
    fn the_options_are_the_fields_that_the_engine_reads() {
        let fields = format!("{:?}", Options::NONE);
        let fields = fields
            .trim_start_matches("Options { ")
            .trim_end_matches(" }");
        let fields = fields
            .split(", ")
            .map(|field| field.trim_end_matches(": None"));
        let ours = ALL.iter().map(|known| known.name);
        let ours = ours.filter(|name| !["name", "crate"].contains(name));
        assert!(ours.eq(fields), "{:?}", Options::NONE);
    }

    #[test]
    fn the_defaults_that_are_compared_with_are_the_documented_ones() {
        let default = |name: &str| {
            let documented = documented();
            let row = documented
                .iter()
                .find(|(option, _)| option.starts_with(name));
            let (_, default) = row.expect("it is documented");
            humantime::parse_duration(default.trim_matches('"')).expect("a duration")
        };
        assert_eq!(default("every"), crate::values::DEFAULT_EVERY);
        assert_eq!(default("timeout"), crate::values::DEFAULT_TIMEOUT);
    }
}

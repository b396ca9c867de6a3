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

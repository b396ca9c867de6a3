use std::time::Duration;

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use syn::parse::ParseStream;
use syn::{LitInt, LitStr, Path};

use crate::{duration, names, suggest};

/// What holds where the option is not given.
pub(crate) const DEFAULT_TIMEOUT: Duration = Duration::from_secs(1);
pub(crate) const DEFAULT_EVERY: Duration = Duration::from_secs(5);

/// The value of a field of the facade's `Options`.
#[derive(Debug, PartialEq)]
pub(crate) enum Value {
    Duration(Duration),
    Percent(u8),
    Count(u32),
    Variant(&'static str, Ident),
}

impl Value {
    /// The value as an expression. `facade` is the path to `__private`.
    pub(crate) fn expression(&self, facade: &TokenStream) -> TokenStream {
        match self {
            Self::Duration(duration) => {
                let (seconds, nanos) = (duration.as_secs(), duration.subsec_nanos());
                quote!(::core::time::Duration::new(#seconds, #nanos))
            }
            Self::Percent(percent) => quote!(#percent),
            Self::Count(count) => quote!(#count),
            Self::Variant(kind, variant) => {
                let kind = format_ident!("{kind}");
                quote!(#facade::#kind::#variant)
            }
        }
    }
}

pub(crate) fn name(input: ParseStream<'_>, example: &str) -> syn::Result<LitStr> {
    let literal = text(input, "name", example)?;
    match names::wrong(&literal.value()) {
        Some(wrong) => Err(syn::Error::new(literal.span(), wrong)),
        None => Ok(literal),
    }
}

/// A path, or a string that holds one.
pub(crate) fn path(input: ParseStream<'_>, example: &str) -> syn::Result<Path> {
    let parsed = if input.peek(LitStr) {
        let literal: LitStr = input.parse()?;
        let path = literal.parse_with(Path::parse_mod_style);
        path.map_err(|_| literal.span())
    } else {
        let path = input.call(Path::parse_mod_style);
        path.map_err(|error| error.span())
    };
    parsed.map_err(|span| {
        syn::Error::new(
            span,
            format!(
                "`crate` takes the path of the crate that re-exports health-tower, \
                 as in `{example}`"
            ),
        )
    })
}

pub(crate) fn duration(input: ParseStream<'_>, key: &str, example: &str) -> syn::Result<Value> {
    let literal = text(input, key, example)?;
    match duration::parse(key, &literal.value()) {
        Ok(duration) => Ok(Value::Duration(duration)),
        Err(wrong) => Err(syn::Error::new(literal.span(), wrong)),
    }
}

pub(crate) fn percent(input: ParseStream<'_>, key: &str, example: &str) -> syn::Result<Value> {
    let literal = text(input, key, example)?;
    let given = literal.value();
    let wrong = match given
        .strip_suffix('%')
        .map(|number| number.trim_end().parse::<u64>())
    {
        Some(Ok(percent @ 0..=100)) => return Ok(Value::Percent(percent as u8)),
        Some(Ok(_)) => format!(
            "`{key}` is more than 100%, and a run can't be early by more than `every`: \
             write `{example}`"
        ),
        Some(Err(_)) => {
            format!("`{key} = \"{given}\"` is not a whole number of percent: write `{example}`")
        }
        None => format!("`{key} = \"{given}\"` has no `%`: write `{example}`"),
    };
    Err(syn::Error::new(literal.span(), wrong))
}

pub(crate) fn count(input: ParseStream<'_>, key: &str, example: &str) -> syn::Result<Value> {
    let wrong = format!("`{key}` takes a whole number without quotes, as in `{example}`");
    let literal: LitInt = input
        .parse()
        .map_err(|error: syn::Error| syn::Error::new(error.span(), &wrong))?;
    let count = match literal.base10_parse() {
        Ok(0) => Err(format!(
            "`{key}` must be at least 1: it counts results in a row, as in `{example}`"
        )),
        Ok(count) if literal.suffix().is_empty() => Ok(Value::Count(count)),
        _ => Err(wrong),
    };
    count.map_err(|wrong| syn::Error::new(literal.span(), wrong))
}

pub(crate) fn impact(input: ParseStream<'_>, key: &str, example: &str) -> syn::Result<Value> {
    variant(
        input,
        key,
        example,
        "Impact",
        &[
            ("critical", "Critical"),
            ("degrades", "Degrades"),
            ("observe", "Observe"),
        ],
    )
}

pub(crate) fn scope(input: ParseStream<'_>, key: &str, example: &str) -> syn::Result<Value> {
    variant(
        input,
        key,
        example,
        "Scope",
        &[("local", "Local"), ("shared", "Shared")],
    )
}

/// One of a few words, as an identifier or as a string.
fn variant(
    input: ParseStream<'_>,
    key: &str,
    example: &str,
    kind: &'static str,
    variants: &[(&str, &str)],
) -> syn::Result<Value> {
    let words: Vec<_> = variants.iter().map(|(word, _)| *word).collect();
    let choice = suggest::list(&words);
    let (word, span) = if input.peek(LitStr) {
        let literal: LitStr = input.parse()?;
        (literal.value(), literal.span())
    } else {
        let ident: Ident = input.parse().map_err(|error: syn::Error| {
            syn::Error::new(
                error.span(),
                format!("`{key}` is {choice}, as in `{example}`"),
            )
        })?;
        (ident.to_string(), ident.span())
    };
    if let Some((_, variant)) = variants.iter().find(|(known, _)| *known == word) {
        return Ok(Value::Variant(kind, format_ident!("{variant}")));
    }
    let hint = suggest::nearest(&word, &words)
        .map(|near| format!(": did you mean `{near}`?"))
        .unwrap_or_default();
    Err(syn::Error::new(
        span,
        format!("`{key}` is {choice}, not `{word}`{hint}"),
    ))
}

fn text(input: ParseStream<'_>, key: &str, example: &str) -> syn::Result<LitStr> {
    input.parse().map_err(|error: syn::Error| {
        syn::Error::new(
            error.span(),
            format!("`{key}` takes a string, as in `{example}`"),
        )
    })
}

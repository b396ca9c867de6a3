use std::time::Duration;

use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::meta::ParseNestedMeta;
use syn::parse::{ParseStream, Parser};
use syn::{LitStr, Token};

use crate::errors::Errors;
use crate::facade::Facade;
use crate::kind::Kind;
use crate::options;
use crate::rules;
use crate::values::{self, Value};

/// What was written between the parentheses of an attribute, as far as it makes sense.
pub(crate) struct Args {
    pub(crate) name: Option<LitStr>,
    pub(crate) facade: Facade,
    pub(crate) settings: Vec<Setting>,
    /// The names of all options that were given, also of those whose values make no sense.
    pub(crate) given: Vec<&'static str>,
}

/// A field of the facade's `Options` that was given.
pub(crate) struct Setting {
    pub(crate) key: Ident,
    pub(crate) value: Value,
    /// The value as the user wrote it, for a message to point at.
    pub(crate) written: TokenStream,
}

impl Args {
    /// Reads the options. What is wrong goes into `errors`, and the rest is kept.
    pub(crate) fn parse(kind: Kind, tokens: TokenStream, errors: &mut Errors) -> Self {
        let mut args = Self {
            name: None,
            facade: Facade(None),
            settings: Vec::new(),
            given: Vec::new(),
        };
        if let Ok(literal) = syn::parse2::<LitStr>(tokens.clone()) {
            errors.at(&literal, "a name is written `name = \"…\"`");
            return args;
        }
        let options = syn::meta::parser(|meta| {
            if let Err(error) = args.option(&meta) {
                errors.add(error);
                skip_to_comma(meta.input)?;
            }
            Ok(())
        });
        if let Err(error) = options.parse2(tokens) {
            errors.add(error);
        }
        rules::refuse(kind, &args, errors);
        args
    }

    fn option(&mut self, meta: &ParseNestedMeta<'_>) -> syn::Result<()> {
        let options::Known { name, example } = options::find(&meta.path)?;
        if self.given.contains(name) {
            return Err(meta_error(
                meta,
                format!("`{name}` is given twice: keep one"),
            ));
        }
        self.given.push(name);
        if !meta.input.peek(Token![=]) {
            return Err(meta_error(
                meta,
                format!("`{name}` needs a value, as in `{example}`"),
            ));
        }
        let input = meta.value()?;
        let written = skip_to_comma(&input.fork())?;
        let value = match *name {
            "name" => {
                self.name = Some(values::name(input, example)?);
                return Ok(());
            }
            "crate" => {
                self.facade = Facade(Some(values::path(input, example)?));
                return Ok(());
            }
            "fail_after" | "pass_after" => values::count(input, name, example)?,
            "jitter" => values::percent(input, name, example)?,
            "impact" => values::impact(input, name, example)?,
            "scope" => values::scope(input, name, example)?,
            _ => values::duration(input, name, example)?,
        };
        let key = meta.path.require_ident()?.clone();
        self.settings.push(Setting {
            key,
            value,
            written,
        });
        Ok(())
    }

    /// The duration that was given under this name, if it makes sense.
    pub(crate) fn duration(&self, key: &str) -> Option<(Duration, &Setting)> {
        let setting = self.settings.iter().find(|setting| setting.key == key)?;
        match setting.value {
            Value::Duration(duration) => Some((duration, setting)),
            _ => None,
        }
    }
}

fn meta_error(meta: &ParseNestedMeta<'_>, message: String) -> syn::Error {
    syn::Error::new_spanned(&meta.path, message)
}

fn skip_to_comma(input: ParseStream<'_>) -> syn::Result<TokenStream> {
    let mut skipped = TokenStream::new();
    while !input.is_empty() && !input.peek(Token![,]) {
        skipped.extend([input.parse::<TokenTree>()?]);
    }
    Ok(skipped)
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::*;

    fn parse(tokens: TokenStream) -> (Args, Vec<String>) {
        let mut errors = Errors::default();
        let args = Args::parse(Kind::Readiness, tokens, &mut errors);
        (args, errors.messages())
    }

    #[test]
    fn every_option_is_read() {
        let (args, errors) = parse(quote! {
            name = "orders", timeout = "100ms", every = "5s", jitter = "0%", backoff = "30s",
            fail_after = 3, pass_after = 1, stale_after = "5s", initial_delay = "0s",
            impact = observe, scope = "shared", crate = crate::facade,
        });
        assert_eq!(errors, [""; 0]);
        assert_eq!(args.settings.len(), options::FIELDS);
        assert_eq!(
            args.settings[0].value,
            Value::Duration(Duration::from_millis(100))
        );
        assert_eq!(args.settings[2].value, Value::Percent(0));
        assert!(args.name.is_some() && args.facade.0.is_some());
    }

    #[test]
    fn what_is_right_is_kept_beside_what_is_wrong() {
        let (args, errors) = parse(quote! {
            timeout = "1", evry = f(1, 2) + 3, fail_after, every = "5s", every = "6s",
            jitter = "20%"
        });
        assert_eq!(errors.len(), 4, "{errors:?}");
        let keys: Vec<_> = args
            .settings
            .iter()
            .map(|setting| setting.key.to_string())
            .collect();
        assert_eq!(keys, ["every", "jitter"]);
    }

    #[test]
    fn nothing_is_fine() {
        let (args, errors) = parse(quote!());
        assert_eq!(errors, [""; 0]);
        assert!(args.settings.is_empty());
    }
}

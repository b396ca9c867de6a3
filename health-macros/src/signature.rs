use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Ident, ReturnType, Signature, Token, Type, Visibility};

use crate::argument::{self, Argument};
use crate::errors::Errors;
use crate::kind::Kind;
use crate::refuse;

/// An annotated function that can be a check.
pub(crate) struct Function {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) ident: Ident,
    pub(crate) is_async: bool,
    pub(crate) arguments: Vec<Argument>,
    pub(crate) output: Type,
}

impl Function {
    /// Reads what stands before the body; the body may hold anything.
    ///
    /// What keeps the function from being a check goes into `errors`, and the answer is `None`.
    pub(crate) fn parse(kind: Kind, item: TokenStream, errors: &mut Errors) -> Option<Self> {
        let head = |input: ParseStream<'_>| Head::parse(kind, input);
        match head.parse2(ungrouped(item)) {
            Ok(head) => head.into_function(kind, errors),
            Err(error) => {
                errors.add(error);
                None
            }
        }
    }
}

struct Head {
    attributes: Vec<Attribute>,
    visibility: Visibility,
    signature: Signature,
}

impl Head {
    fn parse(kind: Kind, input: ParseStream<'_>) -> syn::Result<Self> {
        let attributes = input.call(Attribute::parse_outer)?;
        let visibility = input.parse()?;
        if !is_function(&input.fork()) {
            return Err(input.error(format!(
                "`#[{}]` goes on a function, as in `fn name() -> bool {{ … }}`",
                kind.attribute()
            )));
        }
        let signature: Signature = input.parse()?;
        let body: TokenStream = input.parse()?;
        if body.is_empty() || body.to_string() == ";" {
            return Err(syn::Error::new(
                signature.ident.span(),
                "a check needs a body: write a free function that calls this one",
            ));
        }
        Ok(Self {
            attributes,
            visibility,
            signature,
        })
    }

    fn into_function(self, kind: Kind, errors: &mut Errors) -> Option<Function> {
        let before = errors.len();
        refuse::second_attribute(kind, &self.attributes, errors);
        refuse::qualifiers(kind, &self.signature, errors);
        let inputs = self.signature.inputs.iter();
        let arguments = inputs
            .filter_map(|input| argument::parse(input, errors))
            .collect();
        let ReturnType::Type(_, output) = self.signature.output else {
            errors.at(
                &self.signature.ident,
                "a check says whether it passed: return `bool`, \
                 `Result<(), E>` where `E: Display`, or `Outcome`",
            );
            return None;
        };
        (errors.len() == before).then(|| Function {
            attributes: self.attributes,
            visibility: self.visibility,
            ident: self.signature.ident,
            is_async: self.signature.asyncness.is_some(),
            arguments,
            output: *output,
        })
    }
}

/// Whether `fn` follows, after nothing but words that may qualify it.
fn is_function(ahead: ParseStream<'_>) -> bool {
    const QUALIFIERS: [&str; 6] = ["const", "async", "unsafe", "safe", "extern", "gen"];
    while !ahead.peek(Token![fn]) {
        match ahead.parse() {
            Ok(TokenTree::Ident(word)) if QUALIFIERS.iter().any(|known| word == known) => {}
            Ok(TokenTree::Literal(_)) => {}
            _ => return false,
        }
    }
    true
}

/// A macro that was given a whole `$item` passes it in invisible brackets.
fn ungrouped(item: TokenStream) -> TokenStream {
    let mut trees = item.clone().into_iter();
    match (trees.next(), trees.next()) {
        (Some(TokenTree::Group(group)), None) if group.delimiter() == Delimiter::None => {
            ungrouped(group.stream())
        }
        _ => item,
    }
}

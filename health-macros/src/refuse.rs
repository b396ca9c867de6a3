//! What a check's signature may not have, each with the reason and the way out.

use syn::{Attribute, GenericParam, Generics, Safety, Signature};

use crate::errors::Errors;
use crate::kind::Kind;

/// Liveness and readiness have opposite consequences, so that one function can't answer both.
pub(crate) fn second_attribute(kind: Kind, attributes: &[Attribute], errors: &mut Errors) {
    let ours = |attribute: &Attribute| {
        let last = &attribute.path().segments.last()?.ident;
        Kind::ALL
            .into_iter()
            .find(|other| last == other.attribute())
    };
    for (attribute, other) in attributes.iter().filter_map(|it| Some((it, ours(it)?))) {
        let (first, second) = (kind.attribute(), other.attribute());
        let message = if other == kind {
            format!("`#[{first}]` is given twice: keep one")
        } else {
            format!(
                "one function can't be both `#[{first}]` and `#[{second}]`, \
                 which ask different questions: write two functions"
            )
        };
        errors.at(attribute, message);
    }
}

pub(crate) fn qualifiers(kind: Kind, signature: &Signature, errors: &mut Errors) {
    if let (Some(token), Kind::Liveness) = (&signature.asyncness, kind) {
        errors.at(
            token,
            "a liveness check can't be `async`: it must answer from memory, for if it waited for \
             something elsewhere, an outage there would restart every pod here; remove `async`, \
             or use `#[readiness_check]`",
        );
    }
    if let Some(token) = &signature.constness {
        errors.at(
            token,
            "a check can't be `const`: it looks at what changes; remove `const`",
        );
    }
    if let Safety::Unsafe(token) = &signature.safety {
        errors.at(
            token,
            "a check can't be `unsafe`: it is called without you; \
             write a safe function that calls this one",
        );
    }
    if let Some(abi) = &signature.abi {
        errors.at(
            abi,
            "a check can't be `extern`: write a Rust function that calls this one",
        );
    }
    if let Some(variadic) = &signature.variadic {
        errors.at(
            variadic,
            "a check can't be variadic: each argument is looked up by its type",
        );
    }
    generics(&signature.generics, errors);
}

fn generics(generics: &Generics, errors: &mut Errors) {
    let is_lifetime = |parameter: &GenericParam| matches!(parameter, GenericParam::Lifetime(_));
    if !generics.params.iter().all(is_lifetime) {
        errors.at(
            generics,
            "a check can't be generic: nobody names its parameters when it is called; \
             write one check for each type",
        );
    } else if !generics.params.is_empty() {
        errors.at(
            generics,
            "a check can't have lifetime parameters: what it borrows lives as long as the run; \
             write `&T` without one",
        );
    }
    if let Some(clause) = &generics.where_clause {
        errors.at(
            clause,
            "a check can't have a `where` clause: it has no parameters to bound",
        );
    }
}

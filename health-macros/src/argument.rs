use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::{Attribute, FnArg, Pat, Type};

use crate::errors::Errors;

/// One argument: `pool: State<Pool>`, or `pool: &Pool` with the type behind the reference.
pub(crate) struct Argument {
    pub(crate) cfgs: Vec<Attribute>,
    pub(crate) name: String,
    pub(crate) ty: Type,
    pub(crate) by_reference: bool,
}

/// Reads one argument, or adds why there can't be such a one.
pub(crate) fn parse(input: &FnArg, errors: &mut Errors) -> Option<Argument> {
    let argument = match input {
        FnArg::Receiver(receiver) => {
            errors.at(
                receiver,
                "a check is a free function, without `self`: ask for what it needs by type, \
                 as in `pool: State<Pool>`",
            );
            return None;
        }
        FnArg::Typed(argument) => argument,
    };
    let (ty, by_reference) = match visible(&argument.ty) {
        Type::Reference(reference) if reference.mutability.is_some() => {
            errors.at(
                reference,
                "checks share what they ask for, so that none can have it `&mut`: \
                 take `&T`, with a lock or an atomic in `T`",
            );
            return None;
        }
        Type::Reference(reference)
            if reference
                .lifetime
                .as_ref()
                .is_some_and(|it| it.ident == "static") =>
        {
            errors.at(
                reference,
                "what a check borrows lives as long as the run: \
                 take `&T` without `'static`, or `State<T>` to keep it",
            );
            return None;
        }
        Type::Reference(reference) => (&*reference.elem, true),
        other => (other, false),
    };
    if says_impl(ty.to_token_stream()) {
        errors.at(
            &argument.ty,
            "an argument is looked up by its type, which `impl Trait` doesn't name: \
             write the type itself",
        );
        return None;
    }
    Some(Argument {
        cfgs: cfgs(&argument.attrs),
        name: match &*argument.pat {
            Pat::Ident(pattern) => pattern.ident.unraw().to_string(),
            _ => "_".to_owned(),
        },
        ty: ty.clone(),
        by_reference,
    })
}

/// The attributes that decide whether what they stand on exists.
pub(crate) fn cfgs(attributes: &[Attribute]) -> Vec<Attribute> {
    let cfgs = attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("cfg"));
    cfgs.cloned().collect()
}

/// Whether `impl` occurs at any depth.
pub(crate) fn says_impl(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|tree| match tree {
        TokenTree::Ident(ident) => ident == "impl",
        TokenTree::Group(group) => says_impl(group.stream()),
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}

/// The type inside the brackets that are written, or that a macro's `$t:ty` adds.
fn visible(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => visible(&group.elem),
        Type::Paren(paren) => visible(&paren.elem),
        other => other,
    }
}

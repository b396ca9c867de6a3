//! How an entry calls its function.
//!
//! The expansion's paths are absolute, its variables have names that nobody else takes, and what can
//! be wrong because of the user's types points at these.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;

use crate::argument::{self, Argument};
use crate::facade::Facade;
use crate::kind::Kind;
use crate::signature::Function;

/// The facade's `Run`, around a closure that finds the arguments and calls the function.
pub(crate) fn closure(kind: Kind, function: &Function, facade: &Facade) -> TokenStream {
    let private = facade.private(Span::call_site());
    let arguments = &function.arguments;
    let states = if arguments.is_empty() {
        quote!(_)
    } else {
        quote!(__health_states)
    };
    let in_process =
        (kind == Kind::Liveness && !arguments.is_empty()).then(|| in_process(arguments, facade));
    let finds = arguments
        .iter()
        .enumerate()
        .map(|(index, argument)| find(index, argument, facade));
    let outcome = outcome(function, facade);
    if function.is_async {
        let boxed = quote_spanned! {at(&function.ident)=>
            ::std::boxed::Box::pin(async move { #outcome })
        };
        quote! {
            #private::Run::Async(|#states| { #(#finds)* ::core::option::Option::Some(#boxed) })
        }
    } else {
        quote! {
            #private::Run::Sync(|#states| {
                #in_process
                #(#finds)*
                ::core::option::Option::Some(#outcome)
            })
        }
    }
}

/// The type that is looked up: for `&T`, a `State<T>` that outlives the function's borrow.
pub(crate) fn looked_up(argument: &Argument, facade: &Facade) -> TokenStream {
    let ty = &argument.ty;
    if !argument.by_reference {
        return quote!(#ty);
    }
    let facade = facade.private(at(ty));
    quote_spanned!(at(ty)=> #facade::State<#ty>)
}

/// Where rustc points if the expansion is wrong because of `tokens`.
///
/// The place is the user's, but names are looked up where the attribute stands: in a function that
/// a `macro_rules!` wrote, the user's own context would not see the expansion's variables.
pub(crate) fn at(tokens: &impl Spanned) -> Span {
    tokens.span().resolved_at(Span::call_site())
}

/// Makes rustc ask whether each argument is memory of this process.
fn in_process(arguments: &[Argument], facade: &Facade) -> TokenStream {
    let private = facade.private(Span::call_site());
    let asserts = arguments.iter().map(|Argument { cfgs, ty, .. }| {
        quote_spanned!(at(ty)=> #(#cfgs)* __health_in_process::<#ty>();)
    });
    quote! {
        fn __health_in_process<T: #private::InProcess + ?::core::marker::Sized>() {}
        #(#asserts)*
    }
}

fn find(index: usize, argument: &Argument, facade: &Facade) -> TokenStream {
    let (cfgs, holder) = (&argument.cfgs, holder(index));
    let ty = looked_up(argument, facade);
    let facade = facade.private(at(&argument.ty));
    quote_spanned! {at(&argument.ty)=>
        #(#cfgs)*
        let #holder = <#ty as #facade::FromState>::from_state(__health_states)?;
    }
}

/// The call, with its result as an `Outcome`.
fn outcome(function: &Function, facade: &Facade) -> TokenStream {
    let Function { ident, output, .. } = function;
    let arguments = function
        .arguments
        .iter()
        .enumerate()
        .map(|(index, argument)| {
            let (cfgs, holder) = (&argument.cfgs, holder(index));
            let reference = argument.by_reference.then(|| quote!(&*));
            quote!(#(#cfgs)* #reference #holder)
        });
    let wait = function.is_async.then(|| quote!(.await));
    let call = quote_spanned!(at(output)=> #ident(#(#arguments),*) #wait);
    let facade = facade.private(at(output));
    if argument::says_impl(quote!(#output)) {
        return quote_spanned!(at(output)=> #facade::IntoOutcome::into_outcome(#call));
    }
    quote_spanned!(at(output)=> <#output as #facade::IntoOutcome>::into_outcome(#call))
}

fn holder(index: usize) -> Ident {
    format_ident!("__health_argument_{index}")
}

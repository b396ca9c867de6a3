use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::Attribute;
use syn::ext::IdentExt;

use crate::args::Args;
use crate::argument;
use crate::errors::Errors;
use crate::kind::Kind;
use crate::names;
use crate::options;
use crate::run::{self, at};
use crate::signature::Function;

/// The annotated function as it was written, and beside it what registers it or what is wrong.
pub(crate) fn attribute(kind: Kind, options: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let args = Args::parse(kind, options, &mut errors);
    let function = Function::parse(kind, item.clone(), &mut errors);
    // With wrong options too, so that a `checks![…]` that names the function has nothing to add.
    let hidden = function.map(|function| hidden(kind, &args, &function, &mut errors));
    let errors = errors.into_compile_errors();
    quote!(#item #hidden #errors)
}

/// What stands beside the function: its entry, the registration, and the guard of its name.
fn hidden(kind: Kind, args: &Args, function: &Function, errors: &mut Errors) -> TokenStream {
    let (name, name_span) = name(args, function, errors);
    let facade = args.facade.private(Span::call_site());
    let cfgs = argument::cfgs(&function.attributes);
    let allows = allows(&function.attributes);
    let visibility = &function.visibility;
    let static_name = names::entry(&function.ident);
    let entry = entry(kind, args, function, &name);
    let guard = guard(&name, name_span);
    quote! {
        #(#cfgs)*
        #[doc(hidden)]
        #(#allows)*
        #visibility static #static_name: #facade::Entry = #entry;

        #(#cfgs)*
        #facade::inventory::submit! { #facade::Registration(&#static_name) }

        #(#cfgs)*
        #guard
    }
}

fn entry(kind: Kind, args: &Args, function: &Function, name: &str) -> TokenStream {
    let facade = args.facade.private(Span::call_site());
    let probe = format_ident!("{}", kind.variant());
    // In the user's own context: in the expansion's, this would be the line of the attribute.
    let line = quote_spanned!(function.ident.span()=> ::core::line!());
    let settings = args.settings.iter().map(|setting| {
        let (key, value) = (&setting.key, setting.value.expression(&facade));
        quote!(#key: ::core::option::Option::Some(#value),)
    });
    let none = quote!(#facade::Options::NONE);
    let options = match args.settings.len() {
        0 => none,
        // Nothing is left for the rest, and clippy would call it needless.
        options::FIELDS => quote!(#facade::Options { #(#settings)* }),
        _ => quote!(#facade::Options { #(#settings)* ..#none }),
    };
    let arguments = function.arguments.iter().map(|argument| {
        let (cfgs, name) = (&argument.cfgs, &argument.name);
        let ty = run::looked_up(argument, &args.facade);
        quote!(#(#cfgs)* #facade::Argument::of::<#ty>(#name))
    });
    let run = run::closure(kind, function, &args.facade);
    quote! {
        #facade::Entry {
            name: #name,
            probe: #facade::Probe::#probe,
            file: ::core::file!(),
            line: #line,
            options: #options,
            arguments: &[#(#arguments),*],
            run: #run,
        }
    }
}

/// The name that was given, or the function's.
fn name(args: &Args, function: &Function, errors: &mut Errors) -> (String, Span) {
    if let Some(literal) = &args.name {
        return (literal.value(), literal.span());
    }
    let name = function.ident.unraw().to_string();
    if let Some(wrong) = names::wrong(&name) {
        errors.at(
            &function.ident,
            format!("{wrong}; give another with `name = \"…\"`"),
        );
    }
    (name, function.ident.span())
}

/// Exported macros all live at the root of the crate, so that a second one of the same name is an
/// error, which shows both places.
fn guard(name: &str, span: Span) -> TokenStream {
    let guard = names::guard(name, span);
    quote_spanned! {at(&guard)=>
        #[doc(hidden)]
        #[allow(non_local_definitions)]
        #[macro_export]
        macro_rules! #guard { () => {}; }
    }
}

/// The lints that the user allows for the function, whose types and name its entry repeats.
///
/// That it is deprecated for whoever calls it is no news where it is registered.
fn allows(attributes: &[Attribute]) -> impl Iterator<Item = TokenStream> {
    attributes.iter().filter_map(|attribute| {
        let path = attribute.path();
        if path.is_ident("deprecated") {
            return Some(quote!(#[allow(deprecated)]));
        }
        let lints = &attribute.meta.require_list().ok()?.tokens;
        let says_so = path.is_ident("allow") || path.is_ident("expect");
        says_so.then(|| quote!(#[allow(#lints)]))
    })
}

#[cfg(test)]
mod tests;

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Path, Token};

use crate::facade::Facade;
use crate::{names, values};

/// The array that `checks![…]` stands for.
pub(crate) fn array(input: TokenStream) -> TokenStream {
    let Checks { facade, paths } = match syn::parse2(input) {
        Ok(checks) => checks,
        Err(error) => return error.into_compile_error(),
    };
    let facade = facade.private(Span::call_site());
    if paths.is_empty() {
        // An array without elements doesn't say of what.
        return quote!({ const NONE: [#facade::CheckRef; 0] = []; NONE });
    }
    let entries = paths.into_iter().map(|mut path| {
        if let Some(last) = path.segments.last_mut() {
            last.ident = names::entry(&last.ident);
        }
        path
    });
    quote!([#(#facade::CheckRef::new(&#entries)),*])
}

/// `crate = my::facade; a::database, b::cache`
struct Checks {
    facade: Facade,
    paths: Punctuated<Path, Token![,]>,
}

impl Parse for Checks {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let facade = if input.peek(Token![crate]) && input.peek2(Token![=]) {
            input.parse::<Token![crate]>()?;
            input.parse::<Token![=]>()?;
            let facade = values::path(input, "checks![crate = my::facade; database]")?;
            input.parse::<Token![;]>()?;
            Facade(Some(facade))
        } else {
            Facade(None)
        };
        let paths = input.call(|input| input.parse_terminated(Path::parse_mod_style, Token![,]));
        let paths = paths.map_err(|error| {
            let message = "`checks!` takes the paths of annotated functions, \
                           as in `checks![database, jobs::cache]`";
            syn::Error::new(error.span(), message)
        })?;
        Ok(Self { facade, paths })
    }
}

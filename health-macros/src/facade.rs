use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::Path;

/// The crate or module that re-exports the runtime side, where it is not `health_tower`.
pub(crate) struct Facade(pub(crate) Option<Path>);

impl Facade {
    /// The path to what is there for the macros, pointing to `span` where the user didn't write it.
    pub(crate) fn private(&self, span: Span) -> TokenStream {
        match &self.0 {
            Some(path) => quote!(#path::__private),
            None => quote_spanned!(span=> ::health_tower::__private),
        }
    }
}

//! What the attributes become, as a reader of `cargo expand` sees it.

use super::*;

fn check(snapshot: &str, kind: Kind, options: TokenStream, item: TokenStream) {
    let tokens = attribute(kind, options, item);
    let file = syn::parse2(tokens).expect("the expansion is a list of items");
    let settings = {
        let mut settings = insta::Settings::clone_current();
        settings.set_omit_expression(true);
        settings.set_prepend_module_to_snapshot(false);
        settings
    };
    settings.bind(|| insta::assert_snapshot!(snapshot, prettyplease::unparse(&file)));
}

#[test]
fn a_readiness_check_with_options() {
    let options = quote! {
        name = "orders-database", timeout = "100ms", every = "1m30s", jitter = "20%",
        fail_after = 3, scope = shared
    };
    let function = quote! {
        /// Ready while the pool answers.
        pub(crate) async fn database(pool: State<PgPool>) -> Result<(), sqlx::Error> {
            sqlx::query("select 1").execute(&*pool).await.map(drop)
        }
    };
    check("readiness", Kind::Readiness, options, function);
}

#[test]
fn a_liveness_check() {
    let function = quote! {
        fn scheduler_turns(ticks: State<Ticks>) -> bool {
            ticks.recent()
        }
    };
    check("liveness", Kind::Liveness, quote!(), function);
}

#[test]
fn a_reference_and_whatever_else_is_rare() {
    let function = quote! {
        #[cfg(feature = "cache")]
        #[deprecated]
        async fn r#type(cache: &Cache, #[cfg(unix)] _: Option<State<Socket>>) -> impl IntoOutcome {
            cache.ping().await
        }
    };
    check(
        "reference",
        Kind::External,
        quote!(crate = my::facade),
        function,
    );
}

#[test]
fn what_is_wrong_stands_beside_the_function() {
    let function = quote! {
        async fn database(pool: &mut Pool) -> bool {
            pool.ping().await
        }
    };
    check("wrong", Kind::Liveness, quote!(timeout = "5"), function);
}

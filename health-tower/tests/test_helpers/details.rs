use axum::Router;
use health_tower::test::Placement;
use health_tower::{Details, HealthLayer};

use crate::health;

const TOKEN: &str = "from-your-secrets-not-your-source";

#[tokio::test]
async fn details_for_those_with_a_token_pass() {
    let health = health();
    let details = Details::bearer_token(TOKEN);
    let layer = HealthLayer::builder(&health)
        .details(details)
        .build()
        .unwrap();
    let app: Router = Router::new().layer(layer.clone());
    Placement::of(&layer).assert(app).await;
}

#[tokio::test]
async fn details_for_everybody_are_found_unless_they_are_wanted() {
    let health = health();
    let details = Details::when(|_| true);
    let layer = HealthLayer::builder(&health)
        .details(details)
        .build()
        .unwrap();
    let app: Router = Router::new().layer(layer.clone());
    let problems = Placement::of(&layer).check(app.clone()).await.unwrap_err();
    for part in [
        "`/health/ready?verbose` was answered 200",
        "`/health/live` with `accept: application/health+json` was answered 200",
        "names and causes were shown to one without credentials",
        "`Placement::public_details`",
    ] {
        assert!(problems.contains(part), "no `{part}` in: {problems}");
    }
    assert!(!problems.contains("`/health/ready` was"), "{problems}");
    Placement::of(&layer).public_details().assert(app).await;
}

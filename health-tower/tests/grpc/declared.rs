use health_tower::{Check, Details, GrpcHealth, Health, HealthLayer, ProbePaths};

use crate::client::{NOT_SERVING, SERVING};
use crate::world::World;

fn error(grpc: GrpcHealth) -> String {
    let check = Check::readiness("database", || async { true });
    let health = Health::builder()
        .linked(false)
        .check(check)
        .start()
        .unwrap();
    let built = HealthLayer::builder(&health).grpc(grpc).build();
    built.map(|_| ()).unwrap_err().to_string()
}

#[tokio::test(start_paused = true)]
async fn what_can_not_be_declared_is_refused_by_name_with_the_fix() {
    for (name, why) in [
        ("", "is there by itself, and follows readiness"),
        ("liveness", "is there by itself, and follows liveness"),
        ("external", "is there by itself"),
        ("shop.Ord\u{200b}ers", "characters that are not seen"),
        ("shop\n", "characters that are not seen"),
        (&*"x".repeat(1025).leak(), "is longer than 1024 bytes"),
    ] {
        let error = error(GrpcHealth::new().service(name, ["database"]));
        assert!(
            error.contains(why) && error.contains(&format!("{name:?}")),
            "{error}"
        );
    }
    let unknown = error(GrpcHealth::new().service("shop.Orders", ["databse"]));
    assert_eq!(
        unknown,
        "the health layer can't be built: gRPC service \"shop.Orders\": there is no check named `databse`; there are `database`"
    );
    let twice = GrpcHealth::new()
        .service("shop.Orders", [])
        .service("shop.Orders", ["database"]);
    assert!(error(twice).contains("there is one of that name already"));
}

#[cfg(feature = "details")]
#[tokio::test(start_paused = true)]
async fn everything_that_is_wrong_with_a_layer_is_said_at_once() {
    let health = Health::builder().linked(false).start().unwrap();
    let error = HealthLayer::builder(&health)
        .paths(ProbePaths::none())
        .details(Details::bearer_token(""))
        .grpc(
            GrpcHealth::new()
                .service("a", ["b"])
                .service("liveness", []),
        )
        .build()
        .map(|_| ())
        .unwrap_err();
    assert_eq!(error.problems().len(), 4, "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_service_without_checks_follows_readiness() {
    let mut world = World::up().await;
    world.services.add("shop.Any", []).unwrap();
    assert_eq!(world.check("shop.Any").await, Ok(SERVING));
    world.database(false).await;
    assert_eq!(world.check("shop.Any").await, Ok(NOT_SERVING));
}

#[tokio::test(start_paused = true)]
async fn a_service_needs_nothing_but_what_it_names() {
    let mut world = World::with(|builder| {
        builder.check(Check::readiness("search", || async { false }).fail_after(1))
    });
    world.database(true).await;
    assert_eq!(world.check("shop.Orders").await, Ok(SERVING));
    assert_eq!(world.check("").await, Ok(NOT_SERVING));
}

#[tokio::test(start_paused = true)]
async fn what_is_added_twice_or_was_never_there_is_said() {
    let mut world = World::up().await;
    assert!(world.services.add("shop.Orders", []).is_err());
    assert!(world.services.add("shop.Later", ["nothing"]).is_err());
    assert_eq!(world.check("shop.Later").await, Err(5));
    assert!(!world.services.remove("shop.Later"));
    assert!(!world.services.remove(""));
    assert!(!world.services.remove("liveness"));
    assert_eq!(world.check("").await, Ok(SERVING));
}

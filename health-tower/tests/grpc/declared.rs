use health_tower::{Check, Details, GrpcHealth, Health, HealthLayer, KubernetesProbes, ProbePaths};

use crate::client::{Heard, NOT_SERVING, SERVING};
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
        (" shop.Orders", "has spaces"),
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
        .paths(ProbePaths::none().ready("ready"))
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
async fn a_layer_may_answer_grpc_and_nothing_else() {
    let health = Health::builder().linked(false).start().unwrap();
    let none = || HealthLayer::builder(&health).paths(ProbePaths::none());
    assert!(none().build().is_err());
    assert!(none().grpc(GrpcHealth::new()).build().is_ok());
}

#[tokio::test(start_paused = true)]
async fn kubernetes_is_warned_of_a_layer_that_does_not_answer() {
    let health = Health::builder().linked(false).start().unwrap();
    let yaml = |layer: &HealthLayer| KubernetesProbes::new(layer).grpc().to_string();
    let without = yaml(&HealthLayer::new(&health));
    assert!(without.contains("# The layer does not answer gRPC health"));
    let with = HealthLayer::builder(&health).grpc(GrpcHealth::new());
    let with = yaml(&with.build().unwrap());
    assert!(!with.contains("does not answer"), "{with}");
}

#[tokio::test(start_paused = true)]
async fn other_checks_are_set_without_a_gap() {
    let mut world = World::with(|builder| {
        builder.check(Check::readiness("search", || async { false }).fail_after(1))
    });
    world.database(true).await;
    let mut orders = world.watch("shop.Orders").await;
    assert_eq!(orders.now(), Heard::Status(SERVING));
    world.services.set("shop.Orders", ["database"]).unwrap();
    assert_eq!(orders.now(), Heard::Nothing);
    world.services.set("shop.Orders", ["search"]).unwrap();
    assert_eq!(orders.now(), Heard::Status(NOT_SERVING));
    assert!(world.services.set("shop.Orders", ["nothing"]).is_err());
    assert!(world.services.set("liveness", []).is_err());
    assert_eq!(orders.now(), Heard::Nothing);
    world.services.set("shop.New", ["database"]).unwrap();
    assert_eq!(world.check("shop.New").await, Ok(SERVING));
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

use crate::client::{NOT_SERVING, SERVING, Sent, framed};
use crate::world::World;

/// An entry of the map: a text, and a message that says a status.
fn entry(name: &str, status: u8) -> Vec<u8> {
    let mut entry = vec![];
    if !name.is_empty() {
        entry.extend([0x0a, u8::try_from(name.len()).unwrap()]);
        entry.extend(name.as_bytes());
    }
    entry.extend([0x12, 2, 0x08, status]);
    [&[0x0a, u8::try_from(entry.len()).unwrap()], &entry[..]].concat()
}

fn list(entries: &[(&str, u8)]) -> Vec<u8> {
    let entries: Vec<_> = entries
        .iter()
        .map(|(name, status)| entry(name, *status))
        .collect();
    framed(&entries.concat())
}

#[tokio::test(start_paused = true)]
async fn every_name_is_listed_with_its_status() {
    let mut world = World::up().await;
    let all = ["", "liveness", "readiness", "shop.Orders", "startup"];
    let serving = all.map(|name| (name, SERVING));
    let answer = world.call("List", Sent::whole(framed(&[]))).await;
    assert_eq!(answer, (0, list(&serving).into()));

    world.health.begin_drain();
    let draining = all.map(|name| match name {
        "liveness" | "startup" => (name, SERVING),
        _ => (name, NOT_SERVING),
    });
    let answer = world.call("List", Sent::whole(framed(&[]))).await;
    assert_eq!(answer, (0, list(&draining).into()));
}

#[tokio::test(start_paused = true)]
async fn a_hundred_names_are_listed_and_no_more() {
    let mut world = World::up().await;
    for number in 5..100 {
        world
            .services
            .add(format!("shop.Service{number}"), ["database"])
            .unwrap();
    }
    let (code, data) = world.call("List", Sent::whole(framed(&[]))).await;
    assert_eq!(code, 0);
    let last = entry("shop.Service99", SERVING);
    assert!(data.windows(last.len()).any(|window| window == last));

    // What is there by itself counts as well, and is more where something external was declared.
    let external = health_tower::Check::external("canary", || async { true });
    let mut other = World::with(|builder| builder.check(external));
    for number in 5..100 {
        let name = format!("shop.Service{number}");
        other.services.add(name, ["database"]).unwrap();
    }
    assert_eq!(other.call("List", Sent::whole(framed(&[]))).await.0, 8);

    world.services.add("one.too.Many", []).unwrap();
    let answer = world.call("List", Sent::whole(framed(&[]))).await;
    assert_eq!(answer, (8, bytes::Bytes::new()));
    assert_eq!(world.check("one.too.Many").await, Ok(SERVING));
}

use health_tower::{Answers, Cause, CheckState, Probe, Step, Synthetic};
use http::{Method, StatusCode};

use crate::world::{SECOND, World};

#[tokio::test(start_paused = true)]
async fn log_in_order_and_read_back() {
    let world = World::new();
    let checkout = Synthetic::new("checkout")
        .step(
            Step::post("/login/7")
                .body("user=canary")
                .header("content-type", "application/x-www-form-urlencoded")
                .expect_header("set-cookie", |cookie| cookie == "theme=dark"),
        )
        .then(|answers: &Answers| {
            assert_eq!(answers.last().unwrap().status(), StatusCode::OK);
            Step::new(Method::PATCH, "/order/1?via=canary").header("cookie", answers[0].cookies())
        })
        .then(|answers: &Answers| {
            let body = answers[1].body();
            let body = body.strip_prefix(b"fine").ok_or("no order")?;
            Ok::<_, &str>(
                Step::put("/order/2")
                    .body(body.to_vec())
                    .expect_status(201)
                    .expect_status(200),
            )
        });
    world.start(checkout);
    world.state("checkout", CheckState::Up).await;
    assert!(world.health.status(Probe::External).is_up());
    let seen = world.seen();
    let paths: Vec<_> = seen.iter().map(|seen| &*seen.path).collect();
    assert_eq!(paths, ["/login/7", "/order/1?via=canary", "/order/2"]);
    assert_eq!(seen[0].body, "user=canary");
    assert_eq!(seen[0].headers["user-agent"], "health-synthetic");
    assert_eq!(seen[1].headers["cookie"], "session=7; theme=dark");
    assert_eq!(seen[2].body, ", secret");
}

/// What is not as expected, and what is said of it. None of it quotes a header or a body.
#[tokio::test(start_paused = true)]
async fn each_expectation_fails_with_its_reason() {
    type Row = (fn() -> Step, &'static str);
    let rows: [Row; 10] = [
        (
            || Step::get("/status/500"),
            "GET /status/500: status 500, expected 2xx",
        ),
        (
            || Step::get("/status/404?secret"),
            "GET /status/404: status 404, expected 2xx",
        ),
        (
            || {
                Step::delete("/status/200")
                    .expect_status(204)
                    .expect_status(404)
            },
            "DELETE /status/200: status 200, expected 204 or 404",
        ),
        (
            || Step::get("/redirect/"),
            "GET /redirect/: status 302, expected 2xx: redirects are not followed",
        ),
        (
            || Step::get("/a/").expect_header("etag", |_| true),
            "GET /a/: header `etag` is missing",
        ),
        (
            || Step::get("/login/secret").expect_header("set-cookie", |cookie| cookie == "no"),
            "GET /login/secret: header `set-cookie` is not as expected",
        ),
        (
            || Step::get("/a/").expect_body(<[u8]>::is_empty),
            "GET /a/: the body (12 bytes) is not as expected",
        ),
        (
            || Step::get("/zeros/1048577"),
            "GET /zeros/1048577: the body is longer than 1048576 bytes",
        ),
        (
            || Step::get("/endless/"),
            "GET /endless/: the body is longer than 1048576 bytes",
        ),
        (|| Step::get("no-path"), ""),
    ];
    for (step, reason) in rows {
        let world = World::new();
        let failing = Synthetic::new("it").step(Step::get("/a/"));
        if reason.is_empty() {
            // Only a step that is made of answers can be wrong in a run.
            let made = failing.then(move |_| step());
            let (_, said) = world.failure("it", made).await;
            assert!(
                said.starts_with("step 2, GET /: the path \"no-path\" is none"),
                "{said}"
            );
            continue;
        }
        let (cause, said) = world
            .failure("it", failing.step(step()).step(Step::get("/never/")))
            .await;
        assert_eq!((cause, said), (Cause::Failed, format!("step 2, {reason}")));
        assert_eq!(world.seen().len(), 2, "what failed ends the run");
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_just_as_expected_passes() {
    for step in [
        Step::get("/status/204"),
        Step::get("/status/503").expect_status(503),
        Step::get("/redirect/")
            .expect_status(302)
            .expect_header("location", |to| to.starts_with("/status")),
        Step::get("/a/")
            .expect_body(|body| body.starts_with(b"fine"))
            .expect_body(|body| body.len() == 12),
        Step::get("/zeros/1048576"),
    ] {
        let world = World::new();
        world.start(Synthetic::new("it").step(step));
        world.state("it", CheckState::Up).await;
    }
    let world = World::new();
    world.start(
        Synthetic::new("it")
            .step(Step::get("/zeros/2000000"))
            .max_body(2_000_000),
    );
    world.state("it", CheckState::Up).await;
}

#[tokio::test(start_paused = true)]
async fn a_step_that_can_not_be_made_fails_with_its_own_words() {
    let world = World::new();
    let broken = Synthetic::new("it")
        .step(Step::get("/a/"))
        .then(|answers: &Answers| {
            answers[0]
                .header("x-order")
                .ok_or("no order number")
                .map(Step::get)
        });
    let (cause, said) = world.failure("it", broken).await;
    assert_eq!((cause, &*said), (Cause::Failed, "step 2: no order number"));
    let value = Synthetic::new("value").then(|_| Step::get("/a/").header("cookie", "se\ncret"));
    let (_, said) = world.failure("value", value).await;
    assert!(
        said.starts_with("step 1, GET /a/: the value of header `cookie`"),
        "{said}"
    );
    assert!(!said.contains("cret"), "{said}");
}

#[tokio::test(start_paused = true)]
async fn the_time_out_is_for_the_whole_run() {
    let world = World::new();
    let slow = Synthetic::new("slow")
        .step(Step::get("/slow/2"))
        .step(Step::get("/slow/2"));
    world.start(slow.every("10s"));
    world.state("slow", CheckState::Up).await;
    let too_slow = Synthetic::new("too slow");
    let too_slow = (0..3).fold(too_slow, |all, _| all.step(Step::get("/slow/2")));
    let (cause, said) = world.failure("too slow", too_slow).await;
    assert_eq!((cause, &*said), (Cause::TimedOut, "no answer within 5s"));
    tokio::time::sleep(SECOND).await;
}

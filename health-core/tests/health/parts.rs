use std::time::Duration;

use health_core::{Check, DrainPolicy, Health, HealthBuilder, Impact, Phase, Probe};
use tokio::time::sleep;
use tokio_test::{assert_pending, assert_ready, task};

use crate::support::{Switch, builder, until};

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn a_part_follows_what_it_needs_and_nothing_else() {
    let (database, search) = (Switch::new(true), Switch::new(false));
    let health = builder()
        .check(database.check("database").fail_after(1))
        .check(search.check("search").fail_after(1))
        .start()
        .unwrap();
    let orders = health.part(["database"]).unwrap();
    let both = health.part(["search", "database"]).unwrap();
    let whole = health.part([]).unwrap();
    assert!(!orders.status().is_up(), "nothing has run yet");

    until(&health, |now| {
        now.checks().all(|check| check.outcome().is_some())
    })
    .await;
    assert!(orders.status().is_up());
    assert!(!both.status().is_up() && !whole.status().is_up());

    search.set(true);
    until(&health, |_| both.status().is_up() && whole.status().is_up()).await;
    database.set(false);
    until(&health, |_| {
        !orders.status().is_up() && !both.status().is_up()
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_part_is_down_with_the_whole_service() {
    let database = Switch::new(true);
    let policy = DrainPolicy::default()
        .lame_duck(SECOND)
        .deadline(2 * SECOND);
    let health = builder()
        .check(database.check("database"))
        .drain(policy)
        .start()
        .unwrap();
    let orders = health.part(["database"]).unwrap();
    let warm = health.startup_task("warm cache");
    until(&health, |now| {
        now.check("database").unwrap().outcome().is_some()
    })
    .await;
    assert!(!orders.status().is_up(), "start-up is not over");
    warm.done();
    assert!(orders.status().is_up());

    health.report_fatal("journal", "corrupt");
    assert!(!orders.status().is_up());
    health.clear_fatal("journal");
    assert!(orders.status().is_up());

    health.begin_drain();
    assert!(!orders.status().is_up());
    health.resume();
    assert!(orders.status().is_up());
    health.shutdown();
    for phase in [Phase::Draining, Phase::Closing, Phase::Closed] {
        until(&health, |now| now.phase() >= phase).await;
        assert!(!orders.status().is_up(), "{phase}");
    }
}

#[tokio::test(start_paused = true)]
async fn who_follows_hears_of_each_change_of_a_status_and_of_nothing_else() {
    let (database, search) = (Switch::new(true), Switch::new(true));
    let health = builder()
        .check(database.check("database").fail_after(1).every(SECOND))
        .check(
            search
                .check("search")
                .fail_after(1)
                .every(SECOND)
                .impact(Impact::Degrades),
        )
        .start()
        .unwrap();
    until(&health, |now| {
        now.checks().all(|check| check.outcome().is_some())
    })
    .await;
    let mut statuses = health.statuses().follow();
    let mut changed = task::spawn(async move { statuses.changed().await.map(|()| statuses) });
    assert_pending!(changed.poll(), "followed from here on");
    sleep(60 * SECOND).await;
    assert!(database.runs() > 30);
    assert_pending!(changed.poll(), "results that change no status");

    // No probe depends on it, and no part that anybody has an eye on.
    search.set(false);
    until(&health, |now| {
        !now.check("search").unwrap().outcome().unwrap().is_success()
    })
    .await;
    assert_pending!(changed.poll());
    search.set(true);
    until(&health, |now| {
        now.check("search").unwrap().outcome().unwrap().is_success()
    })
    .await;

    let part = health.part(["search"]).unwrap();
    search.set(false);
    until(&health, |_| !part.status().is_up()).await;
    let mut statuses = assert_ready!(changed.poll()).unwrap();

    drop(part);
    search.set(true);
    until(&health, |now| {
        now.check("search").unwrap().outcome().unwrap().is_success()
    })
    .await;
    assert!(!statuses.has_changed().unwrap(), "nobody has an eye on it");

    let changes: [fn(&Health); 6] = [
        |health| health.report_fatal("journal", "corrupt"),
        |health| health.clear_fatal("journal"),
        |health| health.begin_drain(),
        |health| health.resume(),
        |health| health.statuses().touch(),
        |health| health.shutdown(),
    ];
    for change in changes {
        let before = health.statuses().follow();
        change(&health);
        assert!(before.has_changed().unwrap());
    }
    statuses.mark_unchanged();
    until(&health, |now| now.phase() >= Phase::Closing).await;
    assert!(statuses.has_changed().unwrap());
}

#[test]
fn where_the_runtime_of_the_checks_stands_still_who_follows_hears_that_results_went_stale() {
    let runtime = || {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap()
    };
    let short = Duration::from_millis(50);
    let check = Check::readiness("database", || async { true });
    let check = check.every(short).timeout(short).stale_after(3 * short);
    let stands_still = runtime();
    let (health, mut statuses) = stands_still.block_on(async {
        let health = builder().check(check).start().unwrap();
        until(&health, |now| now.status(Probe::Readiness).is_up()).await;
        let statuses = health.statuses().follow();
        (health, statuses)
    });
    let part = health.part(["database"]).unwrap();
    let heard = async { tokio::time::timeout(60 * SECOND, statuses.changed()).await };
    let heard = runtime().block_on(heard);
    assert!(heard.is_ok(), "nobody took the result back");
    assert!(!part.status().is_up());
    assert!(!crate::support::ready(&health));
}

#[tokio::test(start_paused = true)]
async fn a_name_that_no_check_has_is_an_error_that_says_which_there_are() {
    let none = builder().start().unwrap();
    let error = none.part(["database"]).unwrap_err().to_string();
    assert!(error.starts_with("there is no check named `database`; there are no checks at all"));

    let check = |name: String| Check::readiness(name, || async { true });
    let checks = (0..30).map(|number| check(format!("check-{number:02}")));
    let health = checks
        .fold(builder(), HealthBuilder::check)
        .start()
        .unwrap();
    let error = health.part(["check-00", "b", "a"]).unwrap_err().to_string();
    assert!(
        error.starts_with("there is no check named `b`, `a`; there are `check-00`, "),
        "{error}"
    );
    assert!(error.ends_with("`check-19` and 10 more"), "{error}");
}

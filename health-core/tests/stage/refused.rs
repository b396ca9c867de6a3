use std::time::Duration;

use crate::{Calls, MINUTE, stage};

#[tokio::test(start_paused = true)]
#[should_panic(expected = "there is no check named `databse`; there are `cache`, `database`")]
async fn a_name_that_is_not_there() {
    let calls = Calls::default();
    stage([calls.passing("database"), calls.passing("cache")]).passes("databse");
}

#[tokio::test(start_paused = true)]
#[should_panic(expected = "there is no check named `cache`")]
async fn nor_can_it_be_let_go() {
    stage([Calls::default().passing("database")]).release("cache");
}

#[tokio::test]
#[should_panic(expected = "start the test with `#[tokio::test(start_paused = true)]`")]
async fn time_that_is_not_paused() {
    stage([]).advance(MINUTE).await;
}

#[tokio::test(start_paused = true)]
#[should_panic(expected = "by 86400s at most")]
async fn more_time_than_anybody_waits_for() {
    stage([]).advance(Duration::MAX).await;
}

#[tokio::test(start_paused = true)]
#[should_panic(expected = "tests/stage/refused.rs:33")]
async fn what_never_comes() {
    stage([]).until(|_| false).await;
}

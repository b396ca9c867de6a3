//! What a test orders, one line each. The answer is `ok`, unless it says otherwise, once the order has taken effect:
//!
//! - `up CHECK`, `down CHECK`; `release` where they were held
//! - `add SERVICE CHECK`, `remove SERVICE`, `fill COUNT CHECK`: as many services more
//! - `drain`, `resume`, `shutdown`; `race`: begins to drain while results of checks arrive, and the last of them are good
//! - `say TEXT`, `end`: what the application's streams send, and their end
//! - `in-flight`: a number, or `-`
//! - `ended`: waits for the server's end; an error is answered as it is

use std::io;

use health_tower::BoxError;
use integration_tests::patience::pause;
use tokio::io::{AsyncBufReadExt as _, BufReader};

use crate::controls::Controls;
use crate::echo::Echo;

/// How often a race sets a check.
const LAPS: usize = 50;

/// Obeys until the input ends.
pub(crate) async fn obey(mut controls: impl Controls, echo: Echo) -> Result<(), BoxError> {
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    while let Some(line) = lines.next_line().await? {
        let words: Vec<_> = line.split(' ').collect();
        let answer = match execute(&words, &mut controls, &echo).await {
            Ok(answer) => answer,
            Err(error) => error.to_string(),
        };
        println!("{answer}");
    }
    // Its connections may be open, and need no farewell.
    std::process::exit(0)
}

async fn execute(
    words: &[&str],
    controls: &mut impl Controls,
    echo: &Echo,
) -> Result<String, BoxError> {
    match *words {
        [turn @ ("up" | "down"), check] => {
            controls.set(check, turn == "up").await;
            controls.seen(check).await;
        }
        ["release"] => controls.release().await,
        ["add", service, check] => controls.add(service, check).await?,
        ["fill", count, check] => {
            for number in 0..count.parse()? {
                controls.add(&format!("pkg.More{number}"), check).await?;
            }
        }
        ["remove", service] => controls.remove(service).await,
        ["drain"] => controls.drain().await,
        ["resume"] => controls.resume().await,
        ["shutdown"] => controls.shutdown(),
        ["race"] => race(controls).await,
        ["say", text] => echo.say(text),
        ["end"] => echo.end(),
        ["in-flight"] => {
            let count = controls.in_flight();
            return Ok(count.map_or_else(|| "-".to_owned(), |count| count.to_string()));
        }
        ["ended"] => controls.ended().await?,
        _ => return Err(io::Error::other(format!("not understood: {words:?}")).into()),
    }
    Ok("ok".to_owned())
}

async fn race(controls: &impl Controls) {
    let results = async || {
        for lap in 0..LAPS {
            controls.set("stock", lap % 2 == 1).await;
            pause().await;
        }
    };
    let drain = async {
        for _ in 0..LAPS / 2 {
            pause().await;
        }
        controls.drain().await;
    };
    tokio::join!(results(), drain, results());
    controls.set("stock", true).await;
    controls.seen("stock").await;
}

//! Clients that ask at a fixed rate, however long answers take, over connections that are kept.
//!
//! On their standard input, `mark` forgets what was seen so far, and `seen` prints what was seen since, as one line of JSON. What is
//! under way counts where it ends.

mod client;
mod mix;

use std::cell::RefCell;
use std::io;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use integration_tests::gray::Seen;
use tokio::io::{AsyncBufReadExt as _, BufReader, stdin};
use tokio::runtime::Builder;
use tokio::task::{LocalSet, spawn_local};
use tokio::time::{MissedTickBehavior, interval, timeout};

use client::{Client, End};
pub(crate) use mix::Mix;

/// A client that waits for longer has gone.
const PATIENCE: Duration = Duration::from_secs(2);
/// Nobody has more requests under way.
const MOST: usize = 4000;

/// Asks so many times a second, until the input ends.
pub(crate) fn run(addr: SocketAddr, rate: u32, mix: Mix) -> io::Result<()> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    LocalSet::new().block_on(&runtime, async {
        let seen = Rc::<RefCell<Seen>>::default();
        spawn_local(ask(Client::new(addr)?, rate, mix, Rc::clone(&seen)));
        let mut lines = BufReader::new(stdin()).lines();
        while let Some(line) = lines.next_line().await? {
            match &*line {
                "mark" => drop(seen.take()),
                "seen" => println!("{}", serde_json::to_string(&*seen.borrow())?),
                _ => println!("not understood: {line}"),
            }
        }
        Ok(())
    })
}

async fn ask(client: Client, rate: u32, mix: Mix, seen: Rc<RefCell<Seen>>) {
    let mut due = interval(Duration::from_secs(1) / rate);
    due.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let client = Rc::new(client);
    loop {
        due.tick().await;
        if Rc::strong_count(&client) > MOST {
            seen.borrow_mut().unsent += 1;
            continue;
        }
        let (client, seen, what) = (Rc::clone(&client), Rc::clone(&seen), mix.pick());
        spawn_local(async move {
            let begun = tokio::time::Instant::now();
            let end = timeout(PATIENCE, client.ask(what)).await;
            let taken = u32::try_from(begun.elapsed().as_micros()).unwrap_or(u32::MAX);
            let mut seen = seen.borrow_mut();
            match end {
                Ok(End::Right) => {
                    seen.right += 1;
                    seen.micros.push(taken);
                }
                Ok(End::Wrong) => seen.wrong += 1,
                Ok(End::Error) => seen.errors += 1,
                Ok(End::Shed) => seen.sheds += 1,
                Ok(End::Broken) => seen.broken += 1,
                Err(_elapsed) => seen.late += 1,
            }
        });
    }
}

//! Networks of a test's own: a switch, and rooms that are connected to it by a cable each. The test reaches all of them.
//!
//! Each room is a network namespace. A cable can be cut and mended, and packets on it can be lost. All of it goes when it is dropped, and
//! also when the test's process does: a namespace lives as long as a program in it, and that one ends with its standard input.

mod holder;
mod room;

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU16, Ordering};

use holder::Holder;
pub use room::Room;

use crate::shell::{can, run};

/// Networks of 16 addresses.
const NETWORKS: u16 = 4096;

/// A switch.
#[derive(Debug)]
pub struct Lan {
    switch: Holder,
    number: u16,
    /// The address that the next room gets.
    next: AtomicU8,
}

impl Lan {
    /// Why there can't be one here; `None` if there can.
    pub async fn missing() -> Option<String> {
        if !can("unshare", &["--net", "true"]).await {
            return Some("no right to make network namespaces".to_owned());
        }
        for (program, version) in [("ip", "-V"), ("nft", "--version"), ("nsenter", "--version")] {
            if !can(program, &[version]).await {
                return Some(format!("{program} is not installed"));
            }
        }
        None
    }

    /// A switch without rooms, connected to the test.
    ///
    /// # Panics
    ///
    /// If the system does not give it. See [`missing`](Self::missing).
    pub async fn new() -> Arc<Self> {
        let switch = Holder::start().await;
        switch
            .run("ip", &["link", "add", "switch", "type", "bridge"])
            .await;
        switch.run("ip", &["link", "set", "switch", "up"]).await;
        let pid = switch.id();
        let number = free_number(&pid).await;
        let lan = Self {
            switch,
            number,
            next: AtomicU8::new(2),
        };
        lan.plug("test").await;
        let (cable, ours) = (cable(number), format!("{}/28", lan.address(1)));
        run("ip", &["addr", "add", &ours, "dev", &cable]).await;
        run("ip", &["link", "set", &cable, "up"]).await;
        Arc::new(lan)
    }

    /// Where programs of the test's own namespace are reached from a room.
    #[must_use]
    pub fn ours(&self) -> Ipv4Addr {
        self.address(1)
    }

    /// One of its 16 addresses.
    fn address(&self, last: u8) -> Ipv4Addr {
        let [high, low] = (self.number * 16).to_be_bytes();
        Ipv4Addr::new(10, 214, high, low + last)
    }

    /// Connects one of the switch's ports.
    async fn plug(&self, port: &str) {
        let join = ["link", "set", port, "master", "switch"];
        self.switch.run("ip", &join).await;
        self.switch.run("ip", &["link", "set", port, "up"]).await;
    }
}

/// The cable to the test has the network's number in its name, which the kernel gives only once.
async fn free_number(switch: &str) -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let start = fastrand::u16(..NETWORKS);
    for _ in 0..100 {
        // Relaxed: only that no two are the same.
        let number = (start + NEXT.fetch_add(1, Ordering::Relaxed)) % NETWORKS;
        let cable = cable(number);
        let veth = [
            "link", "add", &cable, "type", "veth", "peer", "name", "test", "netns", switch,
        ];
        if can("ip", &veth).await {
            return number;
        }
    }
    panic!("the system gives no cable");
}

fn cable(number: u16) -> String {
    format!("lan{number}")
}

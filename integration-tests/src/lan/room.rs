use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use tokio::process::Command;

use super::Lan;
use super::holder::Holder;

/// A network namespace with a cable to the switch.
#[derive(Debug)]
pub struct Room {
    holder: Holder,
    lan: Arc<Lan>,
    port: String,
    address: Ipv4Addr,
}

impl Room {
    /// Another room.
    ///
    /// # Panics
    ///
    /// If the system does not give it, and for a fourteenth: addresses are few.
    pub async fn on(lan: &Arc<Lan>) -> Self {
        // Relaxed: only that no two are the same.
        let last = lan.next.fetch_add(1, Ordering::Relaxed);
        assert!(last < 15, "a network has room for 13");
        let holder = Holder::start().await;
        let (port, address) = (format!("port{last}"), lan.address(last));
        let switch = lan.switch.id();
        let cable = [
            "link", "add", "eth0", "type", "veth", "peer", "name", &port, "netns", &switch,
        ];
        // From within, so that the name `eth0` is the room's.
        holder.run("ip", &cable).await;
        lan.plug(&port).await;
        let cidr = format!("{address}/28");
        holder
            .run("ip", &["addr", "add", &cidr, "dev", "eth0"])
            .await;
        holder.run("ip", &["link", "set", "eth0", "up"]).await;
        Self {
            holder,
            lan: Arc::clone(lan),
            port,
            address,
        }
    }

    /// Where a program in it is reached.
    #[must_use]
    pub fn address(&self) -> Ipv4Addr {
        self.address
    }

    /// Its network.
    #[must_use]
    pub fn lan(&self) -> &Arc<Lan> {
        &self.lan
    }

    /// What starts a program in it. The process has the number of the program itself.
    #[must_use]
    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new("nsenter");
        command.args(["-t", &self.holder.id(), "-n", program]);
        command
    }

    /// Pulls the plug: from now on nothing comes in or goes out.
    pub async fn cut(&self) {
        self.link("down").await;
    }

    /// Plugs it in again.
    pub async fn mend(&self) {
        self.link("up").await;
    }

    async fn link(&self, state: &str) {
        let set = ["link", "set", &self.port, state];
        self.lan.switch.run("ip", &set).await;
    }

    /// From now on so many of a hundred packets are lost, at random, both ways: up to 99. 0 ends it.
    pub async fn lose(&self, percent: u32) {
        self.lose_of(percent, ["iifname \"eth0\"", "oifname \"eth0\""])
            .await;
    }

    /// The same for packets to and from one TCP port of a program in it, and no others.
    pub async fn lose_at(&self, port: u16, percent: u32) {
        let [to, from] = ["dport", "sport"].map(|side| format!("tcp {side} {port}"));
        self.lose_of(percent, [&to, &from]).await;
    }

    /// Of those that come in, and those that go out.
    async fn lose_of(&self, percent: u32, [to, from]: [&str; 2]) {
        let lost = format!("numgen random mod 100 < {percent} drop");
        let rules = format!(
            "table ip loss {{}}\ndelete table ip loss\n\
             table ip loss {{\n\
             chain to {{ type filter hook input priority 0; {to} {lost}; }}\n\
             chain from {{ type filter hook output priority 0; {from} {lost}; }}\n\
             }}\n"
        );
        self.holder.feed("nft", &["-f", "-"], &rules).await;
    }
}

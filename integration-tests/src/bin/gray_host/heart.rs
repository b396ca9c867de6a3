use std::io;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::thread;
use std::time::Duration;

const BEAT: Duration = Duration::from_millis(500);

/// A heartbeat as it is often written: a thread that beats as long as the process runs, and knows nothing else of it.
pub(crate) fn start(to: SocketAddr) -> io::Result<()> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))?;
    let name = thread::Builder::new().name("heart".to_owned());
    name.spawn(move || {
        loop {
            let _nobody_there = socket.send_to(b"beat", to);
            thread::sleep(BEAT);
        }
    })?;
    Ok(())
}

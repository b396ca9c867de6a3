//! A service that can be its own probe client, for tests that run it as one. As a service it says that it runs, and ends.

use std::io;

#[tokio::main]
async fn main() -> io::Result<()> {
    health_tower::exec_probe();
    println!("the service runs");
    Ok(())
}

//! In the place of who sounds the alarm: a server that can be ordered to answer in any way.

mod backoff;
mod faults;
mod kinds;
mod secrets;
mod server;
mod stage;
mod tls;

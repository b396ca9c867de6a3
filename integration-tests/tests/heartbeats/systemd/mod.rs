//! In the place of systemd: a socket that a service of ours writes to.

mod alive;
mod ends;
mod manager;
mod sockets;
mod starts;

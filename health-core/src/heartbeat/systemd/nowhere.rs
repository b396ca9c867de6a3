use crate::heartbeat::{Ack, Backend, BackendError, Joined, Leaving, Member, Session, Vitals};

/// systemd, which runs on Linux only: here there is never one.
#[derive(Debug)]
#[non_exhaustive]
pub enum Systemd {}

impl Systemd {
    /// Always `None`.
    #[must_use]
    pub fn from_env() -> Option<Self> {
        None
    }
}

impl Backend for Systemd {
    type Session = SystemdSession;

    fn name(&self) -> &str {
        match *self {}
    }

    async fn join(&self, _: &Member) -> Result<Joined<SystemdSession>, BackendError> {
        match *self {}
    }
}

/// A membership with a [`Systemd`].
#[derive(Debug)]
#[non_exhaustive]
pub enum SystemdSession {}

impl Session for SystemdSession {
    async fn beat(&mut self, _: &Vitals) -> Result<Ack, BackendError> {
        match *self {}
    }

    async fn leave(self, _: Leaving) -> Result<(), BackendError> {
        match self {}
    }
}

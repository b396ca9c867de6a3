use std::io;

use crate::lifecycle::Trigger;

/// The process's signals that ask it to end.
#[derive(Debug)]
pub(crate) struct Signals {
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(windows)]
    close: tokio::signal::windows::CtrlClose,
    #[cfg(windows)]
    shutdown: tokio::signal::windows::CtrlShutdown,
    #[cfg(windows)]
    interrupt: tokio::signal::windows::CtrlC,
}

#[cfg(unix)]
impl Signals {
    /// From here on the process no longer ends by itself on these signals.
    pub(crate) fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};

        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    pub(crate) async fn next(&mut self) -> Trigger {
        tokio::select! {
            _ = self.terminate.recv() => Trigger::Terminate,
            _ = self.interrupt.recv() => Trigger::Interrupt,
        }
    }
}

#[cfg(windows)]
impl Signals {
    /// From here on the process no longer ends by itself on these signals.
    pub(crate) fn listen() -> io::Result<Self> {
        use tokio::signal::windows::{ctrl_c, ctrl_close, ctrl_shutdown};

        Ok(Self {
            close: ctrl_close()?,
            shutdown: ctrl_shutdown()?,
            interrupt: ctrl_c()?,
        })
    }

    pub(crate) async fn next(&mut self) -> Trigger {
        tokio::select! {
            _ = self.close.recv() => Trigger::Terminate,
            _ = self.shutdown.recv() => Trigger::Terminate,
            _ = self.interrupt.recv() => Trigger::Interrupt,
        }
    }
}

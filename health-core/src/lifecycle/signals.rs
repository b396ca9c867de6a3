use std::io::{self, IsTerminal as _};
use std::sync::Weak;
use std::time::Duration;

use tokio::time::Instant;

use crate::lifecycle::{Latch, Trigger};

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

/// Signals so close to the first are the same wish: a process group gets SIGINT and SIGTERM together.
const SAME_WISH: Duration = Duration::from_millis(250);

/// The first signal begins the shutdown, the next one ends it now.
///
/// A first signal that finds a shutdown under way joins it, as a pod's SIGTERM does after a preStop hook that called
/// `shutdown()`: only a second *signal* cuts it short.
pub(crate) async fn follow(mut signals: Signals, latch: Weak<Latch>) {
    let mut first: Option<Instant> = None;
    loop {
        let trigger = signals.next().await;
        let Some(latch) = latch.upgrade() else {
            return;
        };
        match first {
            None => {
                first = Some(Instant::now());
                let at_a_terminal = trigger == Trigger::Interrupt && std::io::stdin().is_terminal();
                latch.request(trigger, at_a_terminal);
            }
            Some(first) if first.elapsed() < SAME_WISH => {}
            Some(_) => latch.second_signal(),
        }
    }
}

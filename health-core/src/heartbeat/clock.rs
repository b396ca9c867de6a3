use std::time::Duration;

/// The clock by which leases are counted: it goes on while the machine is suspended, as it does for whoever granted the lease, and
/// nobody can set it. `CLOCK_BOOTTIME` on Linux, Android and OpenBSD, `CLOCK_MONOTONIC` on Apple's systems, which counts sleep
/// there; elsewhere what [`std::time::Instant`] is: with sleep on Windows, without on others.
#[derive(Clone, Debug)]
pub(crate) struct BootClock(Source);

#[derive(Clone, Debug)]
enum Source {
    System,
    #[cfg(test)]
    Fake(fake::Fake),
}

impl BootClock {
    pub(crate) const fn system() -> Self {
        Self(Source::System)
    }

    /// Since some moment in the past.
    pub(crate) fn now(&self) -> Duration {
        match &self.0 {
            Source::System => system(),
            #[cfg(test)]
            Source::Fake(fake) => fake.now(),
        }
    }
}

#[cfg(any(
    target_os = "linux",
    target_os = "android",
    target_os = "openbsd",
    target_vendor = "apple"
))]
fn system() -> Duration {
    use rustix::time::{ClockId, clock_gettime};
    #[cfg(target_vendor = "apple")]
    const CLOCK: ClockId = ClockId::Monotonic;
    #[cfg(not(target_vendor = "apple"))]
    const CLOCK: ClockId = ClockId::Boottime;
    // Never negative: it counts from the start of the machine.
    Duration::try_from(clock_gettime(CLOCK)).unwrap_or_default()
}

#[cfg(not(any(
    target_os = "linux",
    target_os = "android",
    target_os = "openbsd",
    target_vendor = "apple"
)))]
fn system() -> Duration {
    use std::sync::OnceLock;
    use std::time::Instant;
    static EPOCH: OnceLock<Instant> = OnceLock::new();
    EPOCH.get_or_init(Instant::now).elapsed()
}

#[cfg(test)]
pub(crate) mod fake {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::time::Duration;

    use tokio::time::Instant;

    use super::{BootClock, Source};

    /// Tokio's clock, which a test may have stopped, and the time for which the machine was suspended, which that one never counts.
    #[derive(Clone, Debug)]
    pub(crate) struct Fake {
        epoch: Instant,
        suspended: Arc<AtomicU64>,
    }

    impl Fake {
        pub(crate) fn new() -> Self {
            Self {
                epoch: Instant::now(),
                suspended: Arc::default(),
            }
        }

        pub(crate) fn clock(&self) -> BootClock {
            BootClock(Source::Fake(self.clone()))
        }

        pub(crate) fn suspend(&self, so_long: Duration) {
            let nanos = u64::try_from(so_long.as_nanos()).unwrap();
            self.suspended.fetch_add(nanos, Ordering::SeqCst);
        }

        pub(crate) fn now(&self) -> Duration {
            // An hour: no test begins at the start of the machine.
            let suspended = Duration::from_nanos(self.suspended.load(Ordering::SeqCst));
            Duration::from_secs(3600) + self.epoch.elapsed() + suspended
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_runs_and_never_goes_back() {
        let clock = BootClock::system();
        let before = clock.now();
        assert!(before > Duration::ZERO);
        while clock.now() == before {}
        assert!(clock.now() > before);
    }
}

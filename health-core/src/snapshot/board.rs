use std::sync::atomic::{AtomicU64, Ordering};

use tokio::time::Instant;

use crate::{Probe, ProbeStatus};

/// The answers to the four probes, readable from any thread without a lock, an allocation or a reference count.
///
/// Each answer is one word: the status, and until when it is fresh. A service whose runtime has stalled so badly that no
/// check runs any more is thereby found unready by the reader, who needs no help from that runtime.
///
/// A cheap `Copy`, from [`Health::board`](crate::Health::board): the words themselves are leaked, once for each `Health`.
#[derive(Clone, Copy, Debug)]
pub struct StatusBoard(&'static Board);

#[derive(Debug)]
struct Board {
    epoch: Instant,
    words: [AtomicU64; 4],
}

/// One answer, before it is packed into a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) status: ProbeStatus,
    /// From here on, what is up counts as down.
    pub(crate) fresh_until: Option<Instant>,
}

impl Mark {
    /// What the mark says at that time.
    pub(crate) fn status_at(self, now: Instant) -> ProbeStatus {
        match self.fresh_until {
            Some(until) if self.status.is_up() && now >= until => ProbeStatus::Down,
            _ => self.status,
        }
    }
}

/// Set in a word once a reader was told that it is up.
const TOLD: u64 = 0b100;
const STATUS_BITS: u32 = 3;
const FOREVER: u64 = u64::MAX >> STATUS_BITS;

impl StatusBoard {
    /// A board on which nothing is up yet but liveness.
    pub(crate) fn leak(epoch: Instant) -> Self {
        let down = pack(ProbeStatus::Down, FOREVER);
        let words: [AtomicU64; 4] = std::array::from_fn(|_| AtomicU64::new(down));
        Self(Box::leak(Box::new(Board { epoch, words })))
    }

    /// The answer to this probe now.
    #[must_use]
    pub fn status(self, probe: Probe) -> ProbeStatus {
        // Relaxed: the word is the whole message; nothing else is read because of it.
        let mut word = self.0.words[probe.index()].load(Ordering::Relaxed);
        if probe == Probe::Startup && word & TOLD == 0 {
            word = self.tell_started(word);
        }
        let (status, fresh_until) = unpack(word);
        if status.is_up() && fresh_until != FOREVER && self.nanos(Instant::now()) >= fresh_until {
            return ProbeStatus::Down;
        }
        status
    }

    /// Whether both are the board of one [`Health`](crate::Health): for a face that has to know who answered in a test.
    #[cfg(feature = "test")]
    #[must_use]
    pub fn is_same(self, other: Self) -> bool {
        std::ptr::eq(self.0, other.0)
    }

    /// Called under the hub's lock only, so that words are written in the order of the snapshots.
    pub(crate) fn write(self, probe: Probe, mark: Mark) {
        let fresh_until = mark.fresh_until.map_or(FOREVER, |until| self.nanos(until));
        let word = pack(mark.status, fresh_until);
        let keep_told = |old: u64| Some(word | old & TOLD);
        let _always = self.0.words[probe.index()].fetch_update(
            Ordering::Relaxed,
            Ordering::Relaxed,
            keep_told,
        );
    }

    /// Notes that somebody heard that start-up is over, if it is: from there on it is over for good.
    #[cold]
    fn tell_started(self, mut word: u64) -> u64 {
        let startup = &self.0.words[Probe::Startup.index()];
        while unpack(word).0.is_up() && word & TOLD == 0 {
            match startup.compare_exchange_weak(
                word,
                word | TOLD,
                Ordering::Relaxed,
                Ordering::Relaxed,
            ) {
                Ok(_) => return word | TOLD,
                Err(now) => word = now,
            }
        }
        word
    }

    /// Takes back that start-up is over. `false` if somebody has already heard it; then it stays. Under the hub's lock only.
    pub(crate) fn restart(self) -> bool {
        let startup = &self.0.words[Probe::Startup.index()];
        let down = pack(ProbeStatus::Down, FOREVER);
        let untold = |word: u64| (word & TOLD == 0).then_some(down);
        startup
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, untold)
            .is_ok()
    }

    fn nanos(self, at: Instant) -> u64 {
        let since = at.saturating_duration_since(self.0.epoch).as_nanos();
        u64::try_from(since).map_or(FOREVER, |nanos| nanos.min(FOREVER))
    }
}

fn pack(status: ProbeStatus, fresh_until: u64) -> u64 {
    let status = match status {
        ProbeStatus::Down => 0,
        ProbeStatus::Up => 1,
        ProbeStatus::Absent => 2,
    };
    fresh_until << STATUS_BITS | status
}

fn unpack(word: u64) -> (ProbeStatus, u64) {
    let status = match word & 0b11 {
        1 => ProbeStatus::Up,
        2 => ProbeStatus::Absent,
        _ => ProbeStatus::Down,
    };
    (status, word >> STATUS_BITS)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_word_holds_what_was_packed() {
        for status in [ProbeStatus::Up, ProbeStatus::Down, ProbeStatus::Absent] {
            for fresh_until in [0, 1, FOREVER] {
                assert_eq!(unpack(pack(status, fresh_until)), (status, fresh_until));
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_reader_sees_staleness_without_anybody_writing() {
        let now = Instant::now();
        let board = StatusBoard::leak(now);
        let mark = Mark {
            status: ProbeStatus::Up,
            fresh_until: Some(now + Duration::from_secs(3)),
        };
        board.write(Probe::Readiness, mark);
        assert_eq!(board.status(Probe::Readiness), ProbeStatus::Up);
        tokio::time::advance(Duration::from_secs(3)).await;
        assert_eq!(board.status(Probe::Readiness), ProbeStatus::Down);
    }
}

use std::fmt;

use crate::sync::{AtomicU64, Ordering};

/// How many are in flight: the lower half of the word.
const COUNT: u64 = WAIT - 1;
/// Somebody waits for zero, and nobody has been told of one since.
const WAIT: u64 = 1 << 32;
/// The flags of a drain, above that.
const DRAINING: u64 = 1 << 33;
const REFUSING: u64 = 1 << 34;
const ENDED: u64 = 1 << 35;
/// How many have ever entered, above that; it wraps, off the top of the word.
const ENTERED: u64 = 1 << 36;

/// How far a drain has come, as whoever counts on a stripe finds it there.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct DrainFlags(u64);

impl DrainFlags {
    pub(crate) const DRAINING: Self = Self(DRAINING);
    pub(crate) const REFUSING: Self = Self(REFUSING);
    pub(crate) const ENDED: Self = Self(ENDED);

    /// Which one it is, of those that have ever entered; it wraps.
    #[inline]
    pub(crate) fn number(self) -> u64 {
        self.0 / ENTERED
    }

    /// Whether nothing is to be minded: there is no drain.
    #[inline]
    #[must_use]
    pub fn is_clear(self) -> bool {
        self.0 & (DRAINING | REFUSING | ENDED) == 0
    }

    /// Whether a shutdown has begun.
    #[must_use]
    pub fn is_draining(self) -> bool {
        self.0 & DRAINING != 0
    }

    /// Whether what comes now is to be refused.
    #[must_use]
    pub fn is_refusing(self) -> bool {
        self.0 & (REFUSING | ENDED) != 0
    }

    /// Whether what is in flight is to end, finished or not.
    #[inline]
    #[must_use]
    pub fn is_ended(self) -> bool {
        self.0 & ENDED != 0
    }
}

impl fmt::Debug for DrainFlags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DrainFlags")
            .field("draining", &self.is_draining())
            .field("refusing", &self.is_refusing())
            .field("ended", &self.is_ended())
            .finish()
    }
}

/// One counter of requests in flight, and the flag of those who wait for its end, in one word.
///
/// 1. `enter` and `leave` come in pairs on the same stripe, whatever thread they are called from.
/// 2. All accesses are read-modify-writes of one word, so they have one order: either `watch` comes first, and the last
///    `leave` sees WAIT and tells so; or the last `leave` comes first, and `watch` sees zero. No wake-up is lost. (With a
///    flag of its own beside the counter this fails; the model in `model.rs` shows both.)
/// 3. WAIT is taken away with the zero that it tells of, before anybody is woken; who is woken and waits on looks again, and sets it
///    anew. So it stays where somebody waits, and costs one wake-up more where nobody does any longer.
/// 4. Several stripes are zero *together* only if each was zero twice, and nobody entered any of them in between: see [`idle`].
#[derive(Debug)]
pub(crate) struct Stripe {
    word: AtomicU64,
}

impl Stripe {
    pub(crate) const WRAPS: u64 = u64::MAX / ENTERED + 1;

    pub(crate) fn new() -> Self {
        Self {
            word: AtomicU64::new(0),
        }
    }

    /// Gives how far a drain has come.
    #[inline]
    pub(crate) fn enter(&self) -> DrainFlags {
        // Relaxed: nothing is read because of an arrival.
        DrainFlags(self.word.fetch_add(ENTERED | 1, Ordering::Relaxed))
    }

    /// Raises a flag, for good.
    pub(crate) fn raise(&self, flags: DrainFlags) {
        // Release: who sees the flag sees what was set up for it.
        self.word.fetch_or(flags.0, Ordering::Release);
    }

    #[inline]
    pub(crate) fn flags(&self) -> DrainFlags {
        DrainFlags(self.word.load(Ordering::Acquire))
    }

    /// `true` if this was the last one and somebody waits for it: whoever waits for zero is to be woken.
    #[inline]
    #[must_use]
    pub(crate) fn leave(&self) -> bool {
        // AcqRel: what the request did happens before what is done after the drain; the last one collects the others.
        let before = self.word.fetch_sub(1, Ordering::AcqRel);
        before & (WAIT | COUNT) == WAIT | 1 && self.tell()
    }

    /// The zero that was asked for is there.
    #[cold]
    fn tell(&self) -> bool {
        // Relaxed: it goes on with what `leave` has released; and it comes before the wake-up, whose lock orders it for who waits.
        self.word.fetch_and(!WAIT, Ordering::Relaxed);
        true
    }

    /// Asks to be told of zero, and gives the word up to now.
    fn watch(&self) -> u64 {
        // AcqRel: seeing zero here must see what the requests did, as `leave` does.
        self.word.fetch_or(WAIT, Ordering::AcqRel)
    }

    /// Another number with each that comes or goes.
    pub(crate) fn turnover(&self) -> u64 {
        let word = self.word.load(Ordering::Relaxed);
        // As many come as go; so that these don't cancel each other out, they don't count the same.
        (word / ENTERED)
            .wrapping_mul(1 << 20)
            .wrapping_add(word & COUNT)
    }

    /// How many have ever entered, which wraps after [`WRAPS`](Self::WRAPS), and how many of them are there now.
    pub(crate) fn look(&self) -> (u64, u64) {
        let word = self.word.load(Ordering::Relaxed);
        (word / ENTERED, word & COUNT)
    }

    pub(crate) fn count(&self) -> u64 {
        self.word.load(Ordering::Relaxed) & COUNT
    }
}

/// Whether there was a moment when nothing was in flight on any stripe. If not, the next zero of a stripe will tell.
///
/// One look at each is not enough: work that is handed over, by entering one stripe before leaving another, can be behind the
/// look each time. So each is looked at twice. What was zero both times, and was not entered in between, was zero in between;
/// and so were all of them together, when the first round had ended and the second not begun.
pub(crate) fn idle<'a>(stripes: impl Iterator<Item = &'a Stripe> + Clone) -> bool {
    let round = || {
        let mut entered = 0_u64;
        let all_zero = stripes.clone().fold(true, |zero, stripe| {
            let word = stripe.watch();
            entered = entered.wrapping_add(word / ENTERED);
            zero && word & COUNT == 0
        });
        all_zero.then_some(entered)
    };
    loop {
        let Some(first) = round() else { return false };
        let Some(second) = round() else { return false };
        if first == second {
            return true;
        }
    }
}

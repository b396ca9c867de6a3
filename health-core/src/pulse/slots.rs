use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// As many pieces of work at a time as are looked for before more room is made.
const PER_CHUNK: usize = 16;

const OPEN: u64 = 1;
const LABEL_BITS: u32 = 4;
/// How many labels a slot can tell apart.
pub(crate) const LABELS: usize = 1 << LABEL_BITS;
/// Counts how often a slot was opened, above the label.
const ONE_MORE: u64 = 1 << (LABEL_BITS + 1);

/// The pieces of work that are under way, each in a slot of one word. No lock, and no clock: who looks twice and finds the same
/// word knows that the same piece of work is still under way.
///
/// 1. A slot is taken by whoever sets OPEN, with one compare-and-swap; only who took it clears it.
/// 2. Each taking makes another word of it, for 2⁵⁹ times.
/// 3. Room is only ever added, behind what is there; as much as was ever taken at once, rounded up.
///
/// No Loom model: whatever is said about a slot is said by its one word, whose changes have one order for all. Nothing follows
/// from two words together, nor from a word and how the pulse ended: one that has ended is watched until its slots are free,
/// whichever is seen first.
#[derive(Debug)]
pub(crate) struct Slots {
    words: [AtomicU64; PER_CHUNK],
    more: OnceLock<Box<Slots>>,
}

/// A slot that is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Open {
    pub(crate) place: usize,
    word: u64,
}

impl Open {
    pub(crate) fn label(self) -> usize {
        (self.word >> 1) as usize % LABELS
    }
}

impl Slots {
    pub(crate) fn new() -> Self {
        Self {
            words: [const { AtomicU64::new(0) }; PER_CHUNK],
            more: OnceLock::new(),
        }
    }

    /// Takes a free slot, and gives its place.
    pub(crate) fn open(&self, label: usize) -> usize {
        let label = (label % LABELS) as u64;
        let mut chunk = self;
        let mut before = 0;
        loop {
            if let Some(at) = chunk.words.iter().position(|word| take(word, label)) {
                return before + at;
            }
            before += PER_CHUNK;
            chunk = chunk.more.get_or_init(|| Box::new(Self::new()));
        }
    }

    /// Frees a slot that `open` gave.
    pub(crate) fn close(&self, place: usize) {
        if let Some(word) = self.words().nth(place) {
            // Release: nothing is read because of it, but what the work did comes first.
            word.fetch_and(!OPEN, Ordering::Release);
        }
    }

    pub(crate) fn opened(&self) -> impl Iterator<Item = Open> {
        let words = self.words().map(|word| word.load(Ordering::Relaxed));
        let slots = words.enumerate().map(|(place, word)| Open { place, word });
        slots.filter(|slot| slot.word & OPEN != 0)
    }

    fn words(&self) -> impl Iterator<Item = &AtomicU64> {
        let chunks = std::iter::successors(Some(self), |chunk| chunk.more.get().map(AsRef::as_ref));
        chunks.flat_map(|chunk| &chunk.words)
    }
}

fn take(word: &AtomicU64, label: u64) -> bool {
    let old = word.load(Ordering::Relaxed);
    let uses = old.wrapping_add(ONE_MORE) & !(ONE_MORE - 1);
    let new = uses | label << 1 | OPEN;
    let free = old & OPEN == 0;
    // Relaxed: the word is the whole message.
    free && word
        .compare_exchange(old, new, Ordering::Relaxed, Ordering::Relaxed)
        .is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_room_for_all_and_each_use_is_another() {
        let slots = Slots::new();
        let places: Vec<_> = (0..100).map(|label| slots.open(label)).collect();
        assert_eq!(places, (0..100).collect::<Vec<_>>());
        let labels: Vec<_> = slots.opened().map(Open::label).collect();
        assert_eq!(
            labels,
            (0..100).map(|label| label % LABELS).collect::<Vec<_>>()
        );
        let first = slots.opened().next().unwrap();
        slots.close(0);
        assert_eq!(slots.opened().count(), 99);
        assert_eq!(slots.open(0), 0);
        assert_ne!(
            slots.opened().next().unwrap(),
            first,
            "the same work it would seem"
        );
    }

    #[test]
    fn threads_never_share_a_slot() {
        let slots = Slots::new();
        std::thread::scope(|scope| {
            for label in 0..8 {
                let slots = &slots;
                scope.spawn(move || {
                    for _ in 0..10_000 {
                        let place = slots.open(label);
                        let mine = slots.opened().find(|open| open.place == place);
                        assert_eq!(mine.map(Open::label), Some(label));
                        slots.close(place);
                    }
                });
            }
        });
        assert_eq!(slots.opened().count(), 0);
    }
}

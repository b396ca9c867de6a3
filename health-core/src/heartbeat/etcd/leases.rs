use std::collections::VecDeque;

/// As many attempts to join whose end is not known: those before have ended long ago, with their TTL.
const MOST: usize = 32;

/// The leases that this process was granted. One of them at the key is an earlier self, and no other instance.
#[derive(Debug, Default)]
pub(super) struct Leases(VecDeque<i64>);

impl Leases {
    pub(super) fn remember(&mut self, lease: i64) {
        if self.0.len() == MOST {
            self.0.pop_front();
        }
        self.0.push_back(lease);
    }

    pub(super) fn forget(&mut self, lease: i64) {
        self.0.retain(|known| *known != lease);
    }

    pub(super) fn is_ours(&self, lease: i64) -> bool {
        self.0.contains(&lease)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_ones_are_remembered() {
        let mut leases = Leases::default();
        (1..=40).for_each(|lease| leases.remember(lease));
        leases.forget(40);
        let known: Vec<i64> = (0..=41).filter(|lease| leases.is_ours(*lease)).collect();
        assert_eq!(known, (9..=39).collect::<Vec<_>>());
    }
}

/// Which answer of a stream belongs to the last request. Answers carry no number, and come in the order of the requests, so they are counted.
/// Pure.
///
/// A beat that was given up has its answer still to come: taken for the answer to the next, it would move the fence by what was granted to
/// an older beat.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tally {
    asked: u64,
    answered: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// To a request before the last.
    Late,
    /// To the last one.
    Last,
    /// To none that was sent.
    Unasked,
}

impl Tally {
    pub(super) fn ask(&mut self) {
        self.asked += 1;
    }

    pub(super) fn answer(&mut self) -> Turn {
        self.answered = self.answered.saturating_add(1);
        match self.answered.cmp(&self.asked) {
            std::cmp::Ordering::Less => Turn::Late,
            std::cmp::Ordering::Equal => Turn::Last,
            std::cmp::Ordering::Greater => Turn::Unasked,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Against a server that has the number of the request beside each answer.
        #[test]
        fn an_answer_is_taken_only_for_the_last_request(steps in proptest::collection::vec(any::<bool>(), 0..200)) {
            let (mut tally, mut queue, mut last) = (Tally::default(), VecDeque::new(), 0);
            for asks in steps {
                if asks {
                    last += 1;
                    queue.push_back(last);
                    tally.ask();
                } else if let Some(number) = queue.pop_front() {
                    let turn = if number == last { Turn::Last } else { Turn::Late };
                    prop_assert_eq!(tally.answer(), turn);
                }
            }
            for _ in 0..queue.len() {
                prop_assert_ne!(tally.answer(), Turn::Unasked);
            }
            prop_assert_eq!(tally.answer(), Turn::Unasked);
        }
    }
}

use std::time::Duration;

use tokio::time::Instant;

use crate::probers::Advice;

/// What was told lately, so that a log isn't filled: by what comes and goes with measured intervals, or by whoever makes up the names
/// of balancers.
///
/// 1. The same is told once in [`AGAIN`], and so is its end: details and metrics show how it comes and goes.
/// 2. No more than [`MOST`] are told in that time, whatever they are about.
#[derive(Debug, Default)]
pub(crate) struct Told(Vec<Telling>);

#[derive(Debug)]
struct Telling {
    advice: Advice,
    at: Instant,
    is_over: bool,
}

const AGAIN: Duration = Duration::from_secs(3600);
const MOST: usize = 16;

/// What to tell now.
#[derive(Debug, Default)]
pub(crate) struct News {
    pub(crate) new: Vec<Advice>,
    pub(crate) over: Vec<Advice>,
}

impl Told {
    /// What is news of these, after those.
    pub(crate) fn news(&mut self, before: &[Advice], advice: &[Advice], now: Instant) -> News {
        let is_in = |one: &Advice, all: &[Advice]| all.iter().any(|other| other.is_same(one));
        // What held until now is kept, however long ago it was told: its end will be news.
        self.0.retain(|told| {
            now.saturating_duration_since(told.at) < AGAIN || is_in(&told.advice, before)
        });
        let mut news = News::default();
        for told in self.0.iter_mut().filter(|told| !told.is_over) {
            if !is_in(&told.advice, advice) {
                told.is_over = true;
                news.over.push(told.advice.clone());
            }
        }
        for new in advice.iter().filter(|new| !is_in(new, before)) {
            let was_told = self.0.iter().any(|told| told.advice.is_same(new));
            if self.0.len() < MOST && !was_told {
                self.0.push(Telling {
                    advice: new.clone(),
                    at: now,
                    is_over: false,
                });
                news.new.push(new.clone());
            }
        }
        news
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::AdviceKind;

    fn about(name: &str) -> Advice {
        Advice::new(AdviceKind::LameDuckTooShort, name, String::new())
    }

    fn told(news: &News) -> [usize; 2] {
        [news.new.len(), news.over.len()]
    }

    #[test]
    fn it_is_told_when_it_begins_and_when_it_is_over() {
        let (mut all, now) = (Told::default(), Instant::now());
        let one = [about("a")];
        assert_eq!(told(&all.news(&[], &one, now)), [1, 0]);
        assert_eq!(told(&all.news(&one, &one, now)), [0, 0]);
        assert_eq!(told(&all.news(&one, &[], now)), [0, 1]);
    }

    #[test]
    fn what_comes_and_goes_is_told_once_an_hour() {
        let (mut all, start) = (Told::default(), Instant::now());
        let (mut new, mut over) = (0, 0);
        let one = [about("a")];
        for minute in 0..120 {
            let now = start + Duration::from_secs(60 * minute);
            new += all.news(&[], &one, now).new.len();
            over += all.news(&one, &[], now).over.len();
        }
        assert_eq!((new, over), (2, 2));
    }

    #[test]
    fn made_up_names_fill_no_log() {
        let (mut all, now) = (Told::default(), Instant::now());
        let mut before = Vec::new();
        let mut new = 0;
        for name in 0..1000 {
            let advice = vec![about(&name.to_string())];
            new += all.news(&before, &advice, now).new.len();
            before = advice;
        }
        assert_eq!(new, MOST);
        assert!(all.0.len() <= MOST);
    }
}

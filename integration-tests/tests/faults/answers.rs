use std::fmt;
use std::time::Instant;

/// The answers of one route.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Answers {
    pub(crate) ok: usize,
    pub(crate) unavailable: usize,
    /// Not within a second.
    pub(crate) none: usize,
    pub(crate) first_unavailable: Option<Instant>,
}

impl Answers {
    pub(crate) fn add(&mut self, status: Option<u16>) {
        match status {
            Some(200) => self.ok += 1,
            Some(503) => {
                self.unavailable += 1;
                self.first_unavailable.get_or_insert_with(Instant::now);
            }
            Some(status) => panic!("nobody answers {status}"),
            None => self.none += 1,
        }
    }

    pub(crate) fn add_all(&mut self, more: Self) {
        self.ok += more.ok;
        self.unavailable += more.unavailable;
        self.none += more.none;
    }

    /// What it said in the end: whatever wasn't 200, if anything.
    pub(crate) fn complaint(self) -> &'static str {
        match (self.unavailable > 0, self.none > 0) {
            (true, true) => "503, no answer",
            (true, false) => "503",
            (false, true) => "no answer",
            (false, false) => "200",
        }
    }

    pub(crate) fn count(self) -> usize {
        self.ok + self.unavailable + self.none
    }
}

/// As `503 90 %, 200 10 %`.
impl fmt::Display for Answers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let said = [
            (self.ok, "200"),
            (self.unavailable, "503"),
            (self.none, "no answer"),
        ];
        let mut said: Vec<_> = said.into_iter().filter(|(times, _)| *times > 0).collect();
        said.sort_unstable_by_key(|(times, _)| std::cmp::Reverse(*times));
        let share = |(times, what): &(usize, &str)| match *times == self.count() {
            true => (*what).to_owned(),
            false => format!(
                "{what} {:.1} %",
                100.0 * *times as f64 / self.count() as f64
            ),
        };
        let shares: Vec<_> = said.iter().map(share).collect();
        f.write_str(&shares.join(", "))
    }
}

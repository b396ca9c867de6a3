use std::time::Duration;

use crate::client::{Call, Said, end, status};
use crate::stage::Verdict;

/// A call whose messages are looked at one by one.
#[derive(Debug)]
pub(crate) struct Ongoing {
    pub(crate) call: Call,
    pub(crate) patience: Duration,
}

impl Ongoing {
    /// The next is this.
    pub(crate) async fn says(&mut self, wanted: Said) -> Verdict {
        let next = self.call.next(self.patience).await;
        if next.as_ref() == Some(&wanted) {
            return Ok(());
        }
        Err(format!("{} instead of {}", told(next), told(Some(wanted))))
    }

    pub(crate) async fn tells(&mut self, name: &str) -> Verdict {
        self.says(status(name)).await
    }

    pub(crate) async fn ends(&mut self, code: &str) -> Verdict {
        self.says(end(code)).await
    }

    pub(crate) async fn next(&mut self) -> Option<Said> {
        self.call.next(self.patience).await
    }

    /// Goes on until this is heard, whatever comes before.
    pub(crate) async fn comes_to(&mut self, wanted: Said) -> Verdict {
        let mut last = None;
        loop {
            match self.next().await {
                Some(said) if said == wanted => return Ok(()),
                Some(said) => last = Some(said),
                None => return Err(format!("{}, never {}", told(last), told(Some(wanted)))),
            }
        }
    }

    pub(crate) fn heard(&mut self) -> Vec<Said> {
        self.call.heard()
    }

    pub(crate) fn cancel(&self) {
        self.call.cancel();
    }
}

pub(crate) fn told(said: Option<Said>) -> String {
    match said {
        None => "nothing".to_owned(),
        Some(Said::Status(name) | Said::State(name) | Said::Text(name)) => name,
        Some(Said::End(code)) => format!("the end with {code}"),
        Some(Said::Statuses(all)) => format!("{} names", all.len()),
    }
}

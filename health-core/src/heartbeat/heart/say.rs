use tokio::time::Instant;

use crate::heartbeat::backend::one_line;
use crate::heartbeat::heart::{Heart, Held};
use crate::heartbeat::telling::Tell;
use crate::heartbeat::{HeartbeatState, Session};
use crate::snapshot::{Beat, Event};

impl<B> Heart<B> {
    pub(super) fn fail(&self, why: &str) {
        self.cell.change(|account| {
            account.totals.failed += 1;
            account.note(why);
        });
    }

    pub(super) fn turn(&mut self, to: HeartbeatState, why: impl FnOnce() -> String) {
        let from = self
            .cell
            .change(|account| std::mem::replace(&mut account.state, to));
        if from != to {
            self.say(from, to, why());
        }
    }

    /// Says it, unless that has been said too often.
    pub(super) fn say(&mut self, from: HeartbeatState, to: HeartbeatState, mut why: String) {
        let tell = self.telling.changed(Instant::now(), from, to);
        if tell == Tell::Last {
            why.push_str("; this is told no more until it has not happened for a minute");
        }
        self.put(from, to, false, (tell != Tell::Not).then_some(why));
    }

    /// Keeps what the backend warns of while it does, and says it, unless it has said so of late.
    pub(super) fn heed<S: Session>(&mut self, held: &Held<S>) {
        let found = held.session.warning();
        let warning = found.as_deref().or(held.warning.as_deref()).map(one_line);
        let known = self.cell.warning();
        if warning == known {
            return;
        }
        self.cell.set_warning(warning.clone());
        if let Some(warning) = warning
            && self.warnings.is_new(Instant::now(), &warning)
        {
            let state = self.cell.state();
            self.put(state, state, true, Some(warning));
        }
    }

    /// Says where it stands, after changes that were not told.
    pub(super) fn settle(&mut self) {
        if let Some(kept) = self.telling.settled(Instant::now()) {
            let state = self.cell.state();
            let why = format!(
                "nothing has changed for a minute, and {kept} changes before that were not told"
            );
            self.put(state, state, false, Some(why));
        }
    }

    /// On a thread of its own: a log that stands still must not stop the beats.
    fn put(&self, from: HeartbeatState, to: HeartbeatState, warns: bool, why: Option<String>) {
        if let Some(hub) = self.from.hub.upgrade() {
            if let Some(reason) = why {
                hub.put(Event::Heartbeat(Beat {
                    name: self.cell.name().to_owned(),
                    backend: self.cell.backend().to_owned(),
                    incarnation: self.incarnation,
                    from,
                    to,
                    warns,
                    reason,
                }));
            }
            hub.heart_moved();
            hub.tell();
        }
    }
}

use crate::heartbeat::HeartbeatState;
use crate::heartbeat::heart::Heart;
use crate::snapshot::{Beat, Event};

impl<B> Heart<B> {
    pub(super) fn fail(&self, why: &str) {
        self.cell.change(|account| {
            account.totals.failed += 1;
            account.note(why);
        });
    }

    pub(super) fn turn(&self, to: HeartbeatState, why: impl FnOnce() -> String) {
        let from = self
            .cell
            .change(|account| std::mem::replace(&mut account.state, to));
        if from != to {
            self.say(from, to, why());
        }
    }

    /// On a thread of its own: a log that stands still must not stop the beats.
    pub(super) fn say(&self, from: HeartbeatState, to: HeartbeatState, why: String) {
        if let Some(hub) = self.from.hub.upgrade() {
            hub.put(Event::Heartbeat(Beat {
                name: self.cell.name().to_owned(),
                backend: self.cell.backend().to_owned(),
                incarnation: self.incarnation,
                from,
                to,
                why,
            }));
            hub.follow_hearts();
            hub.tell();
        }
    }
}

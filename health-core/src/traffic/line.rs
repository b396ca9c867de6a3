use std::array;
use std::task::Waker;

use crate::sync::{AtomicU8, Mutex, MutexGuard, Ordering, PoisonError};
use crate::traffic::wake::wake_each;

/// Which half of a connection waits: after an upgrade, or under a split, each is polled by a task of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Half {
    /// Who waits for something to read.
    Read,
    /// Who waits for room to write, to flush or to shut down.
    Write,
}

/// Nothing was said yet.
const OPEN: u8 = 0;
/// The service is closing: who has nothing to say may go.
const CLOSING: u8 = 1;
/// It is to end, finished or not.
const ENDED: u8 = 2;

/// How one connection is told that it is to end.
///
/// 1. What was said only ever grows.
/// 2. Who waits leaves its waker first, and looks at what was said then. Who says it does so first, and takes the wakers then.
///    Whichever of the two is later at the wakers sees the other: nobody waits past the end. (Modelled below.)
#[derive(Debug)]
pub(crate) struct Line {
    said: AtomicU8,
    wakers: Mutex<[Option<Waker>; 2]>,
}

impl Line {
    pub(crate) fn new(ended: bool) -> Self {
        Self {
            said: AtomicU8::new(if ended { ENDED } else { OPEN }),
            wakers: Mutex::new(array::from_fn(|_| None)),
        }
    }

    #[inline]
    pub(crate) fn is_ended(&self) -> bool {
        self.said() == ENDED
    }

    pub(crate) fn is_closing(&self) -> bool {
        self.said() >= CLOSING
    }

    /// Leaves a waker for this half. `true` if it is to end instead of waiting.
    pub(crate) fn wait(&self, half: Half, waker: &Waker) -> bool {
        let mut wakers = self.wakers();
        let own = &mut wakers[half as usize];
        let before = match own {
            Some(same) if same.will_wake(waker) => None,
            _ => own.replace(waker.clone()),
        };
        drop(wakers);
        // After the lock: a waker is somebody else's code.
        drop(before);
        self.is_ended()
    }

    /// Wakes who waits for something to read.
    pub(crate) fn close(&self) {
        self.say(CLOSING);
        let read = self.wakers()[Half::Read as usize].take();
        // After the lock, here and below: a waker may run the one that it wakes.
        wake_each(read);
    }

    /// Wakes who waits for anything.
    pub(crate) fn end(&self) {
        self.say(ENDED);
        let [read, write] = array::from_fn(|half| self.wakers()[half].take());
        wake_each(read.into_iter().chain(write));
    }

    fn say(&self, what: u8) {
        // Release: who hears it sees what was done before.
        self.said.fetch_max(what, Ordering::Release);
    }

    #[inline]
    fn said(&self) -> u8 {
        self.said.load(Ordering::Acquire)
    }

    fn wakers(&self) -> MutexGuard<'_, [Option<Waker>; 2]> {
        self.wakers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(all(test, health_loom))]
mod model {
    use std::future::poll_fn;
    use std::task::Poll;

    use loom::sync::Arc;
    use loom::thread;

    use super::*;

    fn ready_if(holds: bool) -> Poll<()> {
        if holds {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    }

    /// It waits, and the end comes at any moment. To look before a waker is left is found to deadlock.
    #[test]
    fn neither_half_waits_past_the_end() {
        for half in [Half::Read, Half::Write] {
            loom::model(move || {
                let line = Arc::new(Line::new(false));
                let waits = {
                    let line = Arc::clone(&line);
                    thread::spawn(move || {
                        let wait = poll_fn(|cx| ready_if(line.wait(half, cx.waker())));
                        loom::future::block_on(wait);
                    })
                };
                line.end();
                waits.join().unwrap();
            });
        }
    }

    #[test]
    fn who_has_nothing_to_say_hears_of_closing() {
        loom::model(|| {
            let line = Arc::new(Line::new(false));
            let waits = {
                let line = Arc::clone(&line);
                thread::spawn(move || {
                    loom::future::block_on(poll_fn(|cx| {
                        let ended = line.wait(Half::Read, cx.waker());
                        ready_if(ended || line.is_closing())
                    }));
                })
            };
            line.close();
            waits.join().unwrap();
        });
    }
}

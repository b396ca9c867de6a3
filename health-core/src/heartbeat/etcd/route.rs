/// Which endpoint to speak to. Pure.
///
/// 1. One that can't be connected to, or that says it can't do it, is left at once; one that does not answer, after two beats.
/// 2. A call that was begun, and not ended, was dropped: it was not answered.
/// 3. The next is taken once for each call, at most, so that no call makes more than one connection for it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Route {
    at: usize,
    of: usize,
    unanswered: u32,
    begun: bool,
}

/// A lost packet is one; a server that hangs answers no second one.
const UNANSWERED: u32 = 2;

impl Route {
    /// Begins with one that has just answered, of so many.
    pub(super) fn new(at: usize, of: usize) -> Self {
        Self {
            at,
            of,
            unanswered: 0,
            begun: false,
        }
    }

    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// A call begins. Gives whether it needs another connection than the one that there is.
    pub(super) fn begin(&mut self, connected: bool) -> bool {
        let dropped = std::mem::replace(&mut self.begun, true);
        self.unanswered += u32::from(dropped);
        let leave = self.unanswered >= UNANSWERED || (dropped && !connected);
        if leave {
            self.next();
        }
        leave
    }

    /// It was answered, also with an error that another endpoint would give as well.
    pub(super) fn answered(&mut self) {
        (self.unanswered, self.begun) = (0, false);
    }

    /// This endpoint can't do it.
    pub(super) fn refused(&mut self) {
        self.begun = false;
        self.next();
    }

    fn next(&mut self) {
        self.at = (self.at + 1) % self.of.max(1);
        self.unanswered = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_in_a_row_without_an_answer_lead_elsewhere() {
        let mut route = Route::new(1, 3);
        assert!(!route.begin(true));
        assert!(!route.begin(true), "one may be lost");
        route.answered();
        assert!(!route.begin(true) && !route.begin(true));
        assert!(route.begin(true));
        assert_eq!(route.at(), 2);
        // The new connection has its own two.
        assert!(!route.begin(true));
        assert!(route.begin(true));
        assert_eq!(route.at(), 0);
    }

    #[test]
    fn what_can_not_be_connected_to_is_left_at_once() {
        let mut route = Route::new(0, 2);
        assert!(!route.begin(false));
        assert!(route.begin(false));
        assert_eq!(route.at(), 1);
        route.refused();
        assert!(!route.begin(false));
        assert_eq!(route.at(), 0);
    }

    #[test]
    fn the_only_endpoint_is_connected_to_anew() {
        let mut route = Route::new(0, 1);
        assert!(!route.begin(true) && !route.begin(true) && route.begin(true));
        assert_eq!(route.at(), 0);
    }
}

//! A library that registers a check. The tests' census depends on it, and never names it.

use health_tower::readiness_check;

/// Always ready.
#[readiness_check]
pub fn in_unlinked_library() -> bool {
    true
}

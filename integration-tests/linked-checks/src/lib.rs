//! A library that registers a check. The tests' census depends on it, and names it.

use health_tower::readiness_check;

/// Always ready.
#[readiness_check]
pub fn in_linked_library() -> bool {
    true
}

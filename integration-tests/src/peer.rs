//! What a test needs, and the machine may not have.

/// Whether nothing is missing. If something is, the test says so and returns, or fails where `REQUIRE_PEERS=1` demands it.
///
/// # Panics
///
/// If something is missing, and `REQUIRE_PEERS=1`.
#[must_use]
pub fn is_there(missing: Option<String>) -> bool {
    let Some(missing) = missing else {
        return true;
    };
    let required = std::env::var("REQUIRE_PEERS").is_ok_and(|required| required == "1");
    assert!(!required, "{missing}, and REQUIRE_PEERS=1");
    println!("SKIPPED: {missing}");
    false
}

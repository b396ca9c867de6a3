//! What the tests, the benches and the example share.

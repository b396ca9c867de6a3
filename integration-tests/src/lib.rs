//! What the tests, the benches and the example share.

pub mod answer;
pub mod gate;
pub mod host;
pub mod http2;
pub mod patience;
pub mod tap;
pub mod wire;
pub mod work;

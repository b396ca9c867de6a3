//! What the tests, the benches and the example share.

pub mod answer;
pub mod ask;
pub mod beats;
pub mod etcd;
pub mod gate;
pub mod gray;
pub mod host;
pub mod http2;
pub mod injected;
pub mod lan;
pub mod machine;
pub mod patience;
pub mod peer;
pub mod process;
pub mod shell;
pub mod tap;
pub mod trap;
pub mod wire;
pub mod work;

//! The work of `rolling_host`: what it serves, piece by piece, so that whoever asked can tell whether all of it came.

use std::time::Duration;

use bytes::Bytes;

/// How many pieces a download, an upload and a stream have.
pub const PIECES: u32 = 10;

/// The time between two pieces: half a second for the whole.
pub const PACE: Duration = Duration::from_millis(50);

/// The same where it is to take longer than a lame duck: 2.5 seconds.
pub const SLOW_PACE: Duration = Duration::from_millis(250);

/// What the unary routes answer.
pub const UNARY: &str = "all of it";

/// The header that says which process has answered.
pub const INSTANCE: &str = "x-instance";

/// The header that numbers the requests, for the balancers' logs.
pub const REQUEST: &str = "x-request";

/// Answers a string with itself.
pub const GRPC_UNARY: &str = "/rolling.Work/Unary";

/// Answers with the numbers of all pieces. The string says how many milliseconds are between two.
pub const GRPC_STREAM: &str = "/rolling.Work/Stream";

/// One piece of a download or an upload: a kilobyte that says which one it is.
#[must_use]
pub fn piece(number: u32) -> Bytes {
    format!("piece {number:0>1018}").into()
}

/// The path of a download, where the time between two pieces is put last, in milliseconds.
pub const DOWNLOAD: &str = "/download/";

/// The path of a WebSocket that echoes.
pub const SOCKET: &str = "/socket";

/// So long it goes on when the service closes, as something that has to be finished would.
pub const LAST_WORDS: Duration = Duration::from_millis(500);

/// All pieces.
pub fn pieces() -> impl Iterator<Item = Bytes> + Send + 'static {
    (0..PIECES).map(piece)
}

/// All pieces, as one.
#[must_use]
pub fn whole() -> Bytes {
    pieces().flatten().collect::<Vec<_>>().into()
}

//! What `gray_host`, its clients and the suite `verdicts` agree on.

mod seen;

pub use seen::Seen;

/// `service Orders { rpc Get(int64) returns (string); }`, as `build.rs` has written it: the text of one order.
#[allow(missing_docs, clippy::doc_markdown, reason = "generated code")]
pub mod proto {
    tonic::include_proto!("gray.v1.Orders");
}

/// Orders with the numbers from 1 to this are there from the beginning.
pub const SEEDED: i64 = 20;

/// The file of the database, in its folder.
pub const DATABASE: &str = "orders.db";

/// So long a report takes. It computes nothing: it waits, as for somebody else's answer.
pub const REPORT: std::time::Duration = std::time::Duration::from_millis(80);

/// So many requests at a time are served; the others are shed.
pub const LIMIT: usize = 32;

/// The text of an order that was there from the beginning.
#[must_use]
pub fn item(id: i64) -> String {
    format!("lamp {id}")
}

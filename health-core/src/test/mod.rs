//! Health in a user's own tests: outcomes are forced, and time is driven. See [`Stage`].

mod forced;
mod stage;
mod time;

pub use stage::Stage;
pub use time::is_paused;

pub(crate) use forced::Forced;

use integration_tests::process::{Output, Process};
use tokio::process::Command;

/// Starts the host's program.
pub(crate) fn start(args: &[&str]) -> (Process, Output) {
    Process::start(Command::new(env!("CARGO_BIN_EXE_faulty_host")).args(args))
}

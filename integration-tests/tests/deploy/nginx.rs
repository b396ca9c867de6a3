//! What nginx calls HTTP/2 has changed.

use std::process::Command;

use crate::peer;

/// From this version on, `http2 on;` is a directive of its own, and the old parameter of `listen` warns.
const OWN_DIRECTIVE: [u32; 3] = [1, 25, 1];

/// The text as the comment in the file has it for the version that is installed here.
pub(crate) fn as_installed(text: &str) -> String {
    match version() {
        Some(version) if version >= OWN_DIRECTIVE.to_vec() => {
            text.replace(" http2;", "; http2 on;")
        }
        _ => text.to_owned(),
    }
}

/// From `nginx version: nginx/1.22.1`.
fn version() -> Option<Vec<u32>> {
    let said = Command::new(peer::find("nginx", "-v")?)
        .arg("-v")
        .output()
        .ok()?;
    let said = String::from_utf8(said.stderr).ok()?;
    let (_, version) = said.split_once("nginx/")?;
    let version = version.split_whitespace().next()?;
    version.split('.').map(|part| part.parse().ok()).collect()
}

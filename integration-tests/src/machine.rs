//! Where figures were taken.

use std::process::Command;
use std::{env, fs, thread};

/// How many processors there are.
#[must_use]
pub fn cores() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// The kernel and its version.
#[must_use]
pub fn kernel() -> String {
    let release = fs::read_to_string("/proc/sys/kernel/osrelease");
    let version = |release: String| {
        let version = release.split('-').next().unwrap_or_default();
        format!("Linux {}", version.trim())
    };
    release.map_or_else(|_| env::consts::OS.to_owned(), version)
}

/// What its processors are called.
#[must_use]
pub fn processor() -> String {
    let known = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let named = known
        .lines()
        .find_map(|line| line.strip_prefix("model name"));
    let name = named.unwrap_or(env::consts::ARCH);
    name.trim_start_matches([' ', '\t', ':']).to_owned()
}

/// The day, in UTC, as year-month-day.
#[must_use]
pub fn today() -> String {
    let day = Command::new("date").args(["-u", "+%F"]).output();
    day.map_or_else(
        |_| String::new(),
        |day| String::from_utf8_lossy(&day.stdout).trim().to_owned(),
    )
}

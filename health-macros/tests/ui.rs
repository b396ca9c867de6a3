//! What users see: expansions that must compile in hostile surroundings, and the messages for what
//! must not.

use std::io::Write as _;
use std::path::Path;
use std::process::Command;
use std::{env, fs, io};

/// Whether this is the toolchain that the expected messages, and clippy's verdict, come from.
#[rustversion::all(since(1.95), before(1.96))]
const PINNED: bool = true;
#[rustversion::not(all(since(1.95), before(1.96)))]
const PINNED: bool = false;

#[test]
fn what_must_compile_and_what_must_not() {
    let cases = trybuild::TestCases::new();
    cases.pass("tests/ui/pass/*.rs");
    if PINNED {
        cases.compile_fail("tests/ui/fail/*.rs");
        cases.compile_fail("tests/ui/trait_errors/*.rs");
    } else {
        skipped("tests/ui/{fail,trait_errors} hold the messages of rustc 1.95");
    }
}

/// What must compile does so in every edition that knows `async`, and clippy has nothing to add.
#[test]
fn every_edition() {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("editions");
    write_workspace(&root, &["2018", "2021", "2024"]).unwrap();
    let cargo = |command: &str| {
        let mut cargo = Command::new(env::var_os("CARGO").unwrap_or("cargo".into()));
        cargo.current_dir(&root).arg(command);
        cargo.env("CARGO_TARGET_DIR", root.join("target"));
        cargo
    };
    let has_clippy = PINNED
        && cargo("clippy")
            .arg("--version")
            .status()
            .is_ok_and(|it| it.success());
    if !has_clippy {
        skipped("clippy, which this test knows as of 1.95");
    }
    let command = if has_clippy { "clippy" } else { "check" };
    let output = cargo(command)
        .args(["--workspace", "--offline"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    let is_silent = output.status.success() && !said.contains("warning:");
    assert!(is_silent, "{said}");
}

/// Not with `println!`, which is shown only for tests that fail.
fn skipped(what: &str) {
    let _ = writeln!(io::stderr(), "SKIPPED: {what}");
}

/// A package for each edition, with each of `tests/ui/pass` as a program in it.
fn write_workspace(root: &Path, editions: &[&str]) -> io::Result<()> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    for edition in editions {
        let mut manifest = format!(
            "[package]\nname = \"edition-{edition}\"\nedition = \"{edition}\"\n\n\
             [dependencies]\nhealth-macros.path = {here:?}\n\
             health_tower = {{ package = \"health-core\", path = {:?} }}\n",
            here.with_file_name("health-core"),
        );
        for case in fs::read_dir(here.join("tests/ui/pass"))? {
            let path = case?.path();
            let name = path.file_stem().unwrap_or_default().to_string_lossy();
            manifest += &format!("\n[[bin]]\nname = \"{name}_{edition}\"\npath = {path:?}\n");
        }
        fs::create_dir_all(root.join(edition))?;
        fs::write(root.join(edition).join("Cargo.toml"), manifest)?;
    }
    let members = format!("[workspace]\nresolver = \"3\"\nmembers = {editions:?}\n");
    fs::write(root.join("Cargo.toml"), members)?;
    fs::copy(here.with_file_name("Cargo.lock"), root.join("Cargo.lock"))?;
    Ok(())
}

//! The README's program, as printed, in the crate of a new user: outside the workspace, with the dependencies that the
//! README names and no others.

use std::fs;
use std::path::Path;
use std::process::Command;

/// What stands between the first pair of fences with this language.
fn block<'a>(readme: &'a str, language: &str) -> &'a str {
    let (_, after) = readme
        .split_once(&format!("```{language}\n"))
        .expect("the block is there");
    after.split_once("```").expect("the block ends").0
}

#[test]
fn a_new_users_crate_compiles_the_readme_as_printed() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the workspace");
    let readme = fs::read_to_string(root.join("README.md")).expect("README.md");
    let printed = r#"health-tower = "0.1""#;
    let dependencies = block(&readme, "toml");
    assert_eq!(
        dependencies.lines().count(),
        4,
        "health-tower, axum, tokio, and nothing else:\n{dependencies}"
    );
    assert!(dependencies.contains(printed));
    let here = format!(
        "health-tower = {{ version = \"0.1\", path = {:?} }}",
        root.join("health-tower")
    );

    let user = tempfile::tempdir().expect("a folder");
    let manifest = format!(
        "[package]\nname = \"new-user\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n{}\n[workspace]\n",
        dependencies.replace(printed, &here)
    );
    fs::write(user.path().join("Cargo.toml"), manifest).expect("manifest");
    fs::copy(root.join("Cargo.lock"), user.path().join("Cargo.lock")).expect("the same versions");
    fs::create_dir(user.path().join("src")).expect("src");
    fs::write(user.path().join("src/main.rs"), block(&readme, "rust")).expect("main.rs");

    let output = Command::new(env!("CARGO"))
        .args(["check", "--quiet", "--target-dir"])
        .arg(root.join("target/readme"))
        .current_dir(user.path())
        .env("RUSTFLAGS", "-D warnings")
        .output()
        .expect("cargo");
    let messages = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{messages}");
}

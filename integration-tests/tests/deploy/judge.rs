//! The tools that check the files.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::{nginx, peer};

/// A tool, and how it is asked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Judge {
    /// The file that it judges.
    pub(crate) file: &'static str,
    /// The program, and what proves that it is there.
    program: &'static str,
    proof: &'static str,
    /// What is written to the file.
    written: fn(&str) -> String,
    arguments: fn(&Path) -> Vec<String>,
    /// What it may say: each line has to have one of these. All else is a warning.
    harmless: &'static [&'static str],
}

pub(crate) const HAPROXY: Judge = Judge {
    file: "haproxy.cfg",
    program: "haproxy",
    proof: "-v",
    written: str::to_owned,
    arguments: |file| after(&["-c", "-f"], file),
    harmless: &["Configuration file is valid"],
};

pub(crate) const NGINX: Judge = Judge {
    file: "nginx.conf",
    program: "nginx",
    proof: "-v",
    written: nginx::as_installed,
    arguments: |file| {
        let pid = format!("pid {};", file.with_extension("pid").display());
        after(&["-t", "-e", "stderr", "-g", &pid, "-c"], file)
    },
    harmless: &["syntax is ok", "test is successful"],
};

pub(crate) const ENVOY: Judge = Judge {
    file: "envoy.yaml",
    program: "envoy",
    proof: "--version",
    written: str::to_owned,
    arguments: |file| after(&["--mode", "validate", "-c"], file),
    harmless: &["[info]", "OK"],
};

pub(crate) const SYSTEMD: Judge = Judge {
    file: "orders.service",
    program: "systemd-analyze",
    proof: "--version",
    written: str::to_owned,
    arguments: |file| after(&["verify"], file),
    harmless: &[],
};

pub(crate) const KUBERNETES: Judge = Judge {
    file: "kubernetes.yaml",
    program: "kubernetes-validate",
    proof: "--version",
    written: str::to_owned,
    arguments: |file| after(&["--strict"], file),
    harmless: &["INFO"],
};

pub(crate) const ECS: Judge = Judge {
    file: "ecs-task.json",
    program: "python",
    proof: "-cimport botocore",
    written: str::to_owned,
    arguments: |file| after(&[&script("ecs.py")], file),
    harmless: &[],
};

pub(crate) const NOMAD: Judge = Judge {
    file: "orders.nomad.hcl",
    program: "python",
    proof: "-cimport hcl2, nomad_pydantic",
    written: str::to_owned,
    arguments: |file| after(&[&script("nomad.py")], file),
    harmless: &[],
};

fn after(arguments: &[&str], file: &Path) -> Vec<String> {
    let file = file.to_str().unwrap();
    arguments
        .iter()
        .copied()
        .chain([file])
        .map(str::to_owned)
        .collect()
}

fn script(name: &str) -> String {
    format!("{}/tests/deploy/{name}", env!("CARGO_MANIFEST_DIR"))
}

impl Judge {
    /// Where it is; `None` where it isn't installed.
    pub(crate) fn found(&self) -> Option<String> {
        peer::wanted(self.program, self.proof)
    }

    /// Whether the program that was found takes this text; if not, what it says.
    pub(crate) fn takes(&self, found: &str, text: &str) -> Result<(), String> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(self.file);
        let text = (self.written)(text);
        fs::write(&file, text).unwrap();
        let arguments = (self.arguments)(&file);
        let ran = Command::new(found).args(arguments).output().unwrap();
        let said = [ran.stdout, ran.stderr].concat();
        let said = String::from_utf8_lossy(&said).into_owned();
        let harmless = |line: &str| self.harmless.iter().any(|known| line.contains(known));
        if ran.status.success() && said.lines().all(harmless) {
            Ok(())
        } else {
            Err(said)
        }
    }
}

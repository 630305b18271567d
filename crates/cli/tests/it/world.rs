//! A server and its folder, and the commands that act on them.

use std::process::Output;

use serde_json::Value as Json;
use tempfile::TempDir;

use crate::served::{Served, run, stderr, stdout, success};

/// Both are gone when the test is done with them.
pub(crate) struct World {
    pub(crate) served: Served,
    pub(crate) folder: TempDir,
}

impl World {
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let served = Served::start(&folder.path().join("data"));
        Self { served, folder }
    }

    pub(crate) fn data(&self) -> &str {
        self.served.data.to_str().expect("a path in UTF-8")
    }

    /// Runs a command on its folder.
    pub(crate) fn run(&self, args: &[&str]) -> Output {
        run(&[args, &["--data", self.data()]].concat())
    }

    /// What a command that succeeds prints with `--json`.
    #[track_caller]
    pub(crate) fn json(&self, args: &[&str]) -> Json {
        success(&self.run(&[args, &["--json"]].concat()))
    }

    /// What a command says when it fails.
    pub(crate) fn failure(&self, args: &[&str]) -> String {
        let output = self.run(args);
        assert_eq!(output.status.code(), Some(1), "{args:?}: {}", stdout(&output));
        stderr(&output)
    }
}

//! A real office in another process: the demo's, with its database, its files and its server.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// A served office; it ends with the test.
pub(crate) struct ServedOffice {
    folder: PathBuf,
    server: Child,
}

impl ServedOffice {
    /// Lets the demo play its two days in a fresh folder, then serves what it left behind.
    pub(crate) fn after_the_demo(folder: &Path) -> ServedOffice {
        let kantor = program();
        let played = Command::new(&kantor)
            .args(["demo", "--once", "--dir"])
            .arg(folder)
            .output()
            .expect("the demo runs");
        assert!(
            played.status.success(),
            "the demo failed\n{}\n{}",
            String::from_utf8_lossy(&played.stdout),
            String::from_utf8_lossy(&played.stderr)
        );
        let server = Command::new(&kantor)
            .args(["serve", "--config"])
            .arg(folder.join("kantor.toml"))
            .stdout(Stdio::null())
            .spawn()
            .expect("the office is served");
        ServedOffice {
            folder: folder.to_owned(),
            server,
        }
    }

    /// The office's configuration, which the desk reads.
    pub(crate) fn config(&self) -> PathBuf {
        self.folder.join("kantor.toml")
    }

    /// The statement files that the demo's banks wrote, in their order.
    pub(crate) fn statements(&self) -> Vec<PathBuf> {
        let mut files: Vec<PathBuf> = fs::read_dir(self.folder.join("statements"))
            .expect("the demo's statements")
            .map(|entry| entry.expect("a file").path())
            .collect();
        files.sort();
        files
    }

    /// Stops the server and lets the independent check say that every fact agrees.
    pub(crate) fn verifies(mut self) {
        self.stop();
        let checked = Command::new(program())
            .arg("verify")
            .arg(&self.folder)
            .output()
            .expect("the check runs");
        assert!(
            checked.status.success(),
            "{}{}",
            String::from_utf8_lossy(&checked.stdout),
            String::from_utf8_lossy(&checked.stderr)
        );
    }

    fn stop(&mut self) {
        // It may have ended by itself; then there is nothing to stop.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

impl Drop for ServedOffice {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The command line that was built beside the window.
fn program() -> PathBuf {
    let kantor = Path::new(env!("CARGO_BIN_EXE_kantor-cashier")).with_file_name("kantor");
    assert!(
        kantor.exists() && kantor.with_file_name("kantor-pack-child").exists(),
        "the office and its packs are not built; run `cargo build` first"
    );
    kantor
}

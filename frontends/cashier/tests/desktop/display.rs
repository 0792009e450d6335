//! A display without a screen, for one run of the test.

use std::env;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, ExitCode, Stdio};

/// Tells the second run of the program that the display is its own.
const MARK: &str = "KANTOR_TEST_DISPLAY";

/// Whether this run has the display that it needs.
pub(crate) fn is_ours() -> bool {
    env::var_os(MARK).is_some()
}

/// Stops the display when the test is over, however it ends.
struct Display(Child);

impl Drop for Display {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to stop.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts Xvfb on a free display and runs this program again on it. A machine without Xvfb or
/// xdotool fails the test: a window that is not tried is not known to work.
pub(crate) fn run_on_a_display() -> ExitCode {
    let started = Command::new("Xvfb")
        .args([
            "-displayfd",
            "1",
            "-screen",
            "0",
            "1400x900x24",
            "-nolisten",
            "tcp",
        ])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let mut display = match started {
        Ok(child) => Display(child),
        Err(error) => return missing("Xvfb", "xvfb", &error.to_string()),
    };
    if let Err(error) = Command::new("xdotool").arg("version").output() {
        return missing("xdotool", "xdotool", &error.to_string());
    }
    let mut number = String::new();
    let read = display
        .0
        .stdout
        .take()
        .map(|out| BufReader::new(out).read_line(&mut number));
    if !matches!(read, Some(Ok(length)) if length > 1) {
        return missing("Xvfb", "xvfb", "it started and gave no display");
    }
    let ended = Command::new(env::current_exe().expect("this program"))
        .env("DISPLAY", format!(":{}", number.trim()))
        .env(MARK, "1")
        .status()
        .expect("this program starts again");
    if ended.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn missing(program: &str, package: &str, why: &str) -> ExitCode {
    eprintln!(
        "the window cannot be tested without {program} ({why}); install the package {package} \
         and run the test again"
    );
    ExitCode::FAILURE
}

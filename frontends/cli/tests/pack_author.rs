//! "Write a bank pack in an afternoon", the chapter of `bank-plugins/README.md`, followed to the
//! letter in a throw-away folder: each file is written and each command is run as it stands there.
#![allow(missing_docs)]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What a fence of the chapter asks for.
enum Step {
    /// ```` ```sh ````
    Run(String),
    /// ```` ```text file=PATH ````
    File(String, String),
    /// ```` ```text output ````: what the commands before it have printed, each line somewhere.
    Output(String),
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .unwrap()
}

fn chapter() -> Vec<Step> {
    let page = std::fs::read_to_string(repository().join("bank-plugins/README.md")).unwrap();
    let (_, chapter) = page
        .split_once("## Write a bank pack in an afternoon")
        .expect("the chapter");
    let chapter = chapter.split("\n## ").next().unwrap();
    let mut steps = Vec::new();
    let mut fence: Option<(String, String)> = None;
    for line in chapter.lines() {
        match (line.strip_prefix("```"), &mut fence) {
            (Some(info), None) => fence = Some((info.to_owned(), String::new())),
            (Some(_), Some(_)) => {
                let (info, text) = fence.take().unwrap();
                steps.push(match info.split_once(' ') {
                    None if info == "sh" => Step::Run(text),
                    Some((_, "output")) => Step::Output(text),
                    Some((_, file)) if file.starts_with("file=") => {
                        Step::File(file.trim_start_matches("file=").to_owned(), text)
                    }
                    _ => panic!("the chapter has a fence that nobody follows: ```{info}"),
                });
            }
            (None, Some((_, text))) => writeln!(text, "{line}").unwrap(),
            (None, None) => {}
        }
    }
    steps
}

/// One script, so that a `cd` holds until the end, with a mark after each block of commands.
const MARK: &str = "=== the next block ===";

fn script(steps: &[Step]) -> String {
    let mut script = String::from("set -euo pipefail\n");
    for step in steps {
        match step {
            Step::Run(commands) => writeln!(script, "{commands}echo '{MARK}'").unwrap(),
            Step::File(path, text) => {
                writeln!(
                    script,
                    "mkdir -p \"$(dirname {path})\"\ncat > {path} <<'END OF FILE'"
                )
                .unwrap();
                writeln!(script, "{text}END OF FILE").unwrap();
            }
            Step::Output(_) => {}
        }
    }
    script
}

#[test]
fn the_chapter_is_true_to_the_letter() {
    let program = Path::new(env!("CARGO_BIN_EXE_kantor"));
    assert!(
        program.with_file_name("kantor-pack-child").exists(),
        "the bank packs are not built; run `cargo build` first"
    );
    let steps = chapter();
    let folder = tempfile::tempdir().unwrap();
    let path = std::env::var("PATH").unwrap();
    let ran = Command::new("bash")
        .arg("-c")
        .arg(script(&steps))
        .current_dir(folder.path())
        .env(
            "PATH",
            format!("{}:{path}", program.parent().unwrap().display()),
        )
        .env("KANTOR", repository())
        // Nothing is fetched; and what is built is kept apart from our own packs, for next time.
        .env("CARGO_NET_OFFLINE", "true")
        .env(
            "CARGO_TARGET_DIR",
            Path::new(env!("CARGO_TARGET_TMPDIR")).join("pack-author"),
        )
        .env("CARGO_TERM_COLOR", "never")
        .env_remove("UPDATE_EXPECT")
        .output()
        .expect("bash is needed for this test");
    let out = String::from_utf8_lossy(&ran.stdout).into_owned();
    let err = String::from_utf8_lossy(&ran.stderr).into_owned();
    assert!(ran.status.success(), "{out}\n{err}");
    let mut blocks = out.split(MARK);
    let mut printed = "";
    let mut promises = 0;
    for step in &steps {
        match step {
            Step::Run(_) => printed = blocks.next().unwrap(),
            Step::File(..) => {}
            Step::Output(promised) => {
                for line in promised.lines() {
                    assert!(printed.contains(line), "`{line}` is not in\n{printed}");
                    promises += 1;
                }
            }
        }
    }
    assert!(promises >= 5, "the chapter promises too little");
    assert!(folder.path().join("packs/north-bank/pack.toml").is_file());
}

//! Stories: what an office lives through, as text. Each file of `stories/` is one story:
//!
//! ```text
//! # What is told.
//! given
//!   the usual office              (stories/the-usual-office.given)
//! when
//!   anna orders gives 430.00 PLN gets EUR
//! then
//!   order 1   AwaitingFunds; ...  (everything that changed since the last `then`)
//! ```
//!
//! `story/acts.rs` knows the acts, `story/show.rs` tells what changed, and after each event the
//! auditor of `fixture/` checks the books. `UPDATE_EXPECT=1 cargo test -p kantor-engine --test
//! stories` writes every `then` anew; read the difference before you keep it.

mod fixture;
mod story;

use std::fs;
use std::path::{Path, PathBuf};

use story::Story;

/// Plays a story and compares what came of it with what it says.
fn check(path: &Path) -> Result<(), String> {
    let text = fs::read_to_string(path).map_err(|error| format!("{error}"))?;
    let played = play(&text);
    if played == text {
        return Ok(());
    }
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        return fs::write(path, played).map_err(|error| format!("{error}"));
    }
    let place = text
        .lines()
        .zip(played.lines())
        .position(|(told, came)| told != came)
        .unwrap_or_else(|| text.lines().count().min(played.lines().count()));
    let line = |text: &str| text.lines().nth(place).unwrap_or("(the end)").to_owned();
    Err(format!(
        "line {}\n  told: {}\n  came: {}",
        place + 1,
        line(&text),
        line(&played)
    ))
}

/// The text of a story with every `then` as it came out.
fn play(text: &str) -> String {
    let mut story = Story::new();
    let mut out = String::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        out.push_str(line);
        out.push('\n');
        let mut block = Vec::new();
        while let Some(inner) = lines.next_if(|next| next.starts_with(' ')) {
            block.push(inner);
        }
        let kept = match line.trim_end() {
            "given" => {
                story.given(&block);
                block.iter().map(|line| (*line).to_owned()).collect()
            }
            "when" => {
                story.when(&block);
                block.iter().map(|line| (*line).to_owned()).collect()
            }
            "then" => story.then(),
            "" => Vec::new(),
            comment if comment.starts_with('#') => Vec::new(),
            other => panic!("`{other}`: a block is given, when or then"),
        };
        for line in kept {
            out.push_str(line.trim_end());
            out.push('\n');
        }
    }
    story.nothing_is_untold();
    out
}

#[test]
fn every_story_comes_out_as_told() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stories");
    let mut stories: Vec<PathBuf> = fs::read_dir(&folder)
        .expect("the folder of stories")
        .map(|entry| entry.expect("a story").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "txt"))
        .collect();
    stories.sort();
    assert!(!stories.is_empty(), "no story in {}", folder.display());
    let broken: Vec<String> = stories
        .iter()
        .filter_map(|path| {
            let error = check(path).err()?;
            Some(format!("{}: {error}", path.file_name()?.display()))
        })
        .collect();
    assert!(
        broken.is_empty(),
        "{} of {} stories came out otherwise (UPDATE_EXPECT=1 writes them anew):\n{}",
        broken.len(),
        stories.len(),
        broken.join("\n")
    );
}

/// Refusals that no story meets, and why.
const UNTOLD: &[(&str, &str)] = &[
    ("chain_moved", "a slip of the runtime; see guards.rs"),
    ("chain_too_short", "a slip of the runtime; see guards.rs"),
    ("line_differs", "a slip of the runtime; see guards.rs"),
    ("no_account", "a slip of the runtime; see guards.rs"),
    ("no_customer", "a slip of the runtime; see guards.rs"),
    (
        "no_line",
        "a slip of the runtime, which loads the line first",
    ),
    ("rate", "what is converted was converted before"),
    (
        "no_references_left",
        "after 887 million orders; see reference.rs",
    ),
    (
        "payout_state",
        "no order whose payout is on its way is `Funded`",
    ),
];

#[test]
fn every_refusal_is_met_in_a_story() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let source = fs::read_to_string(folder.join("src/refusal.rs")).expect("the refusals");
    let stories: String = fs::read_dir(folder.join("tests/stories"))
        .expect("the folder of stories")
        .map(|entry| fs::read_to_string(entry.expect("a story").path()).expect("text"))
        .collect();
    let is_told = |code: &str| {
        let mut lines = stories
            .lines()
            .filter(|line| line.trim_start().starts_with("refused"));
        lines.any(|line| line.contains(&format!(" {code}: ")))
    };
    let codes = source
        .lines()
        .filter_map(|line| line.trim().strip_prefix("Refusal::")?.split('"').nth(1));
    for code in codes {
        let untold = UNTOLD.iter().any(|(known, _)| *known == code);
        assert_ne!(is_told(code), untold, "the refusal `{code}`");
    }
}

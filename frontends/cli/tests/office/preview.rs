//! A cashier looks before anything happens (E5, F13), and what he agreed to is what happens.

use std::fs;
use std::path::{Path, PathBuf};

use kantor_desk::{Hints, import_previewed, preview_statement};
use kantor_wire::ImportOutcome;

use crate::kit::{kantor, text, verify};
use crate::server::{Server, account, import, new_office, open_account, packs, standing};

const ACCOUNT: &str = "PL46114010100000579009004001";

/// A day's statement of the account: so many payments of 10.00 to 1000.00.
fn statement(folder: &Path, name: &str, payments: usize, closed: bool) -> PathBuf {
    let mut file =
        ":20:ST\n:25:PL46114010100000579009004001\n:28C:215/1\n:60F:C261119PLN1000,00\n".to_owned();
    for at in 0..payments {
        file += &format!(
            ":61:2611201120C10,00NTRFNONREF//EL{at:06}\n:86:020<00PRZELEW<20wplata {at}\n"
        );
    }
    if closed {
        file += &format!(":62F:C261120PLN{},00\n", 1000 + 10 * payments);
    }
    let path = folder.join(name);
    fs::write(&path, file).unwrap();
    path
}

#[test]
fn what_was_seen_is_imported_or_nothing() {
    let folder = tempfile::tempdir().unwrap();
    new_office(folder.path());
    let server = Server::start(folder.path());
    let desk = server.desk();
    open_account(&desk, ACCOUNT, "PLN", "1000.00", "2026-11-19");
    let whole = statement(folder.path(), "whole.sta", 3, true);
    let part = statement(folder.path(), "part.sta", 1, false);
    let before = standing(&desk);

    let seen = preview_statement(&desk, &packs(), &whole, Hints::default()).unwrap();
    assert_eq!(seen.outcome.statements[0].new, 3);
    assert_eq!(standing(&desk), before, "a preview changes nothing");

    // Somebody else imports a part of the day meanwhile.
    import(&desk, &part).unwrap();
    let between = standing(&desk);
    let shown = &seen.outcome;
    let refused = import_previewed(&desk, &packs(), &whole, Hints::default(), shown);
    let sentence = refused.unwrap_err().to_string();
    for named in ["3 new lines, 0 known", "2 new lines, 1 known", "preview"] {
        assert!(sentence.contains(named), "{sentence}");
    }
    assert_eq!(standing(&desk), between, "what is out of date does nothing");

    let seen = preview_statement(&desk, &packs(), &whole, Hints::default()).unwrap();
    let done = import_previewed(&desk, &packs(), &whole, Hints::default(), &seen.outcome).unwrap();
    assert_eq!(done.outcome.fingerprint, seen.outcome.fingerprint);
    assert_eq!(account(&desk, ACCOUNT).booked, "1030.00");
    drop(server);
    verify(folder.path()).succeeded();
}

#[test]
fn what_the_bank_does_not_confirm_is_shown_before_it_is_withdrawn() {
    let folder = tempfile::tempdir().unwrap();
    new_office(folder.path());
    let server = Server::start(folder.path());
    let desk = server.desk();
    open_account(&desk, ACCOUNT, "PLN", "1000.00", "2026-11-19");
    let part = statement(folder.path(), "part.sta", 1, false);
    import(&desk, &part).unwrap();
    let day = statement(folder.path(), "day.sta", 0, true);

    let seen = preview_statement(&desk, &packs(), &day, Hints::default()).unwrap();
    let notes: Vec<&str> = seen.outcome.statements[0]
        .notes
        .iter()
        .map(|note| note.text.as_str())
        .collect();
    assert_eq!(notes.len(), 1, "{notes:?}");
    assert!(notes[0].contains("does not confirm: 1."), "{notes:?}");
    assert_eq!(account(&desk, ACCOUNT).available, "1010.00");
    import_previewed(&desk, &packs(), &day, Hints::default(), &seen.outcome).unwrap();
    assert_eq!(account(&desk, ACCOUNT).available, "1000.00");
    drop(server);
    verify(folder.path()).succeeded();
}

#[test]
fn the_command_line_previews_too() {
    let folder = tempfile::tempdir().unwrap();
    new_office(folder.path());
    let server = Server::start(folder.path());
    let desk = server.desk();
    open_account(&desk, ACCOUNT, "PLN", "1000.00", "2026-11-19");
    let whole = statement(folder.path(), "whole.sta", 2, true);
    let config = folder.path().join("kantor.toml");
    let before = standing(&desk);
    let command = |options: &[&str]| {
        let begin = [
            "statement",
            "import",
            "--config",
            text(&config),
            text(&whole),
        ];
        kantor(&[&begin[..], options].concat())
    };

    let told = command(&["--preview"]);
    told.succeeded();
    assert!(told.out.contains("nothing was imported"), "{}", told.out);
    let shown = command(&["--preview", "--json"]);
    shown.succeeded();
    let outcome: ImportOutcome = serde_json::from_str(&shown.out).unwrap();
    assert!(told.out.contains(&outcome.fingerprint), "{}", told.out);
    assert_eq!(standing(&desk), before);

    let preview = folder.path().join("preview.json");
    fs::write(&preview, shown.out.replace("\"new\":2", "\"new\":7")).unwrap();
    let other = command(&["--as-previewed", text(&preview)]);
    assert_eq!(other.code, Some(1), "{}", other.out);
    assert!(other.err.contains("nothing was imported"), "{}", other.err);
    assert_eq!(standing(&desk), before);

    fs::write(&preview, &shown.out).unwrap();
    command(&["--as-previewed", text(&preview)]).succeeded();
    assert_eq!(account(&desk, ACCOUNT).booked, "1020.00");
    fs::write(&preview, "{}").unwrap();
    let none = command(&["--as-previewed", text(&preview)]);
    none.refused(&["is no preview", "--preview --json"]);
}

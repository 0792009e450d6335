//! An office moves by a backup: it verifies alike on both sides, and what is wrong is told.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::kit::{Ended, copy_of_demo, demo, kantor, text, verify};
use crate::server::Server;

/// A backup of the demo, made by the program.
fn backup() -> (TempDir, PathBuf, Ended) {
    let folder = copy_of_demo();
    let file = folder.path().join("office.kantor");
    let ended = back_up(folder.path(), &file);
    ended.succeeded();
    (folder, file, ended)
}

fn back_up(folder: &Path, file: &Path) -> Ended {
    let config = folder.join("kantor.toml");
    kantor(&["backup", text(file), "--config", text(&config)])
}

fn restore(folder: &Path, file: &Path) -> Ended {
    let config = folder.join("kantor.toml");
    kantor(&["restore", text(file), "--config", text(&config)])
}

/// A folder with the demo's configuration, and no database.
fn elsewhere() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("kantor.toml");
    fs::copy(demo().folder.join("kantor.toml"), config).unwrap();
    folder
}

#[test]
fn an_office_verifies_alike_where_it_was_and_where_it_went() {
    let (from, file, ended) = backup();
    assert!(
        ended.out.starts_with("backed up: office 1, "),
        "{}",
        ended.out
    );
    let to = elsewhere();
    let restored = restore(to.path(), &file);
    restored.succeeded();
    let told = |ended: &Ended| ended.out.split_once(": ").unwrap().1.to_owned();
    assert_eq!(told(&restored), told(&ended));
    let (before, after) = (verify(from.path()), verify(to.path()));
    before.succeeded();
    after.succeeded();
    assert_eq!(after.out, before.out);

    // Back again, by another backup of the same bytes but for the moment when it was made.
    let second = to.path().join("again.kantor");
    back_up(to.path(), &second).succeeded();
    let third = elsewhere();
    restore(third.path(), &second).succeeded();
    assert_eq!(verify(third.path()).out, before.out);

    // The office opens where it went, and no balance has moved.
    let server = Server::start(third.path());
    fs::copy(
        from.path().join("administrator.token"),
        third.path().join("administrator.token"),
    )
    .unwrap();
    let there = server.desk().accounts().unwrap();
    server.kill();
    let server = Server::start(from.path());
    assert_eq!(there, server.desk().accounts().unwrap());
}

#[test]
fn a_running_office_is_backed_up_and_the_drill_leaves_nothing_behind() {
    let folder = copy_of_demo();
    let server = Server::start(folder.path());
    let file = folder.path().join("office.kantor");
    back_up(folder.path(), &file).succeeded();
    server.desk().add_currency("NOK").unwrap();
    drop(server);
    let temporary = tempfile::tempdir().unwrap();
    let ended = Ended::of(
        &crate::kit::program()
            .env("TMPDIR", temporary.path())
            .args(["restore", "--check", text(&file)])
            .output()
            .unwrap(),
    );
    ended.succeeded();
    assert!(
        ended.out.starts_with("can be restored: office 1, "),
        "{}",
        ended.out
    );
    assert!(ended.out.contains("\nverified: "), "{}", ended.out);
    assert_eq!(fs::read_dir(temporary.path()).unwrap().count(), 0);
    // The picture is older than the office that went on.
    let now = verify(folder.path());
    now.succeeded();
    assert!(!ended.out.contains(now.out.lines().next().unwrap()));
}

#[test]
fn what_cannot_be_backed_up_or_restored_is_told() {
    let (from, file, _) = backup();
    back_up(from.path(), &file).refused(&["is there already", "choose another name"]);
    restore(from.path(), &file).refused(&["holds office 1 already", "empty database"]);
    verify(from.path()).succeeded();
    let config = from.path().join("kantor.toml");
    restore(from.path(), &config).refused(&["not a backup of Kantor"]);
    let gone = from.path().join("gone.kantor");
    restore(from.path(), &gone).refused(&["gone.kantor", "check the path"]);
    let nowhere = from.path().join("no folder").join("office.kantor");
    back_up(from.path(), &nowhere).refused(&["no folder", "check the path"]);

    let whole = fs::read(&file).unwrap();
    let to = elsewhere();
    let damaged = to.path().join("damaged.kantor");
    let mut bytes = whole.clone();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&damaged, bytes).unwrap();
    let words = [
        "damaged.kantor: the backup is damaged in part ",
        "begins at byte ",
    ];
    restore(to.path(), &damaged).refused(&words);
    kantor(&["restore", "--check", text(&damaged)]).refused(&words);
    fs::write(&damaged, &whole[..middle]).unwrap();
    restore(to.path(), &damaged).refused(&["breaks off in part "]);
    // Nothing of it was written at all, and the whole one fits.
    assert!(!to.path().join("kantor.db").exists());
    restore(to.path(), &file).succeeded();
}

#[test]
fn another_office_is_not_restored_under_a_configuration() {
    let (_from, file, _) = backup();
    let to = elsewhere();
    let config = to.path().join("kantor.toml");
    let text = fs::read_to_string(&config).unwrap();
    fs::write(&config, text.replace("number = 1", "number = 5")).unwrap();
    restore(to.path(), &file).refused(&["office 1", "office 5", "set `number`"]);
}

//! A file that is imported again changes nothing: no balance, no order, no position of the log.

use std::path::PathBuf;

use kantor_desk::Office;
use kantor_wire::{OrderView, StatementOutcome};

use crate::kit::{copy_of_demo, demo, verify};
use crate::server::{Server, import, standing};

/// Everything that the desk can see of an office.
fn everything(desk: &Office) -> impl PartialEq + std::fmt::Debug + use<> {
    let orders: Vec<OrderView> = desk.orders(None, 1_000).unwrap();
    let payouts = desk.payouts(None).unwrap();
    let batches = desk.batches().unwrap();
    let suspense = desk.suspense().unwrap();
    (standing(desk), orders, payouts, batches, suspense)
}

/// Imports files whose every line is known.
fn import_known(desk: &Office, files: &[PathBuf]) {
    for path in files {
        let imported = import(desk, path).unwrap_or_else(|error| panic!("{error}"));
        assert!(
            !imported.outcome.statements.is_empty(),
            "{}",
            path.display()
        );
        for statement in imported.outcome.statements {
            let found = (statement.outcome, statement.new, statement.matches.len());
            assert_eq!(found, (StatementOutcome::Known, 0, 0), "{}", path.display());
        }
    }
}

#[test]
fn every_file_a_second_and_a_third_time_changes_nothing() {
    let folder = copy_of_demo();
    let files = demo().statements();
    assert_eq!(files.len(), 7, "{files:?}");
    let server = Server::start(folder.path());
    let desk = server.desk();
    let before = everything(&desk);
    import_known(&desk, &files);
    assert_eq!(everything(&desk), before);
    // In another order, as a watched folder may bring them.
    let backwards: Vec<PathBuf> = files.iter().rev().cloned().collect();
    import_known(&desk, &backwards);
    assert_eq!(everything(&desk), before);
    server.kill();

    // Under other names, after a restart: what a file is called is no evidence of anything.
    let renamed: Vec<PathBuf> = files
        .iter()
        .enumerate()
        .map(|(at, path)| {
            let other = folder.path().join(format!("copy ({at}).txt"));
            std::fs::copy(path, &other).unwrap();
            other
        })
        .collect();
    let server = Server::start(folder.path());
    let desk = server.desk();
    assert_eq!(everything(&desk), before);
    import_known(&desk, &renamed);
    assert_eq!(everything(&desk), before);
    verify(folder.path()).succeeded();
}

/// A server that works does not keep an auditor out.
#[test]
fn an_office_verifies_while_it_is_served_and_has_one_server_only() {
    let folder = copy_of_demo();
    let server = Server::start(folder.path());
    let desk = server.desk();
    verify(folder.path()).succeeded();
    import_known(&desk, &demo().statements());
    verify(folder.path()).succeeded();
    let config = folder.path().join("kantor.toml");
    let second = crate::kit::kantor(&["serve", "--config", crate::kit::text(&config)]);
    second.refused(&["kantor.db"]);
    assert!(desk.office().is_ok());
}

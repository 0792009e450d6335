//! The walls around a pack, shown by a pack that tries to get out: at load and while it reads.
#![cfg(target_os = "linux")] // elsewhere there are none, and every answer says so

mod common;

use common::{Packs, read};
use kantor_plugin_host::{Host, Sandbox};

/// What the pack reports: `load-open: done` and so on, sorted.
fn attempts(host: &Host) -> (Sandbox, Vec<String>) {
    let (report, collected) = read(host, Some("escapes"), "anything");
    let report = report.unwrap();
    let mut lines: Vec<String> = collected
        .complaints
        .iter()
        .map(|complaint| format!("{}: {}", complaint.code, complaint.message))
        .collect();
    lines.sort();
    (report.sandbox, lines)
}

#[test]
fn nothing_gets_out_of_the_child() {
    let packs = Packs::none().with_sin("escapes");
    let (sandbox, found) = attempts(&packs.host());
    assert_eq!(sandbox, Sandbox::Enforced);
    let names = [
        "create",
        "environment",
        "exec",
        "fork",
        "list",
        "open",
        "signal",
        "socket",
    ];
    let mut expected: Vec<String> = ["load", "read"]
        .iter()
        .flat_map(|when| {
            names
                .iter()
                .map(move |name| format!("{when}-{name}: refused"))
        })
        .collect();
    expected.sort();
    assert_eq!(found, expected);
}

/// The same attempts succeed where there are no walls: so it is the walls that stop them.
#[test]
fn without_walls_the_same_attempts_succeed() {
    let packs = Packs::none().with_sin("escapes");
    let (sandbox, found) = attempts(&packs.host_in_process());
    assert!(matches!(sandbox, Sandbox::Unsandboxed(_)));
    for attempt in [
        "open",
        "list",
        "socket",
        "fork",
        "exec",
        "signal",
        "environment",
    ] {
        let line = format!("read-{attempt}: done");
        assert!(found.contains(&line), "{line} is not in {found:?}");
    }
}

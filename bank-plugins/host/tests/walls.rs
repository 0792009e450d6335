//! The walls around a pack, shown by a pack that tries to get out: at load and while it reads.
#![cfg(target_os = "linux")] // elsewhere there are none, and every answer says so

mod common;

use common::{Packs, read};
use kantor_plugin_host::{Host, Sandbox};

/// What came of an attempt: `refused`, `done`, or the words in which the pack was ended.
fn tried(host: &Host, way: &str) -> String {
    if let Some(rejected) = host.rejected().first() {
        return rejected.reason.to_string();
    }
    match read(host, Some("escapes"), way) {
        (Ok(_), collected) => collected.complaints.first().map_or_else(
            || "nothing was said".to_owned(),
            |complaint| format!("{}: {}", complaint.code, complaint.message),
        ),
        (Err(error), _) => error.to_string(),
    }
}

const WAYS: &[(&str, &str)] = &[
    ("open", "it tried to open a file"),
    ("list", "it tried to open a file"),
    ("create", "it tried to open a file"),
    ("delete", "it tried to change files"),
    ("socket", "it tried to open a socket"),
    ("fork", "it tried to start a process or a thread"),
    ("exec", "it tried to start a process or a thread"),
    ("thread", "it asked the system for what no pack may have"),
    ("signal", "it tried to send a signal"),
    ("environment", "while-reading: refused"),
];

#[test]
fn nothing_gets_out_of_the_child_and_each_attempt_is_named() {
    let packs = Packs::none().with_sin("escapes");
    for (way, expected) in WAYS {
        let host = packs.host();
        assert_eq!(host.packs().next().unwrap().sandbox, Sandbox::Enforced);
        let found = tried(&host, way);
        assert!(found.contains(expected), "{way}: {found}");
    }
}

/// Before anybody has called the pack, in a constructor of its library.
#[test]
fn nothing_gets_out_of_the_child_at_load() {
    for (way, expected) in WAYS {
        // The loader itself opens and lists libraries; of other files it is refused every one.
        let expected = match *way {
            "open" | "list" | "environment" => "at-load: refused",
            _ => expected,
        };
        let packs = Packs::none().with_escape_at_load(way);
        let found = tried(&packs.host(), "");
        assert!(found.contains(expected), "{way}: {found}");
    }
}

/// The same attempts succeed where there are no walls: so it is the walls that stop them.
#[test]
fn without_walls_the_same_attempts_succeed() {
    let packs = Packs::none().with_sin("escapes");
    let host = packs.host_in_process();
    assert!(matches!(
        host.packs().next().unwrap().sandbox,
        Sandbox::Unsandboxed(_)
    ));
    for (way, _) in WAYS {
        let found = tried(&host, way);
        assert_eq!(found, "while-reading: done", "{way}");
    }
}

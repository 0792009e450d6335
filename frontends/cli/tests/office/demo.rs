//! A newcomer runs one command and watches an exchange happen.

use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::process::Stdio;

use crate::kit::{demo, kantor, program, text, verify};

/// The words of a line without the room between them.
fn words(line: &str) -> String {
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_last_lines_show_how_every_order_and_balance_ended() {
    let ended = &demo().ended;
    let lines: Vec<String> = ended.out.lines().map(words).collect();
    let (_, last) = lines.split_at(lines.len() - 9);
    for (line, (begins, ends)) in last.iter().zip([
        ("order KZ", "paid exactly Completed"),
        ("order KZ", "paid late Held"),
        ("order KZ", "mangled title Completed"),
        ("nobody's line", "booked to bank-fees"),
        ("mBank PLN", "PLN equals the bank's"),
        ("mBank EUR", "EUR equals the bank's"),
        ("PKO BP PLN", "PLN equals the bank's"),
        ("PKO BP EUR", "EUR equals the bank's"),
        ("verified: ", " files"),
    ]) {
        assert!(line.starts_with(begins) && line.ends_with(ends), "{line}");
    }
}

#[test]
fn verify_says_the_same_as_the_demo() {
    let verified = verify(&demo().folder);
    verified.succeeded();
    let first = words(verified.out.lines().next().unwrap());
    let told = words(demo().ended.out.lines().last().unwrap());
    assert!(first.starts_with(&told), "{first}\n{told}");
    let balances: Vec<String> = verified
        .out
        .lines()
        .filter(|line| line.starts_with("  "))
        .map(words)
        .collect();
    for account in ["mBank PLN", "mBank EUR", "PKO BP PLN", "PKO BP EUR"] {
        let told = demo().ended.out.lines().map(words);
        let told = told.rev().find(|line| line.starts_with(account)).unwrap();
        let amount = told[account.len()..].trim_end_matches(" equals the bank's");
        let same = balances.iter().any(|line| line.ends_with(amount));
        assert!(same, "{told}\n{balances:?}");
    }
    assert!(!verified.out.contains("not proved yet"), "{}", verified.out);
}

#[test]
fn the_packs_of_today_read_the_archived_files_as_they_were_booked() {
    let reparsed = kantor(&["verify", text(&demo().folder), "--reparse"]);
    reparsed.succeeded();
}

#[test]
fn a_folder_that_holds_an_office_is_refused() {
    let folder = &demo().folder;
    for command in [
        &["demo", "--once", "--dir", text(folder)][..],
        &["init", text(folder)],
    ] {
        kantor(command).refused(&["holds an office already", "choose another folder"]);
    }
    verify(folder).succeeded();
}

#[test]
fn misuse_exits_with_two_and_shows_how_to_use_it() {
    for misuse in [
        &[][..],
        &["exchange"],
        &["demo", "--sometimes"],
        &["demo", "--port", "high"],
        &["init"],
        &["verify", "here", "--config", "there"],
        &["serve", "--only", "nothing"],
    ] {
        let ended = kantor(misuse);
        assert_eq!(ended.code, Some(2), "{misuse:?}: {}", ended.err);
        assert!(ended.err.contains("--help"), "{misuse:?}: {}", ended.err);
    }
}

#[test]
fn a_folder_without_an_office_does_not_verify() {
    let folder = tempfile::tempdir().unwrap();
    verify(folder.path()).refused(&["kantor.toml", "kantor init"]);
}

#[test]
fn a_port_that_is_taken_is_named_and_the_folder_stays_free() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("office");
    let again = || kantor(&["demo", "--once", "--port", &port, "--dir", text(&dir)]);
    for ended in [again(), again()] {
        ended.refused(&["cannot listen on", &port, "choose another port"]);
    }
}

#[test]
fn the_panel_stays_open_on_the_port_that_was_asked_for() {
    // Below the ports that the system gives out, so that nobody else is given it meanwhile.
    let first = 10_000 + u16::try_from(std::process::id() % 20_000).unwrap();
    let mut ports = first..first + 1_000;
    let free = ports.find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok());
    let port = free.expect("a free port").to_string();
    let folder = tempfile::tempdir().unwrap();
    let mut child = program()
        .args(["demo", "--port", &port, "--dir", text(folder.path())])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let open = lines
        .by_ref()
        .map_while(Result::ok)
        .find(|line| line.starts_with("The panel is open"));
    let address = format!("http://127.0.0.1:{port}/");
    let page = ureq::get(&address).call().map(|mut answer| {
        let mut page = String::new();
        answer
            .body_mut()
            .as_reader()
            .read_to_string(&mut page)
            .unwrap();
        page
    });
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(open.expect("the demo ended").contains(&address));
    assert!(page.unwrap().contains("Kantor Pod Żurawiem"));
    // Killed like this, it is as whole as any office.
    verify(folder.path()).succeeded();
}

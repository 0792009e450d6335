//! The database goes away under a working office, and comes back.

use std::time::{Duration, Instant};

use kantor_desk::{ApiError, Office};
use kantor_postgres_kit::{Disk, Server as Database, shared};
use ureq::Agent;

use crate::kit::{kantor, text};
use crate::server::Server;

/// The status of an address of the panel.
fn status(server: &Server, path: &str) -> u16 {
    let agent: Agent = Agent::config_builder()
        .http_status_as_error(false)
        .build()
        .into();
    let answer = agent.get(format!("{}{path}", server.panel)).call();
    answer.unwrap().status().as_u16()
}

/// What the office says of an act that it cannot carry out now.
fn refused(desk: &Office, currency: &str) -> (u16, String) {
    match desk.add_currency(currency) {
        Err(ApiError::Refused { problem }) => (problem.status, problem.code),
        other => panic!("{other:?}"),
    }
}

#[test]
fn while_the_database_is_away_nothing_is_recorded_and_the_office_says_so() {
    let mut database = Database::start(Disk::Ignored);
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("office");
    let url = format!("{}?patience=20", database.database());
    kantor(&["init", text(&dir), "--database", &url]).succeeded();
    let server = Server::start(&dir);
    let desk = server.desk();
    desk.add_currency("EUR").unwrap();
    assert_eq!(status(&server, "/health/ready"), 200);
    const CODES: [&str; 3] = ["USD", "CHF", "GBP"];
    for code in CODES {
        database.kill();
        assert_eq!(refused(&desk, code), (503, "nothing-recorded".to_owned()));
        // It lives, and wants no new customers; who looks sees the rates that it knows.
        assert_eq!(status(&server, "/health/live"), 200);
        assert_eq!(status(&server, "/health/ready"), 503);
        assert_eq!(status(&server, "/rates"), 200);
        database.start_again();
        // Nobody has to restart it, or to log in again.
        desk.add_currency(code).unwrap();
        assert_eq!(status(&server, "/health/ready"), 200);
    }
    println!(
        "counted: the database of a server away {} times, and the server went on",
        CODES.len()
    );
}

/// A standby without the last commits takes over, or somebody restores a copy: whoever restarts the
/// server restarts it because it ended.
#[test]
fn a_server_whose_database_went_back_ends_and_begins_anew() {
    let url = shared().database();
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("office");
    kantor(&["init", text(&dir), "--database", &url]).succeeded();
    let mut server = Server::start(&dir);
    server.desk().add_currency("EUR").unwrap();
    server.desk().add_currency("USD").unwrap();
    let back = "DELETE FROM records WHERE seq = (SELECT max(seq) FROM records);
         DELETE FROM answers WHERE seq > (SELECT max(seq) FROM records);
         UPDATE offices SET (seq, hash, moment) =
             (SELECT seq, hash, moment FROM records ORDER BY seq DESC LIMIT 1)";
    shared().sql(url.rsplit('/').next().unwrap(), back);
    let begun = Instant::now();
    while !server.has_ended() {
        assert!(begun.elapsed() < Duration::from_secs(60), "it goes on");
        // What it has read may be shown until then; nothing is recorded on top of it.
        assert!(server.desk().add_currency("GBP").is_err());
    }
    let server = Server::start(&dir);
    server.desk().add_currency("CHF").unwrap();
    let known = server.desk().currencies().unwrap();
    let codes: Vec<&str> = known.iter().map(|known| known.code.as_str()).collect();
    assert!(
        codes.contains(&"EUR") && codes.contains(&"CHF"),
        "{codes:?}"
    );
    assert!(!codes.contains(&"USD"), "{codes:?}");
    drop(server);
    kantor(&["verify", text(&dir)]).succeeded();
}

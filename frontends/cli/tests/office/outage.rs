//! The database goes away under a working office, and comes back.

use kantor_desk::{ApiError, Office};
use kantor_postgres_kit::{Disk, Server as Database};
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
    let url = format!("{}?patience=5", database.database());
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

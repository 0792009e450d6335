//! What those who watch over the processes see.

use std::time::{Duration, Instant};

use crate::fleet::{Fleet, agent, run, text};

/// How long a panel may take to hear its office.
const PATIENCE: Duration = Duration::from_secs(60);

fn ask(url: &str) -> (u16, String) {
    let mut answer = agent().get(url).call().unwrap();
    let status = answer.status().as_u16();
    (status, answer.body_mut().read_to_string().unwrap())
}

/// Asks a panel until it has its office. A machine that is busy takes its time.
#[track_caller]
fn is_ready(fleet: &Fleet) {
    let begun = Instant::now();
    while ask(&fleet.url("/health/ready")) != (200, "ready\n".to_owned()) {
        assert!(begun.elapsed() < PATIENCE, "it has no office");
    }
}

#[test]
fn a_panel_says_whether_it_is_ready_and_hears_of_it_when_its_office_comes_back() {
    let fleet = Fleet::new();
    let mut office = fleet.start_office();
    fleet.key();
    let mut panel = fleet.start_panel();
    is_ready(&fleet);
    // A front that is revoked has no office any more, at once.
    fleet.desk(&["tokens", "revoke", "panel-1", "--reason", "moved"]);
    assert_eq!(ask(&fleet.url("/health/ready")).0, 503);
    assert_eq!(ask(&fleet.url("/health/live")), (200, "ok\n".to_owned()));
    // Who only looks learns that there is nothing to see, and not what became of an act before.
    let (status, page) = ask(&fleet.url("/rates"));
    assert_eq!(status, 503);
    assert!(page.contains("nie da się pokazać tej strony"), "{page}");
    // A hangup is not the end: certificates are looked at.
    panel.signal("-HUP");
    assert_eq!(ask(&fleet.url("/health")).0, 200);
    let journal = panel.end();
    for line in journal.lines() {
        let line: serde_json::Value = serde_json::from_str(line).expect(line);
        assert!(line["at"].is_string() && line["what"].is_string(), "{line}");
    }
    assert!(journal.contains("\"route\":\"/health/ready\""), "{journal}");
    office.end();
}

/// The journal of a panel whose office it cannot hear says so once, and why.
#[test]
fn a_panel_says_why_its_office_is_away_and_that_it_is_back() {
    let fleet = Fleet::new();
    let mut office = fleet.start_office();
    fleet.key();
    let mut panel = fleet.start_panel();
    is_ready(&fleet);
    office.end();
    // Its listener stays, and nobody answers there.
    for _ in 0..2 {
        assert_eq!(ask(&fleet.url("/health/ready")).0, 503);
    }
    let mut office = fleet.start_office();
    is_ready(&fleet);
    fleet.desk(&["tokens", "revoke", "panel-1", "--reason", "moved"]);
    assert_eq!(ask(&fleet.url("/rates")).0, 503);
    let silent = "kantor_office_silent_total ";
    let (_, counted) = ask(&fleet.url("/metrics"));
    let silent = counted.lines().find_map(|line| line.strip_prefix(silent));
    assert!(silent.unwrap().parse::<u64>().unwrap() >= 3, "{counted}");
    let journal = panel.end();
    let told: Vec<&str> = journal
        .lines()
        .filter(|line| line.contains("\"office_"))
        .collect();
    let words = [
        ["office_away", "timeout"],
        ["office_back", ""],
        ["office_away", "kantor tokens add"],
    ];
    // Where the machine was busy, it may have been away before for a moment, and back.
    let before = told.len().checked_sub(words.len());
    assert!(before.is_some_and(|before| before % 2 == 0), "{told:?}");
    for (line, words) in told.iter().rev().zip(words.iter().rev()) {
        assert!(words.iter().all(|word| line.contains(word)), "{told:?}");
    }
    office.end();
}

/// A secret that nobody has would shut the last administrator out for ever.
#[test]
fn a_key_is_changed_only_when_its_secret_can_be_kept() {
    let fleet = Fleet::new();
    let mut office = fleet.start_office();
    let own = fleet.office.join("administrator.token");
    let before = text(&own);
    let config = fleet.office.join("kantor.toml");
    let rotate = |file: &std::path::Path| {
        std::process::Command::new(env!("CARGO_BIN_EXE_kantor"))
            .args(["tokens", "rotate", "administrator", "--reason", "lost"])
            .args(["--config".as_ref(), config.as_os_str()])
            .args(["--file".as_ref(), file.as_os_str()])
            .output()
            .unwrap()
    };
    let nowhere = fleet.office.join("no-folder").join("administrator.token");
    let refused = rotate(&nowhere);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(1), "{said}");
    assert!(said.contains("choose another file"), "{said}");
    assert!(fleet.desk(&["tokens", "list"]).contains("administrator"));
    // In its own place it is exchanged whole.
    assert!(rotate(&own).status.success());
    assert_ne!(text(&own), before);
    assert!(fleet.desk(&["tokens", "list"]).contains("administrator"));
    assert!(!fleet.office.join("administrator.token.part").exists());
    office.end();
}

/// The file with the only key burned with the machine, and the office came back from a backup.
#[test]
fn who_has_the_database_gets_a_lost_administrators_key_anew() {
    let fleet = Fleet::new();
    let own = fleet.office.join("administrator.token");
    let lost = text(&own);
    std::fs::remove_file(&own).unwrap();
    let mut office = fleet.start_office();
    let anew = || {
        std::process::Command::new(env!("CARGO_BIN_EXE_kantor"))
            .args(["database", "administrator", "--reason", "lost", "--config"])
            .arg(fleet.office.join("kantor.toml"))
            .output()
            .unwrap()
    };
    // A file has one owner at a time, and it is the server.
    let refused = anew();
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(
        said.contains("is in use by another Kantor server"),
        "{said}"
    );
    assert!(!own.exists());
    office.end();
    let made = anew();
    assert!(made.status.success(), "{made:?}");
    assert_ne!(text(&own), lost);
    let mut office = fleet.start_office();
    assert!(fleet.desk(&["tokens", "list"]).contains("administrator"));
    office.end();
    let folder = fleet.office.to_str().unwrap();
    assert!(run(&["verify", folder]).contains("verified: "));
}

#[test]
fn the_office_tells_what_it_counts() {
    let fleet = Fleet::new();
    let office = fleet.start_office();
    let address = office.words[0].split("http://").nth(1).unwrap();
    let base = format!("http://{}", address.split('/').next().unwrap());
    fleet.desk(&["currencies", "add", "EUR"]);
    let again = std::process::Command::new(env!("CARGO_BIN_EXE_kantor"))
        .args(["currencies", "add", "EUR", "--config"])
        .arg(fleet.office.join("kantor.toml"))
        .output()
        .unwrap();
    assert!(!again.status.success());
    let (status, text) = ask(&format!("{base}/metrics"));
    assert_eq!(status, 200);
    for line in [
        "kantor_commands_total{outcome=\"done\"} 1",
        "kantor_commands_total{outcome=\"refused\"} 1",
        "kantor_refusals_total{code=\"currency_exists\"} 1",
        "kantor_events_total{kind=\"CurrencyDefined\"} 1",
        "# TYPE kantor_match_verdicts_total counter",
        "kantor_match_verdicts_total{verdict=\"certain\"} 0",
        "# TYPE kantor_commit_seconds histogram",
        "kantor_commit_seconds_bucket{le=\"+Inf\"} 1",
        "kantor_commit_seconds_count 1",
        "kantor_lines_learned_from_total 0",
        "kantor_oldest_open_seconds{what=\"order_held\"} 0",
        "kantor_oldest_open_seconds{what=\"line_unknown\"} 0",
        "# TYPE kantor_feed_lag_seconds gauge",
        "kantor_http_answers_total{class=\"2xx\"}",
    ] {
        assert!(text.contains(line), "no `{line}` in\n{text}");
    }
    assert_eq!(
        ask(&format!("{base}/health/ready")),
        (200, "ready\n".to_owned())
    );
}

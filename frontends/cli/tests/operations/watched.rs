//! What those who watch over the processes see.

use crate::fleet::{Fleet, agent};

fn ask(url: &str) -> (u16, String) {
    let mut answer = agent().get(url).call().unwrap();
    let status = answer.status().as_u16();
    (status, answer.body_mut().read_to_string().unwrap())
}

#[test]
fn a_panel_says_whether_it_is_ready_and_hears_of_it_when_its_office_comes_back() {
    let fleet = Fleet::new();
    let mut office = fleet.start_office();
    fleet.key();
    let mut panel = fleet.start_panel();
    assert_eq!(
        ask(&fleet.url("/health/ready")),
        (200, "ready\n".to_owned())
    );
    // A front that is revoked has no office any more, at once.
    fleet.desk(&["tokens", "revoke", "panel-1", "--reason", "moved"]);
    assert_eq!(ask(&fleet.url("/health/ready")).0, 503);
    assert_eq!(ask(&fleet.url("/health/live")), (200, "ok\n".to_owned()));
    assert_eq!(ask(&fleet.url("/rates")).0, 503);
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

//! The cashier's commands as a person or a script runs them: the program itself, against a small
//! office behind a real socket, with the bank packs in their children.
#![allow(missing_docs)]

#[path = "../../desk/tests/fake/mod.rs"]
mod fake;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use fake::samples::{PLN_ACCOUNT, line, payout, small_office};
use fake::{FakeOffice, State, TOKEN};
use kantor_wire::{Amount, OrderState, PayoutState};
use tempfile::TempDir;

/// A desk with its configuration, at a small office.
struct Desk {
    office: FakeOffice,
    folder: TempDir,
}

/// What a run printed, and how it ended.
#[derive(Debug)]
struct Ran {
    code: Option<i32>,
    out: String,
    err: String,
}

fn run(folder: &Path, arguments: &[&str]) -> Ran {
    let program = Path::new(env!("CARGO_BIN_EXE_kantor"));
    assert!(
        program.with_file_name("kantor-pack-child").exists(),
        "the bank packs are not built; run `cargo build` first"
    );
    let ran = Command::new(program)
        .current_dir(folder)
        .args(arguments)
        .output()
        .expect("the program runs");
    let text = |bytes: Vec<u8>| {
        String::from_utf8(bytes)
            .expect("the program prints UTF-8")
            .replace('\u{a0}', " ")
    };
    Ran {
        code: ran.status.code(),
        out: text(ran.stdout),
        err: text(ran.stderr),
    }
}

impl Desk {
    fn at(state: State) -> Desk {
        let office = FakeOffice::start(state);
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("token"), format!("{TOKEN}\n")).expect("written");
        fs::write(
            folder.path().join("kantor.toml"),
            format!(
                "[desk]\nurl = \"{}\"\ntoken_file = \"token\"\ntransfers = \"out\"\nwatch = \"in\"\n",
                office.url
            ),
        )
        .expect("written");
        Desk { office, folder }
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        run(self.folder.path(), arguments)
    }

    /// Runs what must succeed, and gives what it printed.
    fn says(&self, arguments: &[&str]) -> String {
        let ran = self.run(arguments);
        assert_eq!(ran.code, Some(0), "{arguments:?}\n{ran:?}");
        ran.out
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A statement as mBank writes it, of the office's account in złoty.
    fn statement(&self, name: &str) -> String {
        let text = format!(
            ":20:ST261123/1\r\n:25:{PLN_ACCOUNT}\r\n:28C:12/1\r\n:60F:C261123PLN125000,00\r\n\
             :61:2611231123CN4281,50N723NONREF//BR26327000000001\r\n723 PRZELEW\r\n\
             :86:723 PRZELEW ELIXIR PRZYCHODZ\u{104}CY; z rach.: 61109010140000071219812874; od: \
             Anna; tyt.: KZ11111A7; TNR: 123.000001\r\n\
             :62F:C261123PLN129281,50\r\n"
        );
        fs::write(self.path(name), text).expect("written");
        name.to_owned()
    }
}

fn golden(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../parsers/corpus")
        .join(name);
    path.to_string_lossy().into_owned()
}

#[test]
fn orders_are_listed_shown_and_cancelled() {
    let desk = Desk::at(small_office());
    let list = desk.says(&["orders", "list"]);
    assert!(
        list.contains("KZ11111A7  AwaitingFunds  Anna Wiśniewska   4,281.50 PLN  1,000.00 EUR"),
        "{list}"
    );
    let json = desk.says(&["orders", "list", "--json"]);
    assert_eq!(json.lines().count(), 4);
    assert!(json.lines().all(|line| line.starts_with("{\"id\":")));
    let shown = desk.says(&["orders", "show", "kz22222b4"]);
    assert!(shown.contains("state       Held (late)"), "{shown}");
    assert!(
        shown.contains("may be done confirm, refund, reprice"),
        "{shown}"
    );
    let cancelled = desk.says(&["orders", "cancel", "KZ11111A7", "--reason", "asked for it"]);
    assert_eq!(cancelled, "KZ11111A7: Cancelled\n");
    assert_eq!(desk.office.state().orders[0].state, OrderState::Cancelled);
}

#[test]
fn an_act_waits_for_the_office_and_says_so() {
    let desk = Desk::at(small_office());
    desk.says(&["orders", "list"]);
    let there = fs::read_to_string(desk.path("kantor.toml")).expect("read");
    let nowhere = there.replace(&desk.office.url, "http://127.0.0.1:1");
    fs::write(desk.path("kantor.toml"), nowhere).expect("written");
    let cancel = ["orders", "cancel", "kz11111a7", "--reason", "he called"];
    let ran = desk.run(&cancel);
    assert_eq!(ran.code, Some(1));
    assert!(ran.err.contains("give --queue as well"), "{ran:?}");
    let kept = desk.says(&[&cancel[..], &["--queue"]].concat());
    assert_eq!(
        kept,
        "act 1 is kept: cancel order KZ11111A7 (4,281.50 PLN for 1,000.00 EUR, AwaitingFunds): he \
         called\nThe office does not answer now, so nothing is done yet; `kantor queue send` does \
         it when the office can be seen\n"
    );
    let listed = desk.says(&["queue", "list"]);
    assert!(listed.starts_with("act  stands   queued "), "{listed}");
    assert!(listed.contains("\n1    waiting  20"), "{listed}");
    let confirm = ["orders", "confirm", "2", "--reason", "x", "--queue"];
    let ran = desk.run(&confirm);
    assert!(ran.err.contains("cannot wait"), "{ran:?}");

    fs::write(desk.path("kantor.toml"), there).expect("written");
    // The next act finds the office, and what waits goes before it.
    let refund = [
        "orders", "refund", "2", "--reason", "x", "--queue", "--json",
    ];
    let sent = desk.says(&refund);
    let numbers = [
        "{\"number\":1,\"standing\":\"done\"",
        "{\"number\":2,\"standing\":\"done\"",
    ];
    assert!(
        numbers
            .iter()
            .zip(sent.lines())
            .all(|(number, row)| row.starts_with(number)),
        "{sent}"
    );
    assert_eq!(sent.lines().count(), 2);
    assert_eq!(desk.office.state().orders[0].state, OrderState::Cancelled);
    assert_eq!(desk.says(&["queue", "list", "--json"]), "");
    assert_eq!(desk.says(&["queue", "send"]), "nothing waits\n");
}

#[test]
fn the_offices_refusal_is_told_in_its_words() {
    let desk = Desk::at(small_office());
    let ran = desk.run(&["orders", "refund", "1", "--reason", "x"]);
    assert_eq!(ran.code, Some(1));
    assert_eq!(ran.out, "");
    assert_eq!(
        ran.err,
        "kantor: The order went on meanwhile, and this cannot be done with it any more. Look at \
         its state.\n"
    );
}

#[test]
fn misuse_ends_with_2_and_failure_with_1() {
    let folder = tempfile::tempdir().expect("a folder");
    let check = |arguments: &[&str], code: i32, told: &str| {
        let ran = run(folder.path(), arguments);
        assert_eq!(ran.code, Some(code), "{arguments:?}\n{ran:?}");
        assert!(ran.err.contains(told), "{arguments:?}\n{ran:?}");
        assert_eq!(ran.out, "", "{arguments:?}");
    };
    check(&["orders"], 2, "Usage: kantor orders");
    check(&["orders", "cancel", "1"], 2, "--reason <REASON>");
    check(
        &["orders", "list", "--state", "Lost"],
        2,
        "the states are AwaitingFunds",
    );
    check(&["statement", "parse"], 2, "<FILE>");
    check(
        &["statement", "parse", "a", "--json", "--summary"],
        2,
        "cannot be used with",
    );
    check(&["orders", "list"], 1, "kantor.toml cannot be read");
    check(
        &["statement", "parse", "none.sta"],
        1,
        "none.sta cannot be read",
    );
}

#[test]
fn a_statement_is_parsed_without_a_server() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = golden("mbank-day.sta");
    let json = run(folder.path(), &["statement", "parse", &file, "--json"]);
    assert_eq!(json.code, Some(0), "{json:?}");
    assert!(
        json.out
            .starts_with("{\"format\":\"MT940\",\"bank\":\"mbank\",\"account\":\"PL"),
        "{}",
        json.out
    );
    assert!(
        json.out.contains("\"entries\":[{\"value_date\":\"20"),
        "{}",
        json.out
    );
    assert!(
        json.out.trim_end().ends_with("\"complaints\":[]}"),
        "{}",
        json.out
    );
    let summary = run(folder.path(), &["statement", "parse", &file, "--summary"]);
    assert_eq!(summary.code, Some(0), "{summary:?}");
    let last = summary.out.lines().last().unwrap_or_default();
    assert!(
        last.starts_with("entries=") && last.contains(" t="),
        "{last}"
    );
    let people = run(folder.path(), &["statement", "parse", &file]);
    assert!(people.out.contains("  closing: "), "{}", people.out);
}

#[test]
fn a_file_that_cannot_be_trusted_is_complained_about_with_its_place() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.sta");
    let check = |text: &str, complaint: &str| {
        fs::write(&path, text).expect("written");
        for mode in ["--json", "--summary"] {
            let ran = run(folder.path(), &["statement", "parse", "a.sta", mode]);
            assert_eq!(ran.code, Some(1), "{text}\n{ran:?}");
            assert!(ran.err.starts_with(complaint), "{text}\n{ran:?}");
            assert_eq!(ran.out, "", "{text}\n{ran:?}");
        }
    };
    check("", "a.sta:1:1: not-recognised: ");
    check("Dear Sir,\n", "a.sta:1:1: not-recognised: ");
    let amount = fs::read_to_string(golden("broken/amount-unreadable.sta")).expect("our own file");
    check(&amount, "a.sta:5:");
}

#[test]
fn an_import_moves_the_office_and_the_second_time_changes_nothing() {
    let desk = Desk::at(small_office());
    let file = desk.statement("day.sta");
    let first = desk.says(&["statement", "import", &file]);
    assert!(
        first.starts_with(&format!("day.sta: {PLN_ACCOUNT} booked: ")),
        "{first}"
    );
    assert_eq!(desk.office.state().orders[0].state, OrderState::Funded);
    let again = desk.says(&["statement", "import", &file, "--json"]);
    assert!(again.contains("\"outcome\":\"known\""), "{again}");
    let raw = fs::read(desk.path(&file)).expect("the file");
    let state = desk.office.state();
    assert_eq!(state.files.values().collect::<Vec<_>>(), [&raw]);
}

#[test]
fn a_file_of_a_foreign_account_fails_the_import_and_the_others_go_on() {
    let mut state = small_office();
    state.accounts.remove(0);
    let desk = Desk::at(state);
    let file = desk.statement("day.sta");
    fs::write(desk.path("letter.txt"), "Dear Sir").expect("written");
    let ran = desk.run(&["statement", "import", "letter.txt", &file]);
    assert_eq!(ran.code, Some(1));
    assert!(
        ran.err
            .contains("letter.txt:1:1: not-recognised: no pack recognises"),
        "{}",
        ran.err
    );
    assert!(
        ran.err.contains("2 of 2 files were not imported"),
        "{}",
        ran.err
    );
    assert!(ran.out.contains("The office has no account"), "{}", ran.out);
}

#[test]
fn a_watched_folder_is_emptied_into_done_and_refused() {
    let desk = Desk::at(small_office());
    fs::create_dir(desk.path("in")).expect("a folder");
    desk.statement("in/day.sta");
    fs::write(desk.path("in/letter.txt"), "Dear Sir").expect("written");
    desk.says(&["statement", "watch", "--once", "--every", "0"]);
    assert!(desk.path("in/done/day.sta").exists());
    assert!(desk.path("in/refused/letter.txt").exists());
    let why = fs::read_to_string(desk.path("in/refused/letter.txt.txt")).expect("a reason");
    assert!(why.contains("no pack recognises"), "{why}");
}

#[test]
fn payouts_leave_in_a_file_that_can_be_fetched_again() {
    let mut state = small_office();
    let mut due = payout(&state.orders[2], "a1");
    due.amount = Amount::new("4200.00", "PLN");
    state.payouts.push(due);
    let desk = Desk::at(state);
    let saved = desk.says(&["payouts", "export", "--account", PLN_ACCOUNT]);
    assert!(
        saved.contains("batch b1, 1 transfers, 4,200.00 PLN"),
        "{saved}"
    );
    let file = desk.path("out/przelewy-b1.pli");
    let bytes = fs::read(&file).expect("the file");
    assert!(bytes.starts_with(b"110,20261123,420000,11402004,"));
    assert_eq!(desk.office.state().payouts[0].state, PayoutState::Exported);
    fs::remove_file(&file).expect("lost");
    desk.says(&["payouts", "export", "--batch", "b1"]);
    assert_eq!(fs::read(&file).expect("fetched"), bytes);
    assert_eq!(
        desk.says(&["payouts", "export"]),
        "No payout is waiting for a transfer file.\n"
    );
}

#[test]
fn a_line_of_suspense_is_booked_or_allocated() {
    let mut state = small_office();
    state.suspense = vec![
        line("a1", 7, "100.00", "PLN", "za prąd"),
        line("a1", 8, "4281.50", "PLN", "wymiana"),
    ];
    let desk = Desk::at(state);
    let list = desk.says(&["suspense", "list"]);
    assert!(
        list.contains("a1       7     2026-11-23    100.00 PLN  Łucja Żółć  za prąd"),
        "{list}"
    );
    desk.says(&[
        "suspense",
        "book",
        "a1",
        "7",
        "--to",
        "suppliers",
        "--reason",
        "faktura",
    ]);
    let paid = desk.says(&[
        "suspense",
        "allocate",
        PLN_ACCOUNT,
        "8",
        "KZ11111A7",
        "--reason",
        "zna",
    ]);
    assert!(paid.contains("pays KZ11111A7"), "{paid}");
    assert!(desk.office.state().suspense.is_empty());
}

#[test]
fn a_transfer_file_is_written_without_a_server() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(
        folder.path().join("p.csv"),
        "order_id,reference,currency,amount,account,name,due_date\n\
         1,EX0000000018,PLN,10.50,PL61109010140000071219812874,Łucja Żółć,2026-11-23\n",
    )
    .expect("written");
    let write = |out: &str, more: &[&str]| {
        let mut arguments = vec![
            "payouts",
            "write",
            "--format",
            "elixir0",
            "--payouts",
            "p.csv",
            "--owner",
            "Kantor|ul. Długa 5|00-238 Warszawa",
            "--out",
            out,
        ];
        arguments.extend(more);
        run(folder.path(), &arguments)
    };
    let read = |name: &str| fs::read(folder.path().join(name)).expect("the file");
    for (name, from) in [
        ("mbank.pli", PLN_ACCOUNT),
        ("other.pli", "PL61109010140000071219812874"),
    ] {
        let ran = write(name, &["--from", from]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        let bytes = read(name);
        assert!(bytes.starts_with(b"110,20261123,1050,"), "{bytes:?}");
        assert_eq!(write("again.pli", &["--from", from]).code, Some(0));
        assert_eq!(
            read("again.pli"),
            bytes,
            "the same list gives the same bytes"
        );
    }
    let refused = write("x.pli", &["--from", "PL62109010140000071219812874"]);
    assert_eq!(refused.code, Some(1));
    assert!(refused.err.contains("wrong check digits"), "{refused:?}");
    let refused = write("x.pli", &["--from", PLN_ACCOUNT, "--bank", "nobody"]);
    assert_eq!(refused.code, Some(1));
    assert!(!folder.path().join("x.pli").exists());
}

#[test]
fn a_file_of_rates_is_read_without_a_server() {
    let folder = tempfile::tempdir().expect("a folder");
    let ran = run(
        folder.path(),
        &["rates", "read", &golden("rates/nbp-c.xml")],
    );
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
    assert_eq!(
        ran.out,
        "NBP C 201/C/NBP/2026 of 2026-10-16, traded on 2026-10-15\n\
         pair          bid       ask  name\n\
         EUR/PLN     4.197    4.2818  euro\n\
         JPY/PLN  0.023772  0.024252  jen (Japonia)\n\
         NBP C 202/C/NBP/2026 of 2026-10-19, traded on 2026-10-16\n\
         pair        bid     ask  name\n\
         EUR/PLN  4.1981  4.2829  euro\n"
    );
    let file = golden("rates/ecb-daily.xml");
    let ran = run(folder.path(), &["rates", "read", &file, "--json"]);
    let sheet: serde_json::Value = serde_json::from_str(&ran.out).expect("JSON");
    assert_eq!(sheet["source"], "ECB");
    assert_eq!(sheet["rates"][2]["mid"], "4.241");
    assert_eq!(sheet["rates"][2]["base"], "EUR");
    assert_eq!(sheet["rates"][2]["bid"], serde_json::Value::Null);
    let file = golden("rates/broken/rate-unreadable.xml");
    let ran = run(folder.path(), &["rates", "read", &file]);
    assert_eq!((ran.code, ran.out.as_str()), (Some(1), ""));
    assert!(
        ran.err.contains(":2:35: rate-unreadable: `4.2z`"),
        "{ran:?}"
    );
}

#[test]
fn a_status_report_of_a_bank_is_explained_without_a_server() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = golden("status/mixed.xml");
    let ran = run(folder.path(), &["payouts", "status", &file]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
    assert_eq!(
        ran.out,
        "about the file KANTOR-20261123-1\n  \
         the file: PART, some transfers were accepted and some were not\n  \
         block B1: PART, some transfers were accepted and some were not\n    \
         transfer E1, 1234.56 PLN: ACSC, the account is debited\n    \
         transfer E2: RJCT, the bank has rejected it, nothing was paid\n      \
         AC04: the account is closed (Rachunek odbiorcy jest zamknięty)\n"
    );
    let file = golden("status/handed-down.xml");
    let ran = run(folder.path(), &["payouts", "status", &file, "--json"]);
    let report: serde_json::Value = serde_json::from_str(&ran.out).expect("JSON");
    assert_eq!(report["status"], serde_json::Value::Null);
    assert_eq!(report["transactions"][0]["status"], "RJCT");
    assert_eq!(report["transactions"][0]["said_of"], "block");
    assert_eq!(report["transactions"][0]["reasons"][0]["code"], "AM04");
    let file = golden("status/broken/xml-truncated.xml");
    let ran = run(folder.path(), &["payouts", "status", &file]);
    assert_eq!((ran.code, ran.out.as_str()), (Some(1), ""));
    assert!(ran.err.contains("xml-truncated"), "{ran:?}");
}

#[test]
fn packs_are_listed_and_checked() {
    let folder = tempfile::tempdir().expect("a folder");
    let list = run(folder.path(), &["plugins", "list"]);
    assert_eq!(list.code, Some(0), "{list:?}");
    assert!(list.out.contains("mbank"), "{}", list.out);
    assert!(
        list.out.contains("unsigned development pack"),
        "{}",
        list.out
    );
    let json = run(folder.path(), &["plugins", "list", "--json"]);
    assert!(json.out.contains("\"id\":\"pko\""), "{}", json.out);
    let none = run(folder.path(), &["plugins", "check", "--packs", "."]);
    assert_eq!(none.code, Some(1), "{none:?}");
}

#[test]
fn accounts_and_balances_are_listed() {
    let desk = Desk::at(small_office());
    let list = desk.says(&["accounts", "list"]);
    assert!(
        list.contains(PLN_ACCOUNT) && list.contains("125000.00"),
        "{list}"
    );
    let wrong = desk.run(&[
        "accounts",
        "add",
        "PL28114020040000300201355387",
        "--currency",
        "PLN",
        "--name",
        "x",
        "--opening",
        "0",
        "--on",
        "2026-11-20",
    ]);
    assert_eq!(wrong.code, Some(1));
    assert!(wrong.err.contains("wrong check digits"), "{wrong:?}");
}

//! Good packs load, recognise, read and write, in a child and in this process alike.

mod common;

use common::{EXAMPLE, Packs, batch, read, transfer};
use kantor_model::{
    Batch, Collector, Complaint, Currency, Date, EntryView, Flow, Money, PartView, StatementFoot,
    StatementHead, StatementSink,
};
use kantor_plugin_host::{Confidence, Hints, Host, ImportError, Origin, PackError, Sandbox};

fn both(packs: &Packs, check: impl Fn(&Host)) {
    check(&packs.host());
    check(&packs.host_in_process());
}

#[test]
fn pack_in_c_describes_itself() {
    both(&Packs::none().with_example(), |host| {
        let packs: Vec<_> = host.packs().collect();
        let [pack] = packs.as_slice() else {
            panic!("{packs:?}, {:?}", host.rejected());
        };
        assert_eq!(pack.facts.id, "example");
        assert_eq!(pack.facts.reads, ["MT940"]);
        assert_eq!(pack.facts.writes.len(), 1);
        assert_eq!(pack.facts.writes.first().unwrap().currencies, ["PLN"]);
        assert_eq!(pack.origin, Origin::Development);
        assert_eq!(pack.origin.label(), "unsigned development pack");
    });
}

#[test]
fn pack_in_c_reads_a_statement_that_it_recognises() {
    both(&Packs::none().with_example(), |host| {
        let (report, collected) = read(host, None, EXAMPLE);
        let report = report.unwrap();
        assert_eq!(
            (report.pack.as_str(), report.version.as_str()),
            ("example", "1.0.0")
        );
        assert_eq!((report.statements, report.entries), (1, 2));
        assert!(report.trustworthy());
        let opinion = report.opinions.first().unwrap();
        assert_eq!(opinion.confidence, Confidence::Certain);
        assert_eq!(opinion.why, "the first line begins with EXAMPLE");

        let [statement] = collected.statements.as_slice() else {
            panic!("{collected:?}");
        };
        assert_eq!(
            statement.head.account.as_ref().unwrap().as_str(),
            "PL61109010140000071219812874"
        );
        assert_eq!(statement.head.number.as_deref(), Some("12/2026"));
        let first = statement.entries.first().unwrap();
        assert_eq!(first.amount, Money::new(-1234, Currency::PLN));
        assert_eq!(first.value_date, Date::new(2026, 11, 2).ok());
        assert_eq!(first.remittance.as_deref(), Some("Za zakupy EX000000018"));
        assert_eq!(first.bank_reference, None);
        assert!(statement.difference().unwrap().unwrap().is_zero());
    });
}

#[test]
fn answers_say_whether_the_walls_stood() {
    let packs = Packs::none().with_example();
    let (report, _) = read(&packs.host(), Some("example"), EXAMPLE);
    let sandbox = report.unwrap().sandbox;
    // On a system without landlock or seccomp the reason is there instead.
    if cfg!(target_os = "linux") {
        assert_eq!(sandbox, Sandbox::Enforced);
    } else {
        assert!(matches!(sandbox, Sandbox::Unsandboxed(_)));
    }
    let (report, _) = read(&packs.host_in_process(), Some("example"), EXAMPLE);
    assert_eq!(
        report.unwrap().sandbox.to_string(),
        "not sandboxed: the pack runs inside the program"
    );
}

#[test]
fn pack_in_c_writes_a_file() {
    both(&Packs::none().with_example(), |host| {
        let batch = batch(vec![
            transfer(100, "Zwrot EX1"),
            transfer(250, "Wypłata EX2"),
        ]);
        let written = host
            .write_batch("example", "example-lines", &batch)
            .unwrap();
        assert_eq!(
            String::from_utf8(written.bytes).unwrap(),
            "PL27114020040000300201355387 100 Zwrot EX1\nPL27114020040000300201355387 250 Wypłata EX2\n"
        );
        assert_eq!(written.extension, "txt");
    });
}

#[test]
fn what_a_pack_does_not_offer_is_refused_before_it_is_asked() {
    both(&Packs::none().with_example(), |host| {
        let mut euro = transfer(100, "EX1");
        euro.amount = Money::new(100, Currency::EUR);
        let check = |pack: &str, format: &str, batch: &Batch, part: &str| {
            let error = host
                .write_batch(pack, format, batch)
                .unwrap_err()
                .to_string();
            assert!(error.contains(part), "{error}");
        };
        let plain = batch(vec![transfer(100, "EX1")]);
        check("nobody", "elixir0", &plain, "there is no pack `nobody`");
        check(
            "example",
            "elixir0",
            &plain,
            "does not write the format `elixir0`",
        );
        check(
            "example",
            "example-lines",
            &batch(vec![euro]),
            "does not write EUR",
        );
    });
}

#[test]
fn truncated_file_is_a_complaint_and_nothing_to_trust() {
    both(&Packs::none().with_example(), |host| {
        let cut = EXAMPLE.split_once("END").unwrap().0;
        let (report, collected) = read(host, None, cut);
        let report = report.unwrap();
        assert!(!report.trustworthy());
        assert_eq!(report.fatal, 1);
        assert_eq!(collected.statements, []);
        let complaint = collected.complaints.first().unwrap();
        assert_eq!(complaint.code, "file-truncated");
        assert_eq!(complaint.place.line, 4);
    });
}

#[test]
fn empty_file_is_recognised_by_nobody() {
    both(&Packs::none().with_example(), |host| {
        let (report, _) = read(host, None, "");
        let error = report.unwrap_err();
        assert!(
            matches!(error, ImportError::NotRecognised { .. }),
            "{error}"
        );
        assert!(
            error
                .to_string()
                .contains("example: the pack sees none of its signs"),
            "{error}"
        );
    });
}

#[test]
fn two_packs_that_fit_equally_are_not_chosen_between() {
    // `deaf` takes every file for its own.
    let host = Packs::none().with_example().with_sin("deaf");
    let host = host.host();
    let (report, collected) = read(&host, None, EXAMPLE);
    let error = report.unwrap_err();
    let ImportError::Ambiguous { opinions } = &error else {
        panic!("{error}")
    };
    assert_eq!(opinions.len(), 2);
    assert!(error.to_string().contains("name the bank"), "{error}");
    assert_eq!(collected.statements, []);
    let (report, _) = read(&host, Some("example"), EXAMPLE);
    assert_eq!(report.unwrap().pack, "example");
}

#[test]
fn file_that_cannot_be_read_to_its_end_is_no_truncated_statement() {
    struct Breaks(bool);
    impl std::io::Read for Breaks {
        fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
            if std::mem::replace(&mut self.0, true) {
                return Err(std::io::Error::other("the disk is gone"));
            }
            let text = "EXAMPLE PL61109010140000071219812874 PLN 1 0\n".repeat(2000);
            let bytes = text.as_bytes().get(..into.len().min(text.len())).unwrap();
            into.get_mut(..bytes.len()).unwrap().copy_from_slice(bytes);
            Ok(bytes.len())
        }
    }
    both(&Packs::none().with_example(), |host| {
        let mut sink = Collector::new();
        let error = host
            .read_statement(
                &mut Breaks(false),
                Some("example"),
                Hints::default(),
                &mut sink,
            )
            .unwrap_err();
        assert!(
            matches!(error, ImportError::Pack(PackError::Source { .. })),
            "{error}"
        );
    });
}

#[test]
fn sink_that_wants_no_more_ends_the_reading_in_order() {
    struct First(u32);
    impl StatementSink for First {
        fn begin(&mut self, _: StatementHead) -> Flow {
            Flow::Continue
        }
        fn part(&mut self, _: &PartView<'_>) -> Flow {
            Flow::Continue
        }
        fn entry(&mut self, _: &EntryView<'_>) -> Flow {
            self.0 += 1;
            Flow::Stop
        }
        fn end(&mut self, _: StatementFoot) -> Flow {
            Flow::Continue
        }
        fn complaint(&mut self, _: Complaint) -> Flow {
            Flow::Continue
        }
    }
    both(&Packs::none().with_example(), |host| {
        let mut sink = First(0);
        let report = host
            .read_statement(
                &mut EXAMPLE.as_bytes(),
                Some("example"),
                Hints::default(),
                &mut sink,
            )
            .unwrap();
        assert!(report.stopped && !report.trustworthy());
        assert_eq!(sink.0, 1);
    });
}

#[test]
fn large_file_passes_through_in_pieces() {
    let line = "2026-11-03 1 Wplata\n";
    let file = format!(
        "EXAMPLE PL61109010140000071219812874 PLN 1/2026 0\n{}END 20000\n",
        line.repeat(20_000)
    );
    both(&Packs::none().with_example(), |host| {
        let (report, collected) = read(host, None, &file);
        assert_eq!(report.unwrap().entries, 20_000);
        let statement = collected.statements.first().unwrap();
        assert!(statement.difference().unwrap().unwrap().is_zero());
    });
}

#[test]
fn missing_child_program_is_said_for_each_pack() {
    let packs = Packs::none().with_example();
    let mut settings = packs.settings();
    settings.child = Some(packs.folder().join("nowhere"));
    let host = Host::discover(&settings);
    assert_eq!(host.packs().count(), 0);
    let rejected = host.rejected().first().unwrap();
    let text = rejected.reason.to_string();
    assert!(
        text.contains("kantor-pack-child") && text.contains("nowhere"),
        "{text}"
    );
}

#[test]
fn pack_of_an_older_header_gives_what_it_knows() {
    both(&Packs::none().with_first(), |host| {
        let (report, collected) = read(host, None, "anything");
        assert!(report.unwrap().trustworthy());
        let entry = &collected.statements.first().unwrap().entries[0];
        assert_eq!(entry.amount, Money::new(-1234, Currency::PLN));
        assert_eq!(entry.remittance.as_deref(), Some("an old title"));
        assert_eq!((entry.original, entry.charges), (None, None));
        assert_eq!(entry.counterparty.bank, None);
    });
}

#[test]
fn parts_of_a_batch_cross_with_their_entry() {
    both(&Packs::none().with_example(), |host| {
        let file = "EXAMPLE PL61109010140000071219812874 PLN 1 0\n\
            PART 600 Jan Kowalski\nPART 400 Anna Nowak\n2026-11-03 1000 Razem\n\
            2026-11-03 5 Sama\nEND 1005\n";
        let (report, collected) = read(host, None, file);
        assert!(report.unwrap().trustworthy());
        let statement = collected.statements.first().unwrap();
        let told = |entry: &kantor_model::Entry| -> Vec<String> {
            let one = |part: &kantor_model::Part| {
                let amount = part.amount.unwrap();
                format!("{amount} {}", part.counterparty.name.as_deref().unwrap())
            };
            entry.parts.iter().map(one).collect()
        };
        let parts: Vec<Vec<String>> = statement.entries.iter().map(told).collect();
        let batch = vec![
            "6.00 PLN Jan Kowalski".to_owned(),
            "4.00 PLN Anna Nowak".to_owned(),
        ];
        assert_eq!(parts, [batch, vec![]]);
    });
}

#[test]
fn account_that_a_person_names_reaches_the_pack() {
    let file = "EXAMPLE - PLN 1 0\nEND 0\n";
    let account = |host: &Host, hints| {
        let mut sink = Collector::new();
        host.read_statement(&mut file.as_bytes(), None, hints, &mut sink)
            .unwrap();
        let head = sink.finish().statements.remove(0).head;
        head.account.map(|account| account.to_string())
    };
    both(&Packs::none().with_example(), |host| {
        assert_eq!(account(host, Hints::default()), None);
        let hints = Hints {
            account: Some("PL61109010140000071219812874"),
            ..Hints::default()
        };
        let found = account(host, hints);
        assert_eq!(found.as_deref(), Some("PL61109010140000071219812874"));
    });
}

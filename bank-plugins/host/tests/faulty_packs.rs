//! Each faulty pack fails with an error of its own, and the host goes on.

mod common;

use std::time::Duration;

use common::{EXAMPLE, Packs, batch, read};
use kantor_plugin_host::{
    Crash, Host, ImportError, Limits, LoadError, PackError, Rejection, Settings,
};

/// The other packs still answer after one has failed.
fn goes_on(host: &Host) {
    let (report, _) = read(host, Some("example"), EXAMPLE);
    assert_eq!(report.unwrap().entries, 2);
}

/// The error of a library that cannot be loaded as a pack, in a child and in this process.
fn check_load(packs: Packs, expected: fn(&LoadError) -> bool) {
    let packs = packs.with_example();
    for host in [packs.host(), packs.host_in_process()] {
        assert_eq!(host.packs().count(), 1, "{:?}", host.rejected());
        let [rejected] = host.rejected() else {
            panic!("{:?}", host.rejected());
        };
        let Rejection::Pack(PackError::Load(error)) = &rejected.reason else {
            panic!("{}", rejected.reason);
        };
        assert!(expected(error), "{error:?}");
        goes_on(&host);
    }
}

#[test]
fn file_that_is_no_library_is_said_so() {
    let packs = Packs::none();
    std::fs::write(packs.library("text"), "not a library").unwrap();
    check_load(packs, |error| {
        matches!(error, LoadError::NotALibrary { .. })
    });
}

#[test]
fn library_that_is_no_pack_is_said_so() {
    check_load(Packs::none().with_sin("no-entry"), |error| {
        matches!(error, LoadError::NoEntry { .. })
    });
}

#[test]
fn pack_of_another_major_is_told_both_numbers() {
    let packs = Packs::none().with_built("faulty_wrong_major", "wrong-major");
    check_load(packs, |error| {
        matches!(
            error,
            LoadError::OtherMajor {
                found: 2,
                ours: 1,
                ..
            }
        ) && error.to_string().contains("speaks version 2")
    });
}

#[test]
fn null_descriptor_is_refused() {
    check_load(Packs::none().with_sin("null-descriptor"), |error| {
        matches!(error, LoadError::NullDescriptor { .. })
    });
}

#[test]
fn short_descriptor_is_refused_with_both_sizes() {
    check_load(Packs::none().with_sin("short-descriptor"), |error| {
        matches!(error, LoadError::BrokenTable { what, .. }
            if what == "bank_plugin says struct_size 16, and version 1 has 96")
    });
}

#[test]
fn short_table_is_refused_with_both_sizes() {
    check_load(Packs::none().with_sin("short-table"), |error| {
        matches!(error, LoadError::BrokenTable { what, .. }
            if what == "bank_statements says struct_size 24, and version 1 has 40")
    });
}

#[test]
fn missing_function_is_named() {
    check_load(
        Packs::none().with_sin("null-function"),
        |error| matches!(error, LoadError::NullFunction { function, .. } if function == "read"),
    );
}

#[test]
fn id_that_nobody_can_type_is_refused() {
    check_load(
        Packs::none().with_sin("bad-id"),
        |error| matches!(error, LoadError::BadId { id, .. } if id == "../My Bank"),
    );
}

#[test]
fn name_that_is_not_utf_8_is_refused() {
    check_load(
        Packs::none().with_sin("bad-text"),
        |error| matches!(error, LoadError::BadText { what, .. } if what == "the name is not UTF-8"),
    );
}

#[test]
fn pack_that_can_do_nothing_is_refused() {
    check_load(Packs::none().with_sin("no-capability"), |error| {
        matches!(error, LoadError::NoCapability { .. })
    });
}

#[test]
fn two_packs_of_one_id_are_not_both_used() {
    let packs = Packs::none().with_example();
    std::fs::copy(packs.library("example"), packs.library("twin")).unwrap();
    let host = packs.host();
    assert_eq!(host.packs().count(), 1);
    let rejected = host.rejected().first().unwrap();
    assert!(matches!(&rejected.reason, Rejection::SameId { id, .. } if id == "example"));
}

/// Reads through a faulty pack in a child, and through the good one afterwards.
fn fail(name: &str, change: fn(&mut Limits)) -> (PackError, Host) {
    let packs = Packs::none().with_example().with_sin(name);
    let mut settings = packs.settings();
    change(&mut settings.limits);
    let host = Host::discover(&settings);
    let (report, _) = read(&host, Some(name), "anything");
    let Err(ImportError::Pack(error)) = report else {
        panic!("{report:?}");
    };
    goes_on(&host);
    (error, host)
}

#[test]
fn crash_costs_one_attempt_and_names_the_pack() {
    let (error, host) = fail("crashes", |_| {});
    assert!(
        matches!(&error, PackError::Crashed { pack, how: Crash::Signal(11) } if pack == "crashes"),
        "{error}"
    );
    assert!(error.to_string().contains("signal 11 SIGSEGV"), "{error}");
    // A crash is not a breach: the pack may be tried again.
    assert_eq!(host.parked(), []);
}

#[test]
fn pack_that_never_returns_is_ended_at_the_limit() {
    let (error, _) = fail("hangs", |limits| limits.time = Duration::from_secs(3));
    assert!(
        matches!(&error, PackError::TimedOut { pack, .. } if pack == "hangs"),
        "{error}"
    );
}

#[test]
fn pack_that_uses_up_the_processor_is_ended_by_the_system() {
    let (error, _) = fail("hangs", |limits| limits.processor_seconds = 1);
    // The system sends SIGXCPU, or SIGKILL at the hard limit.
    let ended = matches!(
        &error,
        PackError::TimedOut { .. }
            | PackError::Crashed {
                how: Crash::Signal(9),
                ..
            }
    );
    assert!(ended, "{error}");
}

#[test]
fn pack_that_takes_all_memory_dies_alone() {
    let (error, _) = fail("hungry", |_| {});
    assert!(matches!(error, PackError::Crashed { .. }), "{error}");
}

#[test]
fn flood_of_entries_is_stopped_at_the_limit() {
    let (error, _) = fail("floods", |limits| limits.entries = 1000);
    assert!(
        matches!(
            error,
            PackError::TooMuch {
                what: "entries",
                limit: 1000,
                ..
            }
        ),
        "{error}"
    );
}

#[test]
fn flood_of_bytes_is_stopped_at_the_limit() {
    let (error, _) = fail("floods", |limits| limits.bytes = 100_000);
    assert!(
        matches!(error, PackError::TooMuch { what: "bytes", .. }),
        "{error}"
    );
}

#[test]
fn flood_of_complaints_is_stopped_at_the_limit() {
    let (error, _) = fail("nags", |limits| limits.complaints = 50);
    assert!(
        matches!(
            error,
            PackError::TooMuch {
                what: "complaints",
                limit: 50,
                ..
            }
        ),
        "{error}"
    );
}

/// A breach is named, and parks the pack.
fn check_breach(name: &str, part: &str) {
    let (error, host) = fail(name, |_| {});
    let PackError::BrokeContract { what, .. } = &error else {
        panic!("{error}");
    };
    assert!(what.contains(part), "{what}");
    let parked = host.parked();
    assert!(matches!(parked.as_slice(), [(id, reason)] if id == name && reason == what));
    let (again, _) = read(&host, Some(name), "anything");
    assert!(
        matches!(again, Err(ImportError::Pack(PackError::Parked { .. }))),
        "{again:?}"
    );
}

#[test]
fn breaches_of_the_contract_are_named_and_park_the_pack() {
    check_breach("odd-status", "status 99");
    check_breach("silent", "unreadable without a fatal complaint");
    check_breach("entry-first", "an entry outside of a statement");
    check_breach("never-ends", "a statement open");
    check_breach("two-currencies", "another currency than its statement");
    check_breach("half-grosz", "12345 / 10^3 PLN is no amount");
    check_breach("latin", "an entry's title is not UTF-8");
    check_breach("exits", "ended its process");
    check_breach("prints", "must not print");
}

#[test]
fn pack_that_goes_on_after_stop_breaks_the_contract() {
    let packs = Packs::none().with_example().with_sin("deaf");
    let mut settings = Settings {
        in_process: true,
        ..packs.settings()
    };
    settings.limits.entries = 3;
    let host = Host::discover(&settings);
    let (report, collected) = read(&host, Some("deaf"), "anything");
    // The first fault is the one that is told.
    assert!(
        matches!(
            report,
            Err(ImportError::Pack(PackError::TooMuch {
                what: "entries",
                ..
            }))
        ),
        "{report:?}"
    );
    assert_eq!(collected.statements, []);
}

#[test]
fn currency_of_the_future_is_no_breach() {
    let (error, host) = fail("future-currency", |_| {});
    assert!(matches!(&error, PackError::Unknown { what, .. } if what == "the currency QQQ"));
    assert!(error.to_string().contains("update the program"), "{error}");
    assert_eq!(host.parked(), []);
}

fn panics() -> Packs {
    Packs::none()
        .with_built("faulty_panics", "panics")
        .with_example()
}

#[test]
fn panic_while_reading_is_reported_with_its_words() {
    let packs = panics();
    for host in [packs.host(), packs.host_in_process()] {
        let (report, collected) = read(&host, None, "panic please");
        let Err(ImportError::Pack(error @ PackError::Panicked { .. })) = report else {
            panic!("{report:?}");
        };
        assert!(
            error.to_string().contains("on purpose, while reading"),
            "{error}"
        );
        assert_eq!(collected.statements, []);
        goes_on(&host);
    }
}

#[test]
fn panic_with_a_payload_that_panics_again_is_contained() {
    let packs = panics();
    for host in [packs.host(), packs.host_in_process()] {
        let (report, _) = read(&host, None, "panic twice");
        assert!(
            matches!(report, Err(ImportError::Pack(PackError::Panicked { .. }))),
            "{report:?}"
        );
        goes_on(&host);
    }
}

#[test]
fn panic_while_recognising_is_an_opinion_that_did_not_come() {
    let packs = panics();
    for host in [packs.host(), packs.host_in_process()] {
        let opinions = host.recognise(b"panic at once");
        let failed = opinions
            .iter()
            .find(|opinion| opinion.pack == "panics")
            .unwrap();
        assert!(
            failed.why.contains("met a bug of its own"),
            "{}",
            failed.why
        );
        let (report, _) = read(&host, None, "panic at once");
        assert!(
            matches!(report, Err(ImportError::NotRecognised { .. })),
            "{report:?}"
        );
        goes_on(&host);
    }
}

#[test]
fn panic_while_writing_is_reported_with_its_words() {
    let packs = panics();
    let batch = batch(Vec::new());
    for host in [packs.host(), packs.host_in_process()] {
        let error = host.write_batch("panics", "elixir0", &batch).unwrap_err();
        assert!(matches!(error, PackError::Panicked { .. }), "{error}");
        assert!(
            error.to_string().contains("on purpose, while writing"),
            "{error}"
        );
        goes_on(&host);
    }
}

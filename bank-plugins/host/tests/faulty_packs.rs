//! Each faulty pack fails with an error of its own, and the desk goes on: a good pack reads in the
//! same program after each. The table of sins and errors is `faulty/README.md`, which this test
//! writes with `UPDATE_EXPECT=1` and compares otherwise.

mod common;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
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

/// A pack that sins: how it is come by, what it is given to read, and how little it may take.
struct Sinner {
    /// In the table.
    name: String,
    packs: Packs,
    /// Its id, where it is loaded at all.
    id: String,
    file: &'static str,
    limit: fn(&mut Limits),
}

impl Sinner {
    fn new(name: &str, packs: Packs) -> Sinner {
        Sinner {
            name: name.to_owned(),
            packs,
            id: name.to_owned(),
            file: "anything",
            limit: |_| {},
        }
    }

    /// One of `faulty/c`.
    fn in_c(name: &str) -> Sinner {
        Sinner::new(name, Packs::none().with_sin(name))
    }

    fn limited(self, limit: fn(&mut Limits)) -> Sinner {
        Sinner { limit, ..self }
    }

    /// A pack that tries to get out while it reads.
    fn escaping(way: &'static str) -> Sinner {
        Sinner {
            id: "escapes".to_owned(),
            file: way,
            ..Sinner::new(
                &format!("escapes: {way} while it reads"),
                Packs::none().with_sin("escapes"),
            )
        }
    }

    /// A pack that tries to get out when its library is loaded.
    fn escaping_at_load(way: &'static str) -> Sinner {
        Sinner {
            id: "escapes".to_owned(),
            ..Sinner::new(
                &format!("escapes: {way} at load"),
                Packs::none().with_escape_at_load(way),
            )
        }
    }

    /// What the person at the desk is told, without the folder of this test; and whether the pack
    /// is not called again.
    fn error(self) -> (String, bool) {
        let packs = self.packs.with_example();
        let mut settings = packs.settings();
        (self.limit)(&mut settings.limits);
        let host = Host::discover(&settings);
        let told = match host.rejected() {
            [] => read(&host, Some(&self.id), self.file)
                .0
                .unwrap_err()
                .to_string(),
            [rejected] => rejected.reason.to_string(),
            several => panic!("{several:?}"),
        };
        goes_on(&host);
        let refused = read(&host, Some(&self.id), self.file).0;
        let parked = matches!(
            refused,
            Err(ImportError::Pack(
                PackError::Parked { .. } | PackError::NoSuchPack { .. }
            ))
        );
        let folder = packs.folder().canonicalize().unwrap();
        let told = [folder.as_path(), packs.folder()]
            .iter()
            .fold(told, |told, folder| {
                told.replace(&format!("{}/", folder.display()), "")
            });
        (told, parked)
    }
}

fn sinners() -> Vec<Sinner> {
    let text = || {
        let packs = Packs::none();
        std::fs::write(packs.library("text"), "not a library").unwrap();
        packs
    };
    let soon: fn(&mut Limits) = |limits| limits.time = Duration::from_secs(3);
    let mut all = vec![
        Sinner::new("a text file with a library's name", text()),
        Sinner::new(
            "wrong-major",
            Packs::none().with_built("faulty_wrong_major", "wrong-major"),
        ),
        Sinner {
            file: "panic please",
            ..Sinner::new(
                "panics",
                Packs::none().with_built("faulty_panics", "panics"),
            )
        },
        Sinner::in_c("hangs").limited(soon),
        Sinner::in_c("hangs-at-load").limited(soon),
        Sinner::in_c("floods").limited(|limits| limits.entries = 1000),
        Sinner::in_c("deaf").limited(|limits| limits.entries = 3),
        Sinner::in_c("nags").limited(|limits| limits.complaints = 50),
    ];
    all.extend(
        [
            "no-entry",
            "null-descriptor",
            "short-descriptor",
            "short-table",
            "null-function",
            "bad-id",
            "bad-text",
            "no-capability",
            "crashes-at-load",
            "crashes",
            "aborts",
            "overruns",
            "recurses",
            "hungry",
            "exits",
            "odd-status",
            "silent",
            "entry-first",
            "inside-out",
            "never-ends",
            "two-currencies",
            "half-grosz",
            "odd-date",
            "latin",
            "null-text",
            "null-record",
            "short-record",
            "lies",
            "blames-the-source",
            "prints",
            "chatters",
            "future-currency",
        ]
        .map(Sinner::in_c),
    );
    if cfg!(target_os = "linux") {
        let ways = [
            "open", "list", "create", "delete", "socket", "fork", "exec", "thread", "signal",
        ];
        all.extend(ways.map(Sinner::escaping));
        // A library may be looked for while one is loaded, so what is opened there to be read is
        // only refused; `walls` shows it.
        let ways = [
            "create", "delete", "socket", "fork", "exec", "thread", "signal",
        ];
        all.extend(ways.map(Sinner::escaping_at_load));
    }
    all.sort_by(|one, other| one.name.cmp(&other.name));
    all
}

/// Packs that die of the same cause are told in the same words, apart from their names.
const SAME: &[&str] = &["crashes", "overruns", "recurses", "prints", "chatters"];

#[test]
fn each_sin_has_an_error_of_its_own_and_the_desk_goes_on() {
    let mut page = String::from(
        "# Faulty packs\n\n\
         Each of these packs does one thing that a pack must not do. Here is what the person at the \
         desk is told, and whether the pack is called again before the program starts anew.\n\
         After each of them another pack reads a statement in the same program.\n\
         This page is written by `UPDATE_EXPECT=1 cargo test -p kantor-plugin-host --test \
         faulty_packs` and compared in that test.\n\n\
         | sin | what is told | again |\n|---|---|---|\n",
    );
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    for sinner in sinners() {
        let (name, id) = (sinner.name.clone(), sinner.id.clone());
        let (told, parked) = sinner.error();
        writeln!(
            page,
            "| {name} | {} | {} |",
            told.replace('|', "\\|"),
            if parked { "no" } else { "yes" }
        )
        .unwrap();
        let bare = told.replace(&id, "…").replace(&id.replace('-', "_"), "…");
        let same = SAME.contains(&name.as_str()) || name.starts_with("escapes");
        if let Some(other) = seen.insert(bare, name.clone()).filter(|_| !same) {
            panic!("{name} and {other} are told in the same words: {told}");
        }
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../faulty/README.md");
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    let expected: Vec<&str> = expected.lines().collect();
    for (line, found) in page.lines().enumerate() {
        assert_eq!(
            expected.get(line),
            Some(&found),
            "{} differs",
            path.display()
        );
    }
    assert_eq!(expected.len(), page.lines().count());
}

/// Programs match on errors, not on sentences.
#[test]
fn errors_are_of_the_kind_that_programs_match_on() {
    fn check(name: &str, limit: fn(&mut Limits), expected: fn(&PackError) -> bool) {
        let packs = Packs::none().with_sin(name);
        let mut settings = packs.settings();
        limit(&mut settings.limits);
        let host = Host::discover(&settings);
        let (report, _) = read(&host, Some(name), "anything");
        let Err(ImportError::Pack(error)) = report else {
            panic!("{report:?}");
        };
        assert!(expected(&error), "{name}: {error:?}");
    }
    check(
        "crashes",
        |_| {},
        |error| matches!(error, PackError::Crashed { pack, how: Crash::Signal(11) } if pack == "crashes"),
    );
    check(
        "aborts",
        |_| {},
        |error| {
            matches!(
                error,
                PackError::Crashed {
                    how: Crash::Signal(6),
                    ..
                }
            )
        },
    );
    check(
        "hungry",
        |_| {},
        |error| matches!(error, PackError::OutOfMemory { limit, .. } if *limit == 512 << 20),
    );
    check(
        "floods",
        |limits| limits.bytes = 100_000,
        |error| matches!(error, PackError::TooMuch { what: "bytes", .. }),
    );
    check(
        "future-currency",
        |_| {},
        |error| matches!(error, PackError::Unknown { what, .. } if what == "the currency QQQ"),
    );
    // The system sends SIGXCPU, or SIGKILL at the hard limit.
    check(
        "hangs",
        |limits| limits.processor_seconds = 1,
        |error| {
            matches!(
                error,
                PackError::TimedOut { .. }
                    | PackError::Crashed {
                        how: Crash::Signal(9),
                        ..
                    }
            )
        },
    );
}

/// The errors of loading are the same in a child and in this process.
#[test]
fn library_that_cannot_be_loaded_is_refused_alike_in_both_ways_of_running() {
    fn check(packs: Packs, expected: fn(&LoadError) -> bool) {
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
    let sin = |name| Packs::none().with_sin(name);
    check(sin("no-entry"), |error| {
        matches!(error, LoadError::NoEntry { .. })
    });
    check(
        Packs::none().with_built("faulty_wrong_major", "wrong-major"),
        |error| {
            matches!(
                error,
                LoadError::OtherMajor {
                    found: 2,
                    ours: 1,
                    ..
                }
            )
        },
    );
    check(sin("null-descriptor"), |error| {
        matches!(error, LoadError::NullDescriptor { .. })
    });
    check(sin("short-descriptor"), |error| {
        matches!(error, LoadError::BrokenTable { .. })
    });
    check(sin("short-table"), |error| {
        matches!(error, LoadError::BrokenTable { .. })
    });
    check(
        sin("null-function"),
        |error| matches!(error, LoadError::NullFunction { function, .. } if function == "read"),
    );
    check(
        sin("bad-id"),
        |error| matches!(error, LoadError::BadId { id, .. } if id == "../My Bank"),
    );
    check(sin("bad-text"), |error| {
        matches!(error, LoadError::BadText { .. })
    });
    check(sin("no-capability"), |error| {
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

/// A crash is no breach: the pack may be tried again. A breach is one, and parks it with its reason.
#[test]
fn breach_parks_the_pack_and_a_crash_does_not() {
    let parked = |name: &str| {
        let packs = Packs::none().with_sin(name);
        let host = packs.host();
        assert!(read(&host, Some(name), "anything").0.is_err());
        host.parked()
    };
    assert_eq!(parked("crashes"), []);
    assert_eq!(parked("future-currency"), []);
    let found = parked("silent");
    let [(id, reason)] = found.as_slice() else {
        panic!("{found:?}");
    };
    assert_eq!(id, "silent");
    assert!(
        reason.contains("unreadable without a fatal complaint"),
        "{reason}"
    );
}

#[test]
fn pack_that_goes_on_after_stop_gives_nothing_in_process_either() {
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

fn panics() -> Packs {
    Packs::none()
        .with_built("faulty_panics", "panics")
        .with_example()
}

#[test]
fn panic_while_reading_is_reported_with_its_words() {
    let packs = panics();
    for host in [packs.host(), packs.host_in_process()] {
        // The second panics once more on its way out.
        for (file, words) in [
            ("panic please", "on purpose, while reading"),
            ("panic twice", ""),
        ] {
            let (report, collected) = read(&host, None, file);
            let Err(ImportError::Pack(error @ PackError::Panicked { .. })) = report else {
                panic!("{report:?}");
            };
            assert!(error.to_string().contains(words), "{error}");
            assert_eq!(collected.statements, []);
            goes_on(&host);
        }
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

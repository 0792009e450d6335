//! The repository checks itself: which crate may know which (ARCHITECTURE.md draws the house), and
//! what must not stand in a source file.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Each crate and which of ours it may know. It may also know whatever those may know.
const ARROWS: &[(&str, &[&str])] = &[
    ("kantor-model", &[]),
    ("kantor-engine", &["kantor-model"]),
    ("kantor-store", &["kantor-engine"]),
    // Starts database servers for tests; nothing that ships depends on it.
    ("kantor-postgres-kit", &[]),
    ("kantor-parsers", &["kantor-model"]),
    // Judges what the engine and the store made, and must not share a mistake with them.
    ("kantor-checker", &["kantor-parsers"]),
    (
        "kantor-office",
        &["kantor-store", "kantor-parsers", "kantor-checker"],
    ),
    ("kantor-simulator", &["kantor-office"]),
    ("kantor-plugin-sdk", &["kantor-parsers"]),
    (A_PACK, &["kantor-plugin-sdk"]),
    ("kantor-plugin-host", &["kantor-plugin-sdk"]),
    ("kantor-plugin-validator", &["kantor-plugin-host"]),
    ("kantor-wire", &[]),
    ("kantor-desk", &["kantor-plugin-host", "kantor-wire"]),
    ("kantor-panel", &["kantor-office", "kantor-wire"]),
    ("kantor-cashier", &["kantor-desk"]),
    (
        "kantor",
        &[
            "kantor-panel",
            "kantor-desk",
            "kantor-simulator",
            "kantor-plugin-validator",
        ],
    ),
    // Measures everything, and nothing depends on it.
    (
        "kantor-benches",
        &[
            "kantor-panel",
            "kantor-desk",
            "kantor-simulator",
            "kantor-postgres-kit",
        ],
    ),
    // Tries the readers and writers; nothing depends on it.
    ("kantor-fuzz", &["kantor-parsers"]),
];

/// Every bank pack stands in the table under this name.
const A_PACK: &str = "a bank pack";

/// What stands in `bank-plugins/` and is no pack.
const NO_PACKS: &[&str] = &[
    "kantor-plugin-sdk",
    "kantor-plugin-host",
    "kantor-plugin-validator",
];

/// Crates of others that only one of ours may know, and why.
const KEPT_TO_ONE: &[(&str, &str, &str)] = &[
    (
        "libloading",
        "kantor-plugin-host",
        "native bank code is loaded in one place",
    ),
    (
        "landlock",
        "kantor-plugin-host",
        "the sandbox is one module",
    ),
    (
        "seccompiler",
        "kantor-plugin-host",
        "the sandbox is one module",
    ),
    (
        "fltk",
        "kantor-cashier",
        "the rest must build without system libraries",
    ),
    (
        "fltk-sys",
        "kantor-cashier",
        "the rest must build without system libraries",
    ),
    (
        "rusqlite",
        "kantor-store",
        "only the store knows its database",
    ),
    (
        "refinery",
        "kantor-store",
        "only the store knows its database",
    ),
    (
        "tokio-postgres",
        "kantor-store",
        "only the store knows its database",
    ),
    (
        "deadpool-postgres",
        "kantor-store",
        "only the store knows its database",
    ),
    ("warp", "kantor-panel", "one crate faces the Internet"),
];

/// Measures what the databases do by themselves, beside what we make of them.
const MEASURES: &str = "kantor-benches";

/// Words that a source file must not hold below some folders.
struct Banned {
    words: &'static [&'static str],
    under: &'static [&'static str],
    why: &'static str,
}

/// The crates without any contact with the world.
const CORE: &[&str] = &[
    "engine/src",
    "engine/model/src",
    "engine/checker/src",
    "parsers/src",
    "bank-plugins/sdk/src",
];
/// The crates that hold amounts.
const MONEY: &[&str] = &[
    "engine/src",
    "engine/model/src",
    "engine/store/src",
    "engine/checker/src",
    "parsers/src",
];
const EVERYWHERE: &[&str] = &[""];
/// Stands in the core and runs only in the tests of packs: it opens the files of their corpus.
const OPENS_A_CORPUS: &str = "bank-plugins/sdk/src/corpus.rs";

// What is banned everywhere is written in halves, so that this file does not find itself.
const BANNED: &[Banned] = &[
    Banned {
        words: &[concat!("#[", "ignore")],
        under: EVERYWHERE,
        why: "no test is silenced: assert what is so today, and say why",
    },
    Banned {
        words: &[concat!("todo", "!("), concat!("unimplemented", "!(")],
        under: EVERYWHERE,
        why: "nothing half-built is landed",
    },
    Banned {
        words: &[concat!("dbg", "!(")],
        under: EVERYWHERE,
        why: "left over from looking for something",
    },
    Banned {
        words: &["f32", "f64"],
        under: MONEY,
        why: "no floats anywhere near money",
    },
    Banned {
        words: &[
            "std::fs",
            "std::net",
            "std::env",
            "std::process",
            "std::thread",
        ],
        under: CORE,
        why: "the core touches nothing outside; the runtime and the edges do",
    },
    Banned {
        words: &["SystemTime", "Instant", "Timestamp::now", "Zoned::now"],
        under: CORE,
        why: "the clock is a value: take a Moment",
    },
    Banned {
        words: &["println!", "eprintln!", "print!", "eprint!"],
        under: CORE,
        why: "the core does not print: return a value that says it",
    },
    Banned {
        words: &["HashMap", "HashSet", "getrandom"],
        under: CORE,
        why: "nothing in the core is random, the order of a map included: use a BTreeMap",
    },
];

/// A longer file is more than one room.
const LINES: usize = 600;

/// Longer files that are one room all the same: path, how long at most, and the reason. A ratchet:
/// the number only goes down.
const LONG_FILES: &[(&str, usize, &str)] = &[];

/// A file of the repository: its path from the root, and its text.
struct Source {
    path: String,
    text: String,
}

/// Every file whose name ends so. Build output and git's own folder are not of the repository.
fn sources(endings: &[&str]) -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut folders = vec![root.clone()];
    let mut found: Vec<PathBuf> = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a readable folder") {
            let entry = entry.expect("a readable entry");
            let kind = entry.file_type().expect("a file or a folder");
            if kind.is_file() {
                found.push(entry.path());
            } else if kind.is_dir() && entry.file_name() != "target" && entry.file_name() != ".git"
            {
                folders.push(entry.path());
            }
        }
    }
    found.sort();
    let sources: Vec<Source> = found
        .iter()
        .filter(|file| {
            endings
                .iter()
                .any(|ending| file.to_string_lossy().ends_with(ending))
        })
        .map(|file| Source {
            path: file
                .strip_prefix(&root)
                .expect("below the root")
                .to_string_lossy()
                .replace('\\', "/"),
            text: String::from_utf8_lossy(&fs::read(file).expect("a readable file")).into_owned(),
        })
        .collect();
    assert!(
        !sources.is_empty(),
        "no file ends with {endings:?}; is this the repository?"
    );
    sources
}

/// Collects what `examine` complains of in each line of each file, and fails with all of it at
/// once, so that one run shows all there is to mend.
fn check_lines(endings: &[&str], examine: impl Fn(&str, &str) -> Vec<String>) {
    let mut complaints = Vec::new();
    for Source { path, text } in sources(endings) {
        for (number, line) in text.lines().enumerate() {
            let found = examine(&path, line);
            complaints.extend(
                found
                    .iter()
                    .map(|what| format!("{path}:{}: {what}", number + 1)),
            );
        }
    }
    check(&complaints);
}

fn check(complaints: &[String]) {
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

/// Whether a line holds a word that does not go on before or after.
fn holds_word(line: &str, word: &str) -> bool {
    let goes_on = |c: char| c.is_alphanumeric() || c == '_';
    let ends_as_name = word.ends_with(goes_on);
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + word.len()..].chars().next();
        !(before.is_some_and(goes_on) || ends_as_name && after.is_some_and(goes_on))
    })
}

/// A crate of the workspace as its manifest describes it.
struct Manifest {
    path: String,
    name: String,
    /// What it needs to run or to build, on any platform. What only its tests need is free: a test
    /// of the desk may well start the server that it talks to.
    needs: BTreeSet<String>,
}

impl Manifest {
    /// The name under which the table of arrows knows it.
    fn place(&self) -> &str {
        let is_pack =
            self.path.starts_with("bank-plugins/") && !NO_PACKS.contains(&self.name.as_str());
        if is_pack { A_PACK } else { &self.name }
    }
}

fn manifests() -> Vec<Manifest> {
    let read = |source: Source| {
        let manifest: toml::Table = source.text.parse().expect("a manifest is TOML");
        let name = manifest.get("package")?.get("name")?.as_str()?.to_owned();
        let platforms = manifest.get("target").and_then(toml::Value::as_table);
        let tables = platforms
            .into_iter()
            .flat_map(|all| all.values().filter_map(|one| one.as_table()));
        let needs = tables
            .chain([&manifest])
            .flat_map(|table| ["dependencies", "build-dependencies"].map(|key| table.get(key)))
            .filter_map(|section| section?.as_table())
            .flat_map(|section| section.keys().cloned())
            .collect();
        Some(Manifest {
            path: source.path,
            name,
            needs,
        })
    };
    sources(&["Cargo.toml"])
        .into_iter()
        .filter_map(read)
        .collect()
}

/// Everything that a crate may know, by its arrows and what follows from them.
fn may_know(place: &str) -> BTreeSet<&'static str> {
    let arrows: BTreeMap<&str, &[&str]> = ARROWS.iter().copied().collect();
    let mut known = BTreeSet::new();
    let mut open: Vec<&str> = arrows[place].to_vec();
    while let Some(next) = open.pop() {
        if known.insert(next) {
            open.extend(arrows[next]);
        }
    }
    known
}

#[test]
fn arrows_point_one_way() {
    let manifests = manifests();
    let ours: BTreeSet<&str> = manifests
        .iter()
        .map(|manifest| manifest.name.as_str())
        .collect();
    let mut complaints = Vec::new();
    for manifest in &manifests {
        let place = manifest.place();
        if !ARROWS.iter().any(|(known, _)| *known == place) {
            complaints.push(format!("{}: {place} has no line in ARROWS", manifest.path));
            continue;
        }
        let known = may_know(place);
        for need in manifest.needs.iter().map(String::as_str) {
            if ours.contains(need) && !known.contains(need) {
                complaints.push(format!("{}: {place} must not know {need}", manifest.path));
            }
        }
    }
    check(&complaints);
}

/// The promises of ARCHITECTURE.md, so that a careless new arrow cannot undo them.
#[test]
fn the_arrows_keep_the_promises_of_the_house() {
    const PURE: &[&str] = &[
        "kantor-model",
        "kantor-engine",
        "kantor-parsers",
        "kantor-plugin-sdk",
    ];
    const DESK: &[&str] = &[
        "kantor-desk",
        "kantor-cashier",
        "kantor-plugin-host",
        A_PACK,
    ];
    const SERVER: &[&str] = &["kantor-panel", "kantor-office", "kantor-store"];
    const PLUGINS: &[&str] = &["kantor-plugin-host", A_PACK];
    for (who, whom) in [
        (PURE, SERVER),
        (PURE, DESK),
        (DESK, SERVER),
        (SERVER, PLUGINS),
    ] {
        for place in who {
            let known = may_know(place);
            for other in whom {
                assert!(!known.contains(other), "{place} would know {other}");
            }
        }
    }
    for (place, _) in ARROWS {
        assert!(
            !may_know(place).contains(place),
            "{place} stands in a circle"
        );
    }
}

#[test]
fn some_crates_of_others_are_kept_to_one_of_ours() {
    let mut complaints = Vec::new();
    for manifest in manifests() {
        for (kept, owner, why) in KEPT_TO_ONE {
            let may = [*owner, MEASURES].contains(&manifest.name.as_str());
            if manifest.needs.contains(*kept) && !may {
                complaints.push(format!(
                    "{}: only {owner} may use {kept}: {why}",
                    manifest.path
                ));
            }
        }
    }
    check(&complaints);
}

#[test]
fn no_source_file_holds_what_is_banned_where_it_stands() {
    check_lines(&[".rs"], |path, line| {
        BANNED
            .iter()
            .filter(|banned| banned.under.iter().any(|folder| path.starts_with(folder)))
            .filter(|banned| !(path == OPENS_A_CORPUS && banned.words.contains(&"std::fs")))
            .flat_map(|banned| banned.words.iter().map(move |word| (word, banned.why)))
            .filter(|(word, _)| holds_word(line, word))
            .map(|(word, why)| format!("`{word}`: {why}"))
            .collect()
    });
}

#[test]
fn unsafe_code_is_allowed_at_the_plugin_boundary_only() {
    let lint = concat!("unsafe", "_code");
    check_lines(&[".rs"], |path, line| {
        let allows = ["allow", "expect", "warn"]
            .iter()
            .any(|level| line.contains(level));
        let here = !path.starts_with("bank-plugins/") && allows && holds_word(line, lint);
        here.then(|| "unsafe code belongs to bank-plugins/".to_owned())
            .into_iter()
            .collect()
    });
}

#[test]
fn files_are_one_room_each() {
    let mut complaints = Vec::new();
    for Source { path, text } in sources(&[".rs"]) {
        let lines = text.lines().count();
        match LONG_FILES.iter().find(|(long, _, _)| *long == path) {
            None if lines > LINES => {
                complaints.push(format!("{path}: {lines} lines; split it by meaning"));
            }
            Some((_, most, why)) if lines > *most || lines <= LINES => {
                complaints.push(format!(
                    "{path}: {lines} lines, LONG_FILES says {most} ({why}); mend the one or the other"
                ));
            }
            None | Some(_) => {}
        }
    }
    check(&complaints);
}

#[test]
fn no_path_of_anybodys_machine() {
    let folders = [
        concat!("/ho", "me/"),
        concat!("/ro", "ot/"),
        concat!("/wo", "rk/"),
    ];
    let endings = [
        ".rs", ".toml", ".md", ".sql", ".html", ".sh", ".h", ".c", ".ci/test", ".ci/run",
    ];
    check_lines(&endings, |_, line| {
        let named = |folder: &&&str| {
            line.match_indices(**folder).any(|(at, found)| {
                line[at + found.len()..].starts_with(|c: char| c.is_ascii_lowercase())
            })
        };
        folders
            .iter()
            .filter(named)
            .map(|folder| format!("names a folder in {folder}"))
            .collect()
    });
}

#[test]
fn each_document_has_one_title() {
    let mut complaints = Vec::new();
    for Source { path, text } in sources(&[".md"]) {
        let mut in_code = false;
        let mut titles = 0;
        for line in text.lines() {
            in_code ^= line.starts_with("```");
            titles += u32::from(!in_code && line.starts_with("# "));
        }
        if titles != 1 {
            complaints.push(format!("{path}: {titles} titles; a document has one"));
        }
    }
    check(&complaints);
}

#[test]
fn words_are_found_whole() {
    for (line, word, found) in [
        ("let x: f64 = 1.0;", "f64", true),
        ("Option<f64>", "f64", true),
        ("value.as_f64()", "f64", false),
        ("std::fs::read", "std::fs", true),
        ("std::fsx", "std::fs", false),
        ("eprintln!(\"\")", "println!", false),
        ("println!(x)", "println!", true),
    ] {
        assert_eq!(holds_word(line, word), found, "{line}");
    }
}

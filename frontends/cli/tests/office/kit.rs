//! What every story needs: the program, a folder, an office that was played once.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use tempfile::TempDir;

/// What a finished program left: its exit code and its words.
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ended {
    pub(crate) fn of(output: &Output) -> Ended {
        Ended {
            code: output.status.code(),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// It did what it was asked for, and had nothing to complain about.
    #[track_caller]
    pub(crate) fn succeeded(&self) {
        assert_eq!(self.code, Some(0), "{}\n{}", self.out, self.err);
        assert_eq!(self.err, "");
    }

    /// It refused with exit 1 and a sentence that holds all of these words.
    #[track_caller]
    pub(crate) fn refused(&self, words: &[&str]) {
        assert_eq!(self.code, Some(1), "{}\n{}", self.out, self.err);
        self.sentence();
        for word in words {
            assert!(self.err.contains(word), "no `{word}` in: {}", self.err);
        }
    }

    /// What it says to the error stream is a sentence of ours, and no panic.
    #[track_caller]
    pub(crate) fn sentence(&self) {
        assert!(self.err.starts_with("kantor: "), "{}", self.err);
        assert!(!self.err.contains("panicked"), "{}", self.err);
    }
}

/// The program, with the packs and their child beside it.
pub(crate) fn program() -> Command {
    let kantor = Path::new(env!("CARGO_BIN_EXE_kantor"));
    let (prefix, suffix) = (std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    for needed in [
        format!("{prefix}kantor_pack_mbank{suffix}"),
        format!("{prefix}kantor_pack_pko{suffix}"),
        format!("kantor-pack-child{}", std::env::consts::EXE_SUFFIX),
    ] {
        let beside = kantor.with_file_name(needed);
        assert!(
            beside.is_file(),
            "{} is missing; build first: cargo build",
            beside.display()
        );
    }
    Command::new(kantor)
}

/// Runs the program to its end.
pub(crate) fn kantor(arguments: &[&str]) -> Ended {
    Ended::of(&program().args(arguments).output().unwrap())
}

/// Verifies an office's folder.
pub(crate) fn verify(folder: &Path) -> Ended {
    kantor(&["verify", text(folder)])
}

pub(crate) fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// A demo that was played to its end.
pub(crate) struct Played {
    pub(crate) folder: PathBuf,
    pub(crate) ended: Ended,
}

impl Played {
    /// The statement files that the demo imported, by name.
    pub(crate) fn statements(&self) -> Vec<PathBuf> {
        files(&self.folder.join("statements"))
    }
}

/// An empty place for a folder of this name that is left for whoever wants to look into it. Another
/// run of these tests, at the same time, has another one.
pub(crate) fn own_place(name: &str) -> PathBuf {
    let places = (1..).map(|run| format!("{name}-{run}"));
    let mut places = places.map(|name| Path::new(env!("CARGO_TARGET_TMPDIR")).join(name));
    let free = places.find(|place| {
        let taken = File::create(place.with_extension("taken")).unwrap();
        let is_free = taken.try_lock().is_ok();
        // Taken until this process ends.
        std::mem::forget(taken);
        is_free
    });
    let place = free.expect("one of so many");
    let _ = fs::remove_dir_all(&place);
    place
}

/// The one demo of this test run; whoever changes an office takes a copy of it.
pub(crate) fn demo() -> &'static Played {
    static PLAYED: OnceLock<Played> = OnceLock::new();
    PLAYED.get_or_init(|| {
        let folder = own_place("demo");
        // An existing empty folder is as good as a new one.
        fs::create_dir_all(&folder).unwrap();
        let ended = kantor(&["demo", "--once", "--dir", text(&folder)]);
        ended.succeeded();
        Played { folder, ended }
    })
}

/// A copy of the played demo, thrown away with the story.
pub(crate) fn copy_of_demo() -> TempDir {
    let copy = tempfile::tempdir().unwrap();
    copy_folder(&demo().folder, copy.path());
    copy
}

pub(crate) fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// The files of a folder, by name.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .collect();
    found.sort();
    found
}

/// So many faults, or as many times as many as `KANTOR_FAULTS` says.
pub(crate) fn times(count: u32) -> u32 {
    let more = std::env::var("KANTOR_FAULTS").ok();
    count * more.map_or(1, |text| text.parse().expect("KANTOR_FAULTS is a number"))
}

/// Numbers without a pattern, the same for the same seed.
pub(crate) struct Dice(u64);

impl Dice {
    /// The seed of `KANTOR_SEED`, or the one given; it is printed, so that a failure can be
    /// repeated.
    pub(crate) fn new(seed: u64) -> Dice {
        let seed = std::env::var("KANTOR_SEED")
            .ok()
            .map_or(seed, |text| text.parse().expect("KANTOR_SEED is a number"));
        println!("KANTOR_SEED={seed}");
        Dice(seed)
    }

    /// A number below `limit` (SplitMix64).
    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % limit
    }
}

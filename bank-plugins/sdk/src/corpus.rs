//! The tests that a pack owes the files it was written from: `corpus_tests!("corpus")`.
//!
//! ```text
//! corpus/day.sta            a file as the bank writes it, with invented people
//! corpus/day.sta.expected   what it says; written by UPDATE_EXPECT=1 cargo test, then looked at
//! corpus/broken/...         files that are not to be trusted, with their complaints as expected
//! ```
//!
//! The only module of the SDK that opens files, and only in the tests of packs. What it does in
//! this process, `kantor plugins check` does again behind walls, and much more.
#![allow(unsafe_code)] // lends bytes as the host does

use std::ffi::c_void;
use std::path::{Path, PathBuf};

use kantor_model::{Collected, Collector, Format, Money, Statement, StatementSink};

use crate::abi::{self, Bytes};
use crate::guest::Source;
use crate::pack::{BankPack, Confidence, Hints, ReadFault};
use crate::told::{difference, told};

/// The ending of the files that say what is expected.
pub const EXPECTED: &str = ".expected";

/// The folder in a corpus with files that are not to be trusted.
pub const BROKEN: &str = "broken";

/// A file of a corpus.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its path below the corpus: `broken/cut.sta`.
    pub name: String,
    /// What is in it.
    pub bytes: Vec<u8>,
    /// Where what it says is written down.
    pub expected: PathBuf,
}

impl File {
    /// Whether it is one that is not to be trusted.
    pub fn is_broken(&self) -> bool {
        self.name.starts_with(BROKEN)
    }
}

/// The files of a corpus in the order of their names. Texts about them (`.md`) are not of them,
/// nor is what begins with a dot.
///
/// # Errors
/// A sentence, when the folder cannot be read.
pub fn files(folder: &Path) -> Result<Vec<File>, String> {
    let mut found = files_of(folder, "")?;
    let broken = folder.join(BROKEN);
    if broken.is_dir() {
        found.extend(files_of(&broken, "broken/")?);
    }
    Ok(found)
}

fn files_of(folder: &Path, prefix: &str) -> Result<Vec<File>, String> {
    let failed = |path: &Path, error: std::io::Error| {
        format!(
            "{} cannot be read ({error}); put the pack's files there",
            path.display()
        )
    };
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|error| failed(folder, error))? {
        let path = entry.map_err(|error| failed(folder, error))?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
            continue;
        };
        let about = name.ends_with(EXPECTED) || name.ends_with(".md") || name.starts_with('.');
        if about || !path.is_file() {
            continue;
        }
        found.push(File {
            name: format!("{prefix}{name}"),
            bytes: std::fs::read(&path).map_err(|error| failed(&path, error))?,
            expected: path.with_file_name(format!("{name}{EXPECTED}")),
        });
    }
    found.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(found)
}

/// The corpus of one pack, with the pack's own functions.
#[derive(Debug)]
pub struct Corpus {
    files: Vec<File>,
    recognise: fn(&[u8]) -> crate::pack::Recognition,
    read: fn(&mut Source<'_>, &mut dyn StatementSink) -> Result<(), ReadFault>,
}

/// How a law was kept: how many cases were looked at, or the first that broke it.
pub type Kept = Result<usize, String>;

impl Corpus {
    /// The files of the folder, to be read by that pack.
    ///
    /// # Errors
    /// A sentence: the folder cannot be read, holds nothing, or the pack reads no statements.
    pub fn of<P: BankPack>(folder: &str) -> Result<Corpus, String> {
        let half = P::STATEMENTS.ok_or("the pack reads no statements; leave corpus_tests! out")?;
        let files = files(Path::new(folder))?;
        if !files.iter().any(|file| !file.is_broken()) {
            return Err(format!(
                "{folder} holds no file; put at least one statement there as the bank writes it, \
                 with invented people"
            ));
        }
        Ok(Corpus {
            files,
            recognise: half.recognise,
            read: half.read,
        })
    }

    /// Each file says what stands in the file beside it. With `UPDATE_EXPECT=1` in the environment
    /// what it says is written there instead.
    ///
    /// # Errors
    /// The first difference of each file.
    pub fn says_what_is_expected(&self) -> Kept {
        let update = std::env::var_os("UPDATE_EXPECT").is_some();
        let mut differ = Vec::new();
        for file in &self.files {
            let found = told(&self.read(&file.bytes, usize::MAX));
            if update {
                std::fs::write(&file.expected, &found)
                    .map_err(|error| format!("{}: {error}", file.expected.display()))?;
            }
            let expected = std::fs::read_to_string(&file.expected).unwrap_or_default();
            if let Some(difference) = difference(&found, &expected) {
                differ.push(format!("{}: {difference}", file.name));
            }
        }
        if differ.is_empty() {
            return Ok(self.files.len());
        }
        Err(format!(
            "{}\nUPDATE_EXPECT=1 accepts what was found; look at it first",
            differ.join("\n")
        ))
    }

    /// The pack knows each of its files.
    ///
    /// # Errors
    /// The first file that it does not know.
    pub fn is_recognised(&self) -> Kept {
        let own = self.files.iter().filter(|file| !file.is_broken());
        let mut count = 0;
        for file in own {
            let found = (self.recognise)(&file.bytes);
            if found.confidence == Confidence::None {
                return Err(format!("{} is not recognised: {}", file.name, found.why));
            }
            count += 1;
        }
        Ok(count)
    }

    /// The same bytes say the same, in whatever pieces they come.
    ///
    /// # Errors
    /// The first file and length of pieces that say something else.
    pub fn says_the_same_in_any_pieces(&self) -> Kept {
        let mut count = 0;
        for file in &self.files {
            let whole = self.read(&file.bytes, usize::MAX);
            for piece in [1, 2, 3, 7, 64, 4096] {
                if self.read(&file.bytes, piece) != whole {
                    return Err(format!(
                        "{} says something else in pieces of {piece}",
                        file.name
                    ));
                }
                count += 1;
            }
        }
        Ok(count)
    }

    /// A file that breaks off at any byte changes no amount before that, and neither panics nor
    /// hangs.
    ///
    /// # Errors
    /// The first cut that changes one.
    pub fn survives_being_cut(&self) -> Kept {
        let mut count = 0;
        for file in &self.files {
            let whole = self.read(&file.bytes, usize::MAX);
            let step = (file.bytes.len() / 4000).max(1);
            for length in (0..file.bytes.len()).step_by(step) {
                let cut = self.read(file.bytes.get(..length).unwrap_or_default(), usize::MAX);
                if let Some(wrong) = contradiction(&cut, &whole) {
                    return Err(format!("{} cut after {length} bytes: {wrong}", file.name));
                }
                count += 1;
            }
        }
        Ok(count)
    }

    fn read(&self, bytes: &[u8], piece: usize) -> Collected {
        let mut lent = Lent { rest: bytes, piece };
        let source = abi::Source {
            struct_size: abi::size::<abi::Source>(),
            flags: 0,
            context: (&raw mut lent).cast(),
            pull: Some(pull),
            account: abi::Text::ABSENT,
            charset: abi::Text::ABSENT,
        };
        // SAFETY: the bytes outlive the call, and `pull` keeps what the header promises.
        let mut source = unsafe { Source::of(source, Hints::default()) };
        let mut sink = Collector::new();
        // What cannot be trusted is told in complaints, and this source does not fail.
        let _ = (self.read)(&mut source, &mut sink);
        sink.finish()
    }
}

/// What a file that breaks off says against the whole file: a statement that is proven by its own
/// balances, and is none of the whole file's. A table has no end mark, so a part of one is true as
/// long as its lines stand at the balances that they have in the whole.
pub fn contradiction(cut: &Collected, whole: &Collected) -> Option<String> {
    let fatal =
        |complaint: &kantor_model::Complaint| complaint.severity == kantor_model::Severity::Fatal;
    if cut.complaints.iter().any(fatal) {
        return None;
    }
    let money = |statement: &kantor_model::Statement| {
        let amounts: Vec<_> = statement.entries.iter().map(|entry| entry.amount).collect();
        (statement.head.opening, amounts, statement.foot.closing)
    };
    cut.statements
        .iter()
        .filter(|one| matches!(one.difference(), Ok(Some(rest)) if rest.is_zero()))
        .find(|one| {
            !whole
                .statements
                .iter()
                .any(|other| money(other) == money(one) || is_part_of_table(one, other))
        })
        .map(|one| {
            format!(
                "it is read without a fatal complaint as a whole statement with {} entries, which \
                 the whole file does not hold",
                one.entries.len()
            )
        })
}

/// Whether these lines of a table are some of the other's, one after the other and at the same
/// balances, where the whole has any.
fn is_part_of_table(one: &Statement, other: &Statement) -> bool {
    let (Format::Csv, Some(begin)) = (one.head.format, one.head.opening) else {
        return false;
    };
    let amounts = |statement: &Statement| -> Vec<Money> {
        statement.entries.iter().map(|entry| entry.amount).collect()
    };
    let (part, whole) = (amounts(one), amounts(other));
    let mut before = other.head.opening.map(|opening| opening.amount);
    (0..=whole.len()).any(|at| {
        let fits = before.is_none_or(|before| before == begin.amount)
            && whole.get(at..).is_some_and(|rest| rest.starts_with(&part));
        if let Some(amount) = whole.get(at) {
            before = before.and_then(|balance| balance.plus(*amount).ok());
        }
        fits
    })
}

/// Bytes as the host lends them.
struct Lent<'a> {
    rest: &'a [u8],
    piece: usize,
}

unsafe extern "C" fn pull(context: *mut c_void, piece: *mut Bytes) -> i32 {
    // SAFETY: `context` is the `Lent` of the running call, used by nobody else.
    let lent = unsafe { &mut *context.cast::<Lent<'_>>() };
    let length = lent.rest.len().min(lent.piece).min(abi::PIECE_MAX);
    let (now, later) = lent
        .rest
        .split_at_checked(length)
        .unwrap_or((lent.rest, &[]));
    lent.rest = later;
    // SAFETY: the pack's own place for one `bank_bytes`.
    unsafe { piece.write(Bytes::of(now)) };
    abi::OK
}

/// Makes the tests of a pack over the files of a folder beside its `Cargo.toml`:
/// `corpus_tests!("corpus");`, once, beside `export_bank_pack!` at the root of the crate.
///
/// Each file says what stands in `FILE.expected` (`UPDATE_EXPECT=1 cargo test` writes it), is
/// recognised, says the same in any pieces, and survives being cut at any byte.
#[allow(clippy::crate_in_macro_def)] // the crate of the pack is meant
#[macro_export]
macro_rules! corpus_tests {
    ($folder:literal) => {
        #[cfg(test)]
        mod corpus_tests {
            use $crate::corpus::{Corpus, Kept};

            fn check(law: fn(&Corpus) -> Kept) {
                let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/", $folder);
                let kept = Corpus::of::<crate::ExportedBankPack>(folder).and_then(|it| law(&it));
                match kept {
                    Ok(cases) => assert!(cases > 0, "there is nothing in {folder} to look at"),
                    Err(broken) => panic!("{broken}"),
                }
            }

            #[test]
            fn each_file_says_what_is_expected() {
                check(Corpus::says_what_is_expected);
            }

            #[test]
            fn each_file_is_recognised() {
                check(Corpus::is_recognised);
            }

            #[test]
            fn files_say_the_same_in_any_pieces() {
                check(Corpus::says_the_same_in_any_pieces);
            }

            #[test]
            fn files_that_break_off_prove_nothing() {
                check(Corpus::survives_being_cut);
            }
        }
    };
}

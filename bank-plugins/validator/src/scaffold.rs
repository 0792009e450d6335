//! The beginning of a pack: the folder `template/`, under another name.

use std::path::{Path, PathBuf};
use std::{fs, io};

/// The template's files, with where they go.
const FILES: &[(&str, &[u8])] = &[
    ("Cargo.toml", include_bytes!("../../template/Cargo.toml")),
    ("src/lib.rs", include_bytes!("../../template/src/lib.rs")),
    (
        "profile.toml",
        include_bytes!("../../template/profile.toml"),
    ),
    ("NOTES.md", include_bytes!("../../template/NOTES.md")),
    ("pack.toml", include_bytes!("../../template/pack.toml")),
    (".gitignore", include_bytes!("../../template/gitignore")),
    (
        "corpus/day.sta",
        include_bytes!("../../template/corpus/day.sta"),
    ),
    (
        "corpus/day.sta.expected",
        include_bytes!("../../template/corpus/day.sta.expected"),
    ),
];

/// Where the SDK lies for whoever has the source of this program.
const SDK: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../sdk");

/// The name of a new pack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name(String);

/// Why no pack was begun.
#[derive(Debug, thiserror::Error)]
pub enum ScaffoldError {
    /// It cannot be a bank's short name.
    #[error(
        "`{0}` cannot be the id of a pack: it begins with a letter and has at most 40 of a-z, \
         digits and dashes; choose one such as mybank"
    )]
    Name(String),
    /// There is something already.
    #[error("{} is there already; choose another name or another --dir", .0.display())]
    Exists(PathBuf),
    /// The SDK was not found.
    #[error(
        "there is no kantor-plugin-sdk in {}; name its folder in the source of this program with \
         --sdk",
        .0.display()
    )]
    NoSdk(PathBuf),
    /// A file cannot be written.
    #[error("{} cannot be written ({source}); choose a folder of yours with --dir", .path.display())]
    Unwritable {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl Name {
    /// A name that a folder, a crate and a command line can carry.
    ///
    /// # Errors
    /// [`ScaffoldError::Name`].
    pub fn parse(name: &str) -> Result<Name, ScaffoldError> {
        let plain = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
        let fits = name.starts_with(|first: char| first.is_ascii_lowercase())
            && name.len() <= 40
            && name.bytes().all(plain)
            && !name.ends_with('-')
            && !name.contains("--");
        if fits {
            Ok(Name(name.to_owned()))
        } else {
            Err(ScaffoldError::Name(name.to_owned()))
        }
    }

    /// `north-bank` for people: `North Bank`.
    fn title(&self) -> String {
        self.words().join(" ")
    }

    fn words(&self) -> Vec<String> {
        let capital = |word: &str| {
            let mut letters = word.chars();
            letters
                .next()
                .into_iter()
                .flat_map(char::to_uppercase)
                .chain(letters)
                .collect()
        };
        self.0.split('-').map(capital).collect()
    }

    /// A file of the template under this name.
    fn fill_in(&self, text: &str) -> String {
        text.replace(
            "kantor_pack_mybank",
            &format!("kantor_pack_{}", self.0.replace('-', "_")),
        )
        .replace("mybank", &self.0)
        .replace("My Bank", &self.title())
        .replace("MyBank", &self.words().concat())
    }
}

/// What was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// The pack's folder.
    pub folder: PathBuf,
    /// Its files, as paths below the folder.
    pub files: Vec<&'static str>,
}

/// Makes the folder of a new pack in `dir`.
///
/// # Errors
/// [`ScaffoldError`]. What is there already is never touched.
pub fn create(name: &Name, dir: &Path, sdk: Option<&Path>) -> Result<Made, ScaffoldError> {
    let folder = dir.join(&name.0);
    if folder.exists() {
        return Err(ScaffoldError::Exists(folder));
    }
    let sdk = sdk.unwrap_or(Path::new(SDK));
    let sdk = sdk
        .canonicalize()
        .ok()
        .filter(|sdk| sdk.join("Cargo.toml").is_file())
        .ok_or_else(|| ScaffoldError::NoSdk(sdk.to_path_buf()))?;
    for (file, bytes) in FILES {
        let path = folder.join(file);
        let bytes = match std::str::from_utf8(bytes) {
            Ok(text) => name
                .fill_in(text)
                .replace("\"../sdk\"", &format!("{:?}", sdk.display().to_string()))
                .into_bytes(),
            Err(_) => bytes.to_vec(),
        };
        let written = path
            .parent()
            .map_or(Ok(()), fs::create_dir_all)
            .and_then(|()| fs::write(&path, bytes));
        written.map_err(|source| ScaffoldError::Unwritable { path, source })?;
    }
    Ok(Made {
        folder,
        files: FILES.iter().map(|(file, _)| *file).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_becomes_a_title_and_a_type() {
        let name = Name::parse("north-bank2").unwrap();
        assert_eq!(
            name.fill_in("struct MyBank; // mybank, My Bank, libkantor_pack_mybank.so"),
            "struct NorthBank2; // north-bank2, North Bank2, libkantor_pack_north_bank2.so"
        );
    }

    #[test]
    fn names_that_nobody_could_type_are_refused() {
        for name in [
            "",
            "2bank",
            "My",
            "a/b",
            "..",
            "a--b",
            "a-",
            "żubr",
            &"a".repeat(41),
        ] {
            assert!(Name::parse(name).is_err(), "{name}");
        }
        for name in ["a", "my-bank", "bank24"] {
            assert!(Name::parse(name).is_ok(), "{name}");
        }
    }

    #[test]
    fn what_is_there_is_never_touched() {
        let dir = tempfile::tempdir().unwrap();
        let name = Name::parse("mybank").unwrap();
        fs::create_dir(dir.path().join("mybank")).unwrap();
        let again = create(&name, dir.path(), None);
        assert!(matches!(again, Err(ScaffoldError::Exists(_))), "{again:?}");
        let nowhere = create(&Name::parse("other").unwrap(), dir.path(), Some(dir.path()));
        assert!(
            matches!(nowhere, Err(ScaffoldError::NoSdk(_))),
            "{nowhere:?}"
        );
        assert!(!dir.path().join("other").exists());
    }
}

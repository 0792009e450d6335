//! Loading a pack's library into this process and looking at what it says of itself.
//!
//! In the office this happens in the child process only; tests and trusted packs do it at home.
#![allow(unsafe_code)] // loads foreign code

use std::path::{Path, PathBuf};

use kantor_plugin_sdk::abi::{self, Text};
use kantor_plugin_sdk::from_abi::Misfit;
use kantor_plugin_sdk::growing::{Growing, whole};
use libloading::Library;
use serde::{Deserialize, Serialize};

use crate::LoadError;

/// What a pack says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackFacts {
    /// Short and stable: `mbank`.
    pub id: String,
    /// For people.
    pub name: String,
    /// Of the pack.
    pub version: String,
    /// Compiler and target; for diagnostics, never for a decision.
    pub build: Option<String>,
    /// Ids of the banks that it knows.
    pub banks: Vec<String>,
    /// Formats of the statements that it reads; empty when it reads none.
    pub reads: Vec<String>,
    /// Formats of transfer files that it writes; empty when it writes none.
    pub writes: Vec<WritableFormat>,
}

/// A format of transfer files that a pack writes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WritableFormat {
    /// As the command line names it: `elixir0`.
    pub format: String,
    /// Codes of the currencies that it carries.
    pub currencies: Vec<String>,
    /// Of the file's name, without the dot.
    pub extension: String,
}

/// A pack that is loaded into this process.
#[derive(Debug)]
pub struct PackLibrary {
    facts: PackFacts,
    pub(crate) statements: Option<&'static abi::Statements>,
    pub(crate) transfers: Option<&'static abi::Transfers>,
}

impl PackLibrary {
    /// Loads a library for the rest of the process's life.
    ///
    /// It is never unloaded: its static tables, and functions that its runtime may have
    /// registered with the system's loader, are used without a count; unloading would leave
    /// pointers to nothing.
    ///
    /// # Errors
    /// [`LoadError`], one variant for each way to fail.
    pub fn load(library: &Path) -> Result<PackLibrary, LoadError> {
        let name = library.display().to_string();
        let loaded = open(library).map_err(|error| LoadError::NotALibrary {
            library: name.clone(),
            reason: reason(&error),
        })?;
        let loaded: &'static Library = Box::leak(Box::new(loaded));
        let entry = entry_of(loaded, &name)?;
        // SAFETY: the name of the symbol promises the type of version 1; the call is [any].
        let plugin = unsafe { entry() };
        if plugin.is_null() {
            return Err(LoadError::NullDescriptor { library: name });
        }
        Described { library: name }.pack(plugin)
    }

    /// What the pack says of itself.
    pub fn facts(&self) -> &PackFacts {
        &self.facts
    }
}

/// All symbols are resolved at once, so that a missing one is found now and not in the middle of
/// a file; none of them is shown to other libraries.
#[cfg(unix)]
fn open(library: &Path) -> Result<Library, libloading::Error> {
    use libloading::os::unix::{Library as Unix, RTLD_LOCAL, RTLD_NOW};
    // SAFETY: loading runs the constructors of the library. In the child this is what the
    // sandbox is for; in process the caller trusts the pack.
    unsafe { Unix::open(Some(library), RTLD_NOW | RTLD_LOCAL) }.map(Library::from)
}

#[cfg(not(unix))]
fn open(library: &Path) -> Result<Library, libloading::Error> {
    // SAFETY: as above.
    unsafe { Library::new(library) }
}

/// The system loader's own words, which the error keeps as its source.
fn reason(error: &libloading::Error) -> String {
    std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string)
}

/// How far other major versions are probed, to say which one a library speaks.
const LAST_MAJOR_PROBED: u32 = 9;

fn entry_of(loaded: &'static Library, name: &str) -> Result<abi::Entrypoint, LoadError> {
    // SAFETY: a function pointer of version 1's type is only ever called under version 1's name.
    if let Ok(symbol) = unsafe { loaded.get::<abi::Entrypoint>(abi::ENTRY_SYMBOL) } {
        return Ok(*symbol);
    }
    let other = (abi::MAJOR + 1..=LAST_MAJOR_PROBED).find(|major| {
        let symbol = format!("bank_plugin_entry_v{major}");
        // SAFETY: looked up and not called.
        unsafe { loaded.get::<abi::Entrypoint>(symbol.as_str()) }.is_ok()
    });
    Err(match other {
        Some(found) => LoadError::OtherMajor {
            library: name.to_owned(),
            found,
            ours: abi::MAJOR,
        },
        None => LoadError::NoEntry {
            library: name.to_owned(),
        },
    })
}

/// Where a library is installed to be found: beside the executable, one folder up from `deps`.
pub(crate) fn beside_executable() -> Vec<PathBuf> {
    let Some(folder) = std::env::current_exe()
        .ok()
        .and_then(|exe| exe.parent().map(Path::to_path_buf))
    else {
        return Vec::new();
    };
    if folder.ends_with("deps") {
        let above = folder.parent().map(Path::to_path_buf);
        std::iter::once(folder).chain(above).collect()
    } else {
        vec![folder]
    }
}

/// A library whose descriptor is being looked at.
struct Described {
    library: String,
}

impl Described {
    fn pack(self, plugin: *const abi::Plugin) -> Result<PackLibrary, LoadError> {
        let plugin = self.table(plugin)?;
        let id = self.present(plugin.id, "the id")?;
        let fits = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-');
        if id.is_empty() || id.len() > abi::ID_MAX || !id.bytes().all(fits) {
            return Err(LoadError::BadId {
                library: self.library,
                id,
            });
        }
        let get_extension = self.function(plugin.get_extension, "get_extension")?;
        let table = |id: &str| {
            let id = Text::of(id);
            // SAFETY: the id outlives the call; the call is [any].
            unsafe { get_extension(&raw const id) }
        };
        let statements = self.optional::<abi::Statements>(table(abi::STATEMENTS_ID).cast())?;
        let transfers = self.optional::<abi::Transfers>(table(abi::TRANSFERS_ID).cast())?;
        let mut reads = Vec::new();
        if let Some(half) = statements {
            self.function(half.recognise, "recognise")?;
            self.function(half.read, "read")?;
            reads = words(&self.present(half.formats, "the formats that it reads")?);
        }
        let mut writes = Vec::new();
        if let Some(half) = transfers {
            self.function(half.write, "write")?;
            writes = self.formats(half)?;
        }
        if statements.is_none() && transfers.is_none() {
            return Err(LoadError::NoCapability {
                library: self.library,
            });
        }
        let facts = PackFacts {
            id,
            name: self.present(plugin.name, "the name")?,
            version: self.present(plugin.version, "the version")?,
            build: self.text(plugin.build, "the build")?,
            banks: words(&self.present(plugin.banks, "the banks")?),
            reads,
            writes,
        };
        Ok(PackLibrary {
            facts,
            statements,
            transfers,
        })
    }

    fn table<T: Growing>(&self, table: *const T) -> Result<&'static T, LoadError> {
        // SAFETY: the header makes the tables static, and the library is never unloaded.
        unsafe { whole(table) }.map_err(|misfit| LoadError::BrokenTable {
            library: self.library.clone(),
            what: misfit.to_string(),
        })
    }

    fn optional<T: Growing>(&self, table: *const T) -> Result<Option<&'static T>, LoadError> {
        if table.is_null() {
            return Ok(None);
        }
        self.table(table).map(Some)
    }

    fn function<F>(&self, function: Option<F>, name: &str) -> Result<F, LoadError> {
        function.ok_or_else(|| LoadError::NullFunction {
            library: self.library.clone(),
            function: name.to_owned(),
        })
    }

    fn bad_text(&self, misfit: &Misfit) -> LoadError {
        LoadError::BadText {
            library: self.library.clone(),
            what: misfit.to_string(),
        }
    }

    fn text(&self, text: Text, what: &str) -> Result<Option<String>, LoadError> {
        // SAFETY: the header makes the texts of the tables static.
        unsafe { text.read(what) }
            .map(|text| text.map(str::to_owned))
            .map_err(|misfit| self.bad_text(&misfit))
    }

    fn present(&self, text: Text, what: &str) -> Result<String, LoadError> {
        // SAFETY: as above.
        unsafe { text.read_present(what) }
            .map(str::to_owned)
            .map_err(|misfit| self.bad_text(&misfit))
    }

    /// The formats stand side by side, as far apart as the first one says it is large.
    fn formats(&self, half: &'static abi::Transfers) -> Result<Vec<WritableFormat>, LoadError> {
        let mut formats = Vec::new();
        if half.format_count == 0 {
            return Ok(formats);
        }
        let stride = self.table(half.formats)?.struct_size as usize;
        for index in 0..half.format_count as usize {
            // SAFETY: the header promises `format_count` formats of `struct_size` bytes each.
            let format = self.table(unsafe { half.formats.byte_add(index * stride) })?;
            formats.push(WritableFormat {
                format: self.present(format.format, "a format that it writes")?,
                currencies: words(&self.present(format.currencies, "the currencies of a format")?),
                extension: self.present(format.extension, "the extension of a format")?,
            });
        }
        Ok(formats)
    }
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

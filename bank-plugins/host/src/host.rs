//! The packs that a desk has, and the two things it asks of them.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use kantor_model::{Batch, StatementSink};
use kantor_plugin_sdk::pack::{Confidence, Hints, Recognition};

use crate::child::Launcher;
use crate::discover::{Candidate, discover};
use crate::library::beside_executable;
use crate::manifest::{Manifest, ManifestError};
use crate::reading::{self, ReadReport};
use crate::writing::{self, Written};
use crate::{ImportError, Limits, PackError, PackFacts, PackLibrary, Sandbox};

/// Where packs are looked for and how they run.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Folders with development packs, normally that of the executable; packaged builds leave it
    /// empty.
    pub development: Vec<PathBuf>,
    /// The folder whose folders are installed packs.
    pub installed: Option<PathBuf>,
    /// The program `kantor-pack-child`; looked for beside the executable when absent.
    pub child: Option<PathBuf>,
    /// What a pack may take.
    pub limits: Limits,
    /// Run packs inside this process: for tests, and for packs that are trusted like this program
    /// itself. No walls and no limit of time then.
    pub in_process: bool,
}

impl Settings {
    /// The development packs beside this executable, each in a child beside it.
    pub fn beside_executable() -> Settings {
        Settings {
            development: beside_executable(),
            installed: None,
            child: None,
            limits: Limits::default(),
            in_process: false,
        }
    }
}

/// Where a pack came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// Built beside the executable; not listed anywhere.
    Development,
    /// Listed with its hash in a manifest, which nobody signed.
    Installed,
    /// Listed in a manifest that comes with a signature, which this version cannot check.
    InstalledWithSignature,
}

impl Origin {
    /// The words that interfaces show.
    pub const fn label(self) -> &'static str {
        match self {
            Origin::Development => "unsigned development pack",
            Origin::Installed => "installed pack, unsigned",
            Origin::InstalledWithSignature => "installed pack, signature not checked",
        }
    }
}

/// A pack that can be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackInfo {
    /// What it says of itself.
    pub facts: PackFacts,
    /// Where it came from.
    pub origin: Origin,
    /// Its library.
    pub library: PathBuf,
    /// The walls around it when it described itself.
    pub sandbox: Sandbox,
}

/// A file that looked like a pack and cannot be used.
#[derive(Debug)]
pub struct RejectedPack {
    /// The library, or the manifest.
    pub path: PathBuf,
    /// Why.
    pub reason: Rejection,
}

/// Why a file that looked like a pack cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Rejection {
    /// It gave no usable answer.
    #[error(transparent)]
    Pack(PackError),
    /// Its manifest forbids it.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// There is another pack of this id; installed packs come first.
    #[error("the pack `{id}` is there already, from {}; remove one of the two", .other.display())]
    SameId {
        /// The id.
        id: String,
        /// The library that is used.
        other: PathBuf,
    },
}

/// What one pack thinks of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opinion {
    /// The pack.
    pub pack: String,
    /// How sure it is that the file is its own.
    pub confidence: Confidence,
    /// Its reason, or the reason why it could not be asked.
    pub why: String,
}

impl Opinion {
    /// `mbank, pko: no sign of it; ing: ...`, for messages: packs of one opinion are named together.
    pub(crate) fn list(opinions: &[Opinion]) -> String {
        if opinions.is_empty() {
            return "no pack reads statements".to_owned();
        }
        let mut said: Vec<(&str, Vec<&str>)> = Vec::new();
        for opinion in opinions {
            match said.iter_mut().find(|(why, _)| *why == opinion.why) {
                Some((_, packs)) => packs.push(&opinion.pack),
                None => said.push((&opinion.why, vec![&opinion.pack])),
            }
        }
        if let [(why, packs)] = said.as_slice()
            && packs.len() > 1
        {
            return format!("all {} say: {why}", packs.len());
        }
        let one = |(why, packs): &(&str, Vec<&str>)| format!("{}: {why}", packs.join(", "));
        said.iter().map(one).collect::<Vec<_>>().join("; ")
    }
}

/// A usable pack with what is needed to call it.
#[derive(Debug)]
pub(crate) struct Pack {
    pub(crate) info: PackInfo,
    manifest: Option<Manifest>,
    /// Loaded here, where packs run in process.
    pub(crate) loaded: Option<PackLibrary>,
}

impl Pack {
    pub(crate) fn id(&self) -> &str {
        &self.info.facts.id
    }
}

/// The packs of a desk. Calls may come from several threads.
#[derive(Debug)]
pub struct Host {
    packs: Vec<Pack>,
    pub(crate) rejected: Vec<RejectedPack>,
    /// Packs that broke the contract, with the reason; not called again.
    parked: Mutex<BTreeMap<String, String>>,
    pub(crate) launcher: Launcher,
    in_process: bool,
}

/// How much of a file a pack sees to recognise it.
const HEAD: u64 = 64 * 1024;

impl Host {
    /// Looks for packs and asks each to describe itself. Never fails: what cannot be used is in
    /// [`Host::rejected`] with its reason.
    pub fn discover(settings: &Settings) -> Host {
        let mut host = Host {
            packs: Vec::new(),
            rejected: Vec::new(),
            parked: Mutex::default(),
            launcher: Launcher {
                program: settings.child.clone(),
                limits: settings.limits,
            },
            in_process: settings.in_process,
        };
        discover(&mut host, settings);
        host
    }

    /// The packs that can be used: installed ones first, then development packs, each in the order
    /// of their names.
    pub fn packs(&self) -> impl Iterator<Item = &PackInfo> {
        self.packs.iter().map(|pack| &pack.info)
    }

    /// The first pack that knows a bank, by the bank's short name: `mbank`.
    pub fn pack_of_bank(&self, bank: &str) -> Option<&PackInfo> {
        self.packs()
            .find(|pack| pack.facts.banks.iter().any(|known| known == bank))
    }

    /// What looked like a pack and cannot be used.
    pub fn rejected(&self) -> &[RejectedPack] {
        &self.rejected
    }

    /// The packs that broke the contract since the program started, with the reason.
    pub fn parked(&self) -> Vec<(String, String)> {
        let parked = self.parked.lock().unwrap_or_else(PoisonError::into_inner);
        parked
            .iter()
            .map(|(id, reason)| (id.clone(), reason.clone()))
            .collect()
    }

    /// Asks every pack that reads statements what it thinks of the beginning of a file. A pack that
    /// fails has the confidence none and its failure as the reason.
    pub fn recognise(&self, head: &[u8]) -> Vec<Opinion> {
        self.packs
            .iter()
            .filter(|pack| !pack.info.facts.reads.is_empty())
            .map(|pack| {
                let found = self
                    .ready(pack.id())
                    .and_then(|pack| self.settled(reading::recognise(self, pack, head)))
                    .unwrap_or_else(|error| Recognition::none(error.to_string()));
                Opinion {
                    pack: pack.id().to_owned(),
                    confidence: found.confidence,
                    why: found.why,
                }
            })
            .collect()
    }

    /// Reads a statement file through a pack: the one that is named, or the one that recognises
    /// the file best. Two that recognise it equally well are not chosen between. The hints go to
    /// the pack as they are.
    ///
    /// Records go to `sink` while they are read. They are to be used only when this returns `Ok`
    /// and [`ReadReport::trustworthy`] holds: after an error all that the sink received is void.
    ///
    /// # Errors
    /// [`ImportError`]. A file that is merely unreadable is no error here: the report counts its
    /// fatal complaints, and the sink has received them.
    pub fn read_statement(
        &self,
        source: &mut (dyn Read + Send),
        pack: Option<&str>,
        hints: Hints<'_>,
        sink: &mut dyn StatementSink,
    ) -> Result<ReadReport, ImportError> {
        let mut head = Vec::new();
        source
            .take(HEAD)
            .read_to_end(&mut head)
            .map_err(|source| PackError::Source { source })?;
        let (pack, opinions) = match pack {
            Some(id) => (self.ready(id)?, Vec::new()),
            None => self.choose(&head)?,
        };
        let mut whole = Cursor::new(head).chain(source);
        let mut report = self.settled(reading::read(self, pack, hints, &mut whole, sink))?;
        report.opinions = opinions;
        Ok(report)
    }

    fn choose(&self, head: &[u8]) -> Result<(&Pack, Vec<Opinion>), ImportError> {
        let opinions = self.recognise(head);
        let best = opinions.iter().map(|opinion| opinion.confidence).max();
        let mut fitting: Vec<&Opinion> = opinions
            .iter()
            .filter(|opinion| Some(opinion.confidence) == best)
            .filter(|opinion| opinion.confidence > Confidence::None)
            .collect();
        match (fitting.pop(), fitting.is_empty()) {
            (None, _) => Err(ImportError::NotRecognised { opinions }),
            (Some(only), true) => Ok((self.ready(&only.pack)?, opinions)),
            (Some(last), false) => {
                fitting.push(last);
                let opinions = fitting.into_iter().cloned().collect();
                Err(ImportError::Ambiguous { opinions })
            }
        }
    }

    /// Writes a batch in one of the pack's formats. The same batch gives the same bytes.
    ///
    /// # Errors
    /// [`PackError`]; [`PackError::Refused`] with the pack's complaints when this batch cannot be
    /// written.
    pub fn write_batch(
        &self,
        pack: &str,
        format: &str,
        batch: &Batch,
    ) -> Result<Written, PackError> {
        let pack = self.ready(pack)?;
        self.settled(writing::write(self, pack, format, batch))
    }

    pub(crate) fn find(&self, id: &str) -> Option<&Pack> {
        self.packs.iter().find(|pack| pack.id() == id)
    }

    pub(crate) fn accept(&mut self, pack: Pack) {
        self.packs.push(pack);
    }

    /// The pack, if it may be called now.
    fn ready(&self, id: &str) -> Result<&Pack, PackError> {
        let pack = self.find(id).ok_or_else(|| PackError::NoSuchPack {
            pack: id.to_owned(),
        })?;
        let parked = self.parked.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(reason) = parked.get(id) {
            return Err(PackError::Parked {
                pack: id.to_owned(),
                reason: reason.clone(),
            });
        }
        if let Some(manifest) = &pack.manifest {
            manifest.check_library(&pack.info.library)?;
        }
        Ok(pack)
    }

    /// Parks the pack of an answer that breaks the contract.
    fn settled<T>(&self, answer: Result<T, PackError>) -> Result<T, PackError> {
        if let Err(PackError::BrokeContract { pack, what }) = &answer {
            self.parked
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .insert(pack.clone(), what.clone());
        }
        answer
    }

    /// Asks a library what it is, after its manifest allowed it to be loaded.
    pub(crate) fn describe(&self, candidate: Candidate) -> Result<Pack, Rejection> {
        let Candidate {
            library,
            origin,
            manifest,
        } = candidate;
        if let Some(manifest) = &manifest {
            manifest.check_library(&library)?;
        }
        let (facts, sandbox, loaded) = if self.in_process {
            let loaded = PackLibrary::load(&library).map_err(PackError::Load)?;
            (loaded.facts().clone(), Sandbox::in_process(), Some(loaded))
        } else {
            let (facts, sandbox) = reading::describe(&self.launcher, &library)?;
            (facts, sandbox, None)
        };
        if let (Some(manifest), Some(folder)) = (&manifest, library.parent()) {
            manifest.check_facts(folder, &facts)?;
        }
        let info = PackInfo {
            facts,
            origin,
            library,
            sandbox,
        };
        Ok(Pack {
            info,
            manifest,
            loaded,
        })
    }
}

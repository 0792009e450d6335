//! The bank packs of this desk: which there are, and each call of one in a child process.

use std::io::Read;
use std::path::Path;

use kantor_model::{Batch, StatementSink};
use kantor_plugin_host::{
    Hints, Host, ImportError, Opinion, PackInfo, ReadReport, RejectedPack, Sandbox, Settings,
};
use kantor_wire::PackUsed;

use crate::built_in::{self, Remembering};
use crate::{BankPacks, PackFailure, ReadBy, Written};

/// The packs of a folder, or the development packs beside this program. Every call of a pack runs
/// in a child process of its own, behind the walls that the system has.
#[derive(Debug)]
pub struct InstalledPacks {
    host: Host,
    place: String,
}

impl InstalledPacks {
    /// Looks for packs: the installed ones of a folder, or, without a folder, the development
    /// packs beside this program. Never fails; what cannot be used is in
    /// [`InstalledPacks::rejected`], and a desk without packs says so when one is needed.
    pub fn find(folder: Option<&Path>) -> InstalledPacks {
        let beside = Settings::beside_executable();
        let (settings, place) = match folder {
            Some(folder) => (
                Settings {
                    development: Vec::new(),
                    installed: Some(folder.to_owned()),
                    ..beside
                },
                folder.display().to_string(),
            ),
            None => (beside, "the folder of this program".to_owned()),
        };
        InstalledPacks {
            host: Host::discover(&settings),
            place,
        }
    }

    /// The packs that can be used.
    pub fn packs(&self) -> impl Iterator<Item = &PackInfo> {
        self.host.packs()
    }

    /// What looked like a pack and cannot be used, with the reason.
    pub fn rejected(&self) -> &[RejectedPack] {
        self.host.rejected()
    }

    /// Whether a pack is there for a bank, by the bank's id or the pack's own.
    pub fn knows(&self, bank: &str) -> bool {
        self.packs().any(|pack| knows(pack, bank))
    }

    /// Whether a pack of the bank is there that writes the format.
    pub fn writes(&self, bank: &str, format: &str) -> bool {
        self.packs().any(|pack| {
            let mut writes = pack.facts.writes.iter();
            knows(pack, bank) && writes.any(|known| known.format == format)
        })
    }

    /// The pack that reads a bank's statements, by the bank's id or the pack's own.
    fn reader(&self, bank: &str) -> Result<&PackInfo, PackFailure> {
        self.packs()
            .filter(|pack| !pack.facts.reads.is_empty())
            .find(|pack| knows(pack, bank))
            .ok_or_else(|| self.no_pack(&format!("reads statements of the bank `{bank}`")))
    }

    /// The pack and format for a batch.
    fn writer(
        &self,
        currency: Option<&str>,
        bank: Option<&str>,
        format: Option<&str>,
    ) -> Result<(&PackInfo, String), PackFailure> {
        let fitting = |pack: &PackInfo| {
            pack.facts
                .writes
                .iter()
                .find(|known| {
                    format.is_none_or(|format| known.format == format)
                        && currency.is_none_or(|code| known.currencies.iter().any(|c| c == code))
                })
                .map(|known| known.format.clone())
        };
        self.packs()
            .filter(|pack| bank.is_none_or(|bank| knows(pack, bank)))
            .find_map(|pack| fitting(pack).map(|format| (pack, format)))
            .ok_or_else(|| {
                self.no_pack(&format!(
                    "writes {} in {} for {}",
                    format.unwrap_or("a transfer file"),
                    currency.unwrap_or("any currency"),
                    bank.map_or("any bank".to_owned(), |bank| format!("the bank `{bank}`"))
                ))
            })
    }

    fn no_pack(&self, what: &str) -> PackFailure {
        let have: Vec<&str> = self.packs().map(|pack| pack.facts.id.as_str()).collect();
        let mut text = if have.is_empty() {
            format!("there are no bank packs in {}", self.place)
        } else {
            format!("no pack {what}; {} has: {}", self.place, have.join(", "))
        };
        for rejected in self.rejected() {
            text.push_str(&format!(
                "; {} cannot be used: {}",
                rejected.path.display(),
                rejected.reason
            ));
        }
        text.push_str("; install the bank's pack, or name its folder as `packs` under [desk]");
        PackFailure::new(PackFailure::NO_PACK, text)
    }
}

fn knows(pack: &PackInfo, bank: &str) -> bool {
    pack.facts.id == bank || pack.facts.banks.iter().any(|known| known == bank)
}

fn read_by(report: ReadReport) -> ReadBy {
    let own = |opinion: &&Opinion| opinion.pack == report.pack;
    let why = report.opinions.iter().find(own);
    ReadBy {
        why: why.map_or("the bank was named".to_owned(), |own| own.why.clone()),
        pack: used(report.pack, report.version, &report.sandbox),
        opinions: report.opinions,
    }
}

fn used(id: String, version: String, sandbox: &Sandbox) -> PackUsed {
    PackUsed {
        id,
        version,
        sandbox: *sandbox == Sandbox::Enforced,
    }
}

impl BankPacks for InstalledPacks {
    fn read(
        &self,
        source: &mut (dyn Read + Send),
        bank: Option<&str>,
        hints: Hints<'_>,
        sink: &mut dyn StatementSink,
    ) -> Result<ReadBy, PackFailure> {
        if bank == Some(built_in::ID) {
            return built_in::read(source, hints, sink);
        }
        if self.packs().next().is_none() {
            return Err(self.no_pack("reads statements"));
        }
        let pack = bank.map(|bank| self.reader(bank)).transpose()?;
        let mut source = Remembering::new(source);
        let id = pack.map(|pack| pack.facts.id.as_str());
        let read = self.host.read_statement(&mut source, id, hints, sink);
        match read {
            Ok(report) => Ok(read_by(report)),
            // In no bank's particular shape: the generic reading is the fallback of every bank.
            Err(ImportError::NotRecognised { .. }) if built_in::recognises(source.head()) => {
                built_in::read(&mut source.rewound(), hints, sink)
            }
            Err(error) => {
                let code = match error {
                    ImportError::NotRecognised { .. } => PackFailure::NOT_RECOGNISED,
                    ImportError::Ambiguous { .. } => PackFailure::AMBIGUOUS,
                    ImportError::Pack(_) => PackFailure::FAILED,
                };
                Err(PackFailure::new(code, error.to_string()))
            }
        }
    }

    fn write(
        &self,
        batch: &Batch,
        bank: Option<&str>,
        format: Option<&str>,
    ) -> Result<Written, PackFailure> {
        let currency = batch
            .transfers
            .first()
            .map(|transfer| transfer.amount.currency().code());
        if bank.is_none() {
            return built_in::write(batch, built_in::format(format, currency)?);
        }
        let (pack, format) = self.writer(currency, bank, format)?;
        let written = self
            .host
            .write_batch(&pack.facts.id, &format, batch)
            .map_err(|error| PackFailure::new(PackFailure::FAILED, error.to_string()))?;
        Ok(Written {
            notices: written
                .notices
                .iter()
                .map(|notice| notice.message.clone())
                .collect(),
            pack: used(written.pack, written.version, &written.sandbox),
            format,
            bytes: written.bytes,
        })
    }
}

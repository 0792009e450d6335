//! A batch of transfers to pain.001, piece by piece.

use kantor_model::{Abroad, Batch, Bic, Charges, Flow, Iban, Transfer};

use super::NOT_PROVIDED;
use super::address::{postcode_and_town, street_and_number};
use super::block::{Block, Key, Kind, Plan};
use super::check::{Examined, examine};
use super::document::Document;
use super::profile::{AddressForm, Agent, Choice, Priority, Profile, Service};
use super::sum::Sum;
use super::texts::{Spelt, SpeltTransfer, Texts};
use crate::transfers::{Cut, Respelling, TransferFormat, Unwritable, Written};

/// What had to be changed for a file.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Changes {
    /// Characters that the bank does not take, with what stands for them.
    pub respelt: Vec<Respelling>,
    /// Names and addresses that were too long.
    pub cut: Vec<Cut>,
}

/// About so many bytes are a transfer: room is made for the whole file at once.
const USUAL_TRANSFER: usize = 512;

/// Writes the batch into memory; else as [`write_to`].
///
/// # Errors
/// [`Unwritable`], as there.
pub fn write(
    batch: &Batch,
    version: TransferFormat,
    profile: &Profile,
) -> Result<Written, Unwritable> {
    let mut bytes = Vec::with_capacity(USUAL_TRANSFER * batch.transfers.len());
    let Changes { respelt, cut } = write_to(batch, version, profile, &mut |piece: &[u8]| {
        bytes.extend_from_slice(piece);
        Flow::Continue
    })?;
    Ok(Written {
        bytes,
        respelt,
        cut,
    })
}

/// Writes the batch as the profile wants it and gives it out piece by piece, in memory that does
/// not grow with the file. Looks at everything first: nothing is given out of a batch that cannot
/// be written whole. A sink that answers [`Flow::Stop`] gets nothing more.
///
/// Transfers stand in blocks of one kind, one currency and one way of sharing charges; inside of a
/// block they keep their order.
///
/// # Errors
/// [`Unwritable`] with every problem of the batch: a version or kind of payment that the bank does
/// not take, an amount or sum that does not fit, charges that such a transfer cannot have, a
/// foreign transfer without the payee's bank, an account of the wrong length, an empty name or
/// title, a title or reference that is too long, slashes where a reference cannot have them, a
/// reference of two transfers, control characters.
pub fn write_to(
    batch: &Batch,
    version: TransferFormat,
    profile: &Profile,
    sink: &mut impl FnMut(&[u8]) -> Flow,
) -> Result<Changes, Unwritable> {
    let texts = Texts::new(profile, version);
    let Examined {
        problems,
        changes,
        plan,
        id,
        as_it_is,
    } = examine(batch, version, profile, &texts);
    if !problems.is_empty() {
        return Err(Unwritable { problems });
    }
    let mut writer = Writer {
        batch,
        plan: &plan,
        as_it_is: &as_it_is,
        profile,
        texts: &texts,
        modern: version == TransferFormat::Pain001V09,
        told: Changes::default(),
        out: Document::new(sink, texts.need_escapes()),
    };
    writer.document(version, &id);
    Ok(changes)
}

struct Writer<'a, 'k, K> {
    batch: &'a Batch,
    plan: &'a Plan,
    /// For each transfer, whether its texts are written as they are.
    as_it_is: &'a [bool],
    profile: &'a Profile,
    texts: &'a Texts,
    /// Version .09: banks by BICFI, the day in an element of its own.
    modern: bool,
    /// What was told once, when everything was looked at; told into here again, and forgotten.
    told: Changes,
    out: Document<'k, K>,
}

impl<K: FnMut(&[u8]) -> Flow> Writer<'_, '_, K> {
    fn document(&mut self, version: TransferFormat, id: &str) {
        let plan = self.plan;
        self.out.raw("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:");
        self.out.raw(version.name());
        self.out.raw("\">\n<CstmrCdtTrfInitn>\n");
        self.group_header(id);
        for (number, block) in plan.blocks.iter().enumerate() {
            self.block_head(&format!("{id}-{}", number + 1), block);
            for (index, transfer) in self.batch.transfers.iter().enumerate() {
                if plan.stands_in(index, number) {
                    self.transfer(index, transfer, block.key.kind);
                    self.out.flush_when_full();
                }
                if self.out.is_stopped() {
                    return;
                }
            }
            self.out.raw("</PmtInf>\n");
        }
        self.out.raw("</CstmrCdtTrfInitn>\n</Document>\n");
        self.out.flush();
    }

    fn group_header(&mut self, id: &str) {
        self.out.element("<GrpHdr>\n<MsgId>", id, "</MsgId>\n");
        // The beginning of the day: a file depends on its content alone, and no clock is content.
        let date = self.batch.date;
        let day = format!("{date}T00:00:00");
        self.out.element("<CreDtTm>", &day, "</CreDtTm>\n");
        self.totals(self.batch.transfers.len(), self.plan.sum());
        let kind = if self.plan.has(false) {
            Kind::Foreign
        } else {
            Kind::Domestic
        };
        let owner = self.owner(kind);
        self.out.element("<InitgPty><Nm>", &owner.name, "</Nm>");
        if let Some(contract) = &self.profile.contract {
            let contract = self.texts.contract(contract, &mut self.told);
            let (open, close) = ("<Id><OrgId><Othr><Id>", "</Id></Othr></OrgId></Id>");
            self.out.element(open, &contract, close);
        }
        self.out.raw("</InitgPty>\n</GrpHdr>\n");
    }

    fn totals(&mut self, count: usize, sum: Sum) {
        self.out.raw("<NbOfTxs>");
        self.out.number(count);
        self.out
            .element("</NbOfTxs>\n<CtrlSum>", &sum.text(), "</CtrlSum>\n");
    }

    fn block_head(&mut self, id: &str, block: &Block) {
        let Block { key, count, sum } = *block;
        self.out
            .element("<PmtInf>\n<PmtInfId>", id, "</PmtInfId>\n");
        self.out
            .raw("<PmtMtd>TRF</PmtMtd>\n<BtchBookg>false</BtchBookg>\n");
        self.totals(count, sum);
        self.service(key.kind);
        let day = self.batch.date.to_string();
        let (open, close) = if self.modern {
            ("<ReqdExctnDt><Dt>", "</Dt></ReqdExctnDt>\n<Dbtr>")
        } else {
            ("<ReqdExctnDt>", "</ReqdExctnDt>\n<Dbtr>")
        };
        self.out.element(open, &day, close);
        let payer = self.batch.debit_account;
        let owner = self.owner(key.kind);
        let country = payer.country();
        let stated = key.kind == Kind::Foreign;
        self.party(&owner, country, stated);
        self.out.element(
            "</Dbtr>\n<DbtrAcct><Id><IBAN>",
            payer.as_str(),
            "</IBAN></Id>",
        );
        if self.profile.account_currency {
            self.out.element("<Ccy>", key.currency.code(), "</Ccy>");
        }
        self.out.raw("</DbtrAcct>\n<DbtrAgt><FinInstnId>");
        self.debtor_agent(&payer);
        self.out.raw("</FinInstnId></DbtrAgt>\n");
        if let Some(charges) = self.charges(key) {
            self.out.element("<ChrgBr>", charges, "</ChrgBr>\n");
        }
    }

    fn owner(&mut self, kind: Kind) -> Spelt<'static> {
        let country = self.batch.debit_account;
        let party = self.texts.party(
            kind,
            &self.batch.owner,
            country.country(),
            1,
            &mut self.told,
        );
        Spelt {
            name: party.name.into_owned().into(),
            street: party.street.into_owned().into(),
            city: party.city.into_owned().into(),
        }
    }

    fn service(&mut self, kind: Kind) {
        let profile = self.profile;
        let service = profile.service(kind);
        let sepa = kind == Kind::Sepa;
        if *service == Service::default() && !sepa {
            return;
        }
        self.out.raw("<PmtTpInf>");
        if let Some(priority) = service.priority {
            self.out.raw(match priority {
                Priority::High => "<InstrPrty>HIGH</InstrPrty>",
                Priority::Norm => "<InstrPrty>NORM</InstrPrty>",
            });
        }
        if sepa {
            self.out.raw("<SvcLvl><Cd>SEPA</Cd></SvcLvl>");
        } else {
            self.choice("<SvcLvl>", service.service_level.as_ref(), "</SvcLvl>");
        }
        self.choice(
            "<LclInstrm>",
            service.local_instrument.as_ref(),
            "</LclInstrm>",
        );
        self.choice(
            "<CtgyPurp>",
            service.category_purpose.as_ref(),
            "</CtgyPurp>",
        );
        self.out.raw("</PmtTpInf>\n");
    }

    fn choice(&mut self, open: &str, choice: Option<&Choice>, close: &str) {
        let Some(choice) = choice else { return };
        self.out.raw(open);
        match choice {
            Choice::Code(code) => {
                self.out.raw("<Cd>");
                self.out.escaped(code);
                self.out.raw("</Cd>");
            }
            Choice::Proprietary(word) => {
                self.out.raw("<Prtry>");
                self.out.escaped(word);
                self.out.raw("</Prtry>");
            }
        }
        self.out.raw(close);
    }

    /// The word for who bears the charges; the law of the kind was looked at before.
    fn charges(&self, key: Key) -> Option<&'static str> {
        match (key.kind, key.charges) {
            (Kind::Sepa, _) => Some("SLEV"),
            (Kind::Domestic, _) => self.profile.domestic_charges.then_some("SHAR"),
            (Kind::Foreign, Charges::Shared) => Some("SHAR"),
            (Kind::Foreign, Charges::Payer) => Some("DEBT"),
            (Kind::Foreign, Charges::Payee) => Some("CRED"),
        }
    }

    fn debtor_agent(&mut self, payer: &Iban) {
        let bic = known_bic(payer);
        match (self.profile.debtor_agent, bic, payer.sort_code()) {
            (Agent::Bic, Some(bic), _) => self.bic(bic),
            (Agent::Clearing, _, Some(code)) => self.clearing(code.as_str()),
            (Agent::Bic, None, _) | (Agent::Clearing, _, None) | (Agent::None, _, _) => {
                self.out.element("<Othr><Id>", NOT_PROVIDED, "</Id></Othr>");
            }
        }
    }

    fn bic(&mut self, bic: Bic) {
        let (open, close) = if self.modern {
            ("<BICFI>", "</BICFI>")
        } else {
            ("<BIC>", "</BIC>")
        };
        self.out.element(open, bic.as_str(), close);
    }

    fn clearing(&mut self, sort_code: &str) {
        self.out.element(
            "<ClrSysMmbId><ClrSysId><Cd>PLKNR</Cd></ClrSysId><MmbId>",
            sort_code,
            "</MmbId></ClrSysMmbId>",
        );
    }

    fn transfer(&mut self, index: usize, transfer: &Transfer, kind: Kind) {
        let country = transfer.payee_country();
        let country = country.as_str();
        let SpeltTransfer { payee, title, id } = if self.as_it_is.get(index) == Some(&true) {
            SpeltTransfer::as_it_is(transfer)
        } else {
            self.told.respelt.clear();
            self.told.cut.clear();
            let told = &mut self.told;
            self.texts
                .transfer(kind, transfer, country, index + 1, told)
        };
        self.out.raw("<CdtTrfTxInf><PmtId><EndToEndId>");
        self.out.text(&id);
        self.out.raw("</EndToEndId></PmtId><Amt><InstdAmt Ccy=\"");
        self.out.raw(transfer.amount.currency().code());
        self.out.raw("\">");
        self.out.amount(transfer.amount);
        self.out.raw("</InstdAmt></Amt>");
        self.payee_agent(transfer, kind);
        let stated = kind == Kind::Foreign || transfer.abroad.country.is_some();
        self.out.raw("<Cdtr>");
        self.party(&payee, country, stated);
        self.out.raw("</Cdtr><CdtrAcct><Id><IBAN>");
        self.out.raw(transfer.payee_account.as_str());
        self.out.raw("</IBAN></Id></CdtrAcct><RmtInf><Ustrd>");
        self.out.text(&title);
        self.out.raw("</Ustrd></RmtInf></CdtTrfTxInf>\n");
    }

    fn payee_agent(&mut self, transfer: &Transfer, kind: Kind) {
        let agent = match kind {
            Kind::Foreign => payee_agent(transfer),
            Kind::Sepa | Kind::Domestic => match (transfer.abroad.bank, transfer.payee_account) {
                (Some(bic), _) => Some(PayeeAgent::Bic(bic)),
                (None, account) if kind == Kind::Domestic && self.profile.domestic_agent => {
                    Some(PayeeAgent::Clearing(account))
                }
                (None, _) => None,
            },
        };
        let Some(agent) = agent else { return };
        self.out.raw("<CdtrAgt><FinInstnId>");
        match agent {
            PayeeAgent::Bic(bic) => self.bic(bic),
            PayeeAgent::Clearing(account) => {
                let code = account.sort_code();
                self.clearing(code.as_ref().map_or(NOT_PROVIDED, |code| code.as_str()));
            }
        }
        self.out.raw("</FinInstnId></CdtrAgt>");
    }

    /// Name and address; the country alone only where it has to stand.
    fn party(&mut self, party: &Spelt<'_>, country: &str, stated: bool) {
        let Spelt { name, street, city } = party;
        self.out.element("<Nm>", name, "</Nm>");
        if street.is_empty() && city.is_empty() && !stated {
            return;
        }
        self.out.raw("<PstlAdr>");
        let form = self.texts.form();
        if form == AddressForm::Structured {
            let (street, number) = street_and_number(street);
            self.out.element("<StrtNm>", street, "</StrtNm>");
            self.out
                .element("<BldgNb>", number.unwrap_or_default(), "</BldgNb>");
        }
        if form != AddressForm::Lines {
            let (code, town) = postcode_and_town(country, city);
            self.out
                .element("<PstCd>", code.unwrap_or_default(), "</PstCd>");
            self.out.element("<TwnNm>", town, "</TwnNm>");
        }
        self.out.element("<Ctry>", country, "</Ctry>");
        if form != AddressForm::Structured {
            self.out.element("<AdrLine>", street, "</AdrLine>");
        }
        if form == AddressForm::Lines {
            self.out.element("<AdrLine>", city, "</AdrLine>");
        }
        self.out.raw("</PstlAdr>");
    }
}

/// How the payee's bank is named.
pub(super) enum PayeeAgent {
    Bic(Bic),
    /// By the sort code of this account.
    Clearing(Iban),
}

/// The payee's bank in a foreign transfer: as it is said, else as the account tells it.
pub(super) fn payee_agent(transfer: &Transfer) -> Option<PayeeAgent> {
    let Abroad { bank, .. } = transfer.abroad;
    let account = transfer.payee_account;
    let bic = bank.or_else(|| known_bic(&account)).map(PayeeAgent::Bic);
    bic.or_else(|| account.sort_code().map(|_| PayeeAgent::Clearing(account)))
}

/// The BIC of the Polish bank that keeps the account, where the sort code tells it.
fn known_bic(account: &Iban) -> Option<Bic> {
    Bic::parse(account.bank()?.bic).ok()
}

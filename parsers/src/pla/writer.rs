//! A batch to the bytes of a PLA file.

use std::fmt::Write as _;

use kantor_model::{Batch, Bic, Charges, Country, Transfer};

use super::profile::{CountryOrder, Profile};
use super::{CHARGES, REFERENCE};
use crate::transfers::swift::{self, PlainSum};
use crate::transfers::{
    Draft, EmptyLines, Lines, References, TransferFormat, Unwritable, WriteProblem, Written,
    charges, file_reference, payee_bank, payee_country,
};

const FORMAT: TransferFormat = TransferFormat::Pla;

/// The digits of `:02:` with the comma.
const SUM: usize = 17;

/// The numbers of transfers have six digits in block 1, `:03:` has five.
const MOST: usize = 99_999;

/// Writes the batch as the profile wants it. Looks at everything first: either the whole file is
/// written or none of it.
///
/// # Errors
/// [`Unwritable`] with every problem of the batch: a paying account that is not Polish, a currency
/// that is no longer in use, an amount that is not more than zero or too long, an empty name or
/// title, a reference that is empty, too long or used twice, a payee's bank that is not known.
pub fn write(batch: &Batch, profile: &Profile) -> Result<Written, Unwritable> {
    let rules = profile.text_rules();
    let mut draft = Draft::new(FORMAT, &rules);
    let most = profile.max_transfers.map_or(MOST, |most| most.min(MOST));
    draft.look_at(batch, swift::YEARS, Some(most));
    let mut writer = Writer {
        draft,
        profile,
        date: swift::write_date(batch.date),
        payer: payer(batch),
        owner: Lines::default(),
        lines: Lines::default(),
        references: References::default(),
        out: String::with_capacity(512 * (batch.transfers.len() + 1)),
    };
    if writer.payer.is_none() {
        writer.draft.problem(WriteProblem::PayerNotPolish {
            format: FORMAT,
            account: batch.debit_account,
        });
    }
    let owner = &batch.owner;
    writer
        .draft
        .owner(owner, EmptyLines::Kept, &mut writer.owner);
    if profile.header {
        writer.header(batch);
    }
    for (index, transfer) in batch.transfers.iter().enumerate() {
        writer.draft.turn_to(index + 1, transfer);
        writer.transfer(index + 1, transfer, index + 1 == batch.transfers.len());
    }
    writer.draft.finish(writer.out)
}

/// The sort code and the 26 digits of the paying account.
fn payer(batch: &Batch) -> Option<(&str, &str)> {
    let nrb = batch.debit_account.nrb()?;
    Some((nrb.get(2..10)?, nrb))
}

struct Writer<'a> {
    draft: Draft<'a>,
    profile: &'a Profile,
    date: String,
    payer: Option<(&'a str, &'a str)>,
    owner: Lines,
    lines: Lines,
    references: References,
    out: String,
}

/// Adds a formatted line. Writing to a String cannot fail.
macro_rules! line {
    ($writer:expr, $($part:tt)*) => {{
        let _ = write!($writer.out, $($part)*);
        $writer.out.push_str("\r\n");
    }};
}

impl<'a> Writer<'a> {
    fn header(&mut self, batch: &Batch) {
        let reference = file_reference(batch);
        let sum = PlainSum::of(batch.transfers.iter().map(|it| it.amount)).write(',');
        if sum.len() > SUM {
            let format = FORMAT;
            self.draft.problem(WriteProblem::SumTooLong { format });
        }
        let (sort_code, _) = self.payer.unwrap_or_default();
        let name = reference.get(..8).unwrap_or(&reference);
        line!(self, ":01:{reference}");
        line!(self, ":02:{sum}");
        line!(self, ":03:{}", batch.transfers.len());
        line!(self, ":04:{sort_code}");
        self.owner_as(":05:");
        line!(self, ":07:{name}.PLA");
    }

    fn transfer(&mut self, number: usize, transfer: &'a Transfer, last: bool) {
        self.draft.amount(transfer);
        let bank = payee_bank(transfer, &mut self.draft);
        let amount = self.draft.swift_amount(transfer);
        let reference = self.draft.reference(REFERENCE, &mut self.references);
        let (sort_code, account) = self.payer.unwrap_or_default();
        let receiver = receiver(bank);
        let countries = self.countries(transfer, bank);

        line!(
            self,
            "{{1:F01{sort_code}xxxx0001{number:06}}}{{2:I100{receiver}N1}}{{4:"
        );
        line!(self, ":20:{reference}");
        line!(self, ":32A:{}{amount}", self.date);
        self.owner_as(":50:");
        line!(self, ":52D:{account}");
        line!(self, "{account}");
        line!(self, "{amount}");
        line!(self, "{countries}");
        if let Some(bank) = bank {
            line!(self, ":57A:{bank}");
        }
        line!(self, ":59:/{}", transfer.payee_account);
        let mut lines = std::mem::take(&mut self.lines);
        self.draft
            .payee(&transfer.payee, EmptyLines::Kept, &mut lines);
        self.lines_as("", &lines);
        self.draft.title(transfer, &mut lines);
        self.lines_as(":70:", &lines);
        self.lines = lines;
        line!(self, ":71A:{}", charges_word(charges(transfer)));
        line!(self, ":72: 00 00 00 00");
        line!(self, "{}", if last { "-}" } else { "-}$" });
    }

    /// The statistical code, twelve blanks and two countries.
    fn countries(&self, transfer: &Transfer, bank: Option<Bic>) -> String {
        let payee = payee_country(transfer);
        let bank = bank.map(|bank| bank.country()).or(payee);
        let (first, second) = match self.profile.countries {
            CountryOrder::BankPayee => (bank, payee),
            CountryOrder::PayeeBank => (payee, bank),
        };
        let shown = |country: Option<Country>| country.map(|it| it.to_string());
        format!(
            "{:<15}{} {}",
            self.profile.transaction_code,
            shown(first).unwrap_or_default(),
            shown(second).unwrap_or_default()
        )
    }

    fn owner_as(&mut self, tag: &str) {
        let owner = std::mem::take(&mut self.owner);
        self.lines_as(tag, &owner);
        self.owner = owner;
    }

    fn lines_as(&mut self, tag: &str, lines: &Lines) {
        self.out.push_str(tag);
        lines.join_into("\r\n", &mut self.out);
        self.out.push_str("\r\n");
    }
}

/// The address of block 2: twelve characters, `x` where nothing is known.
fn receiver(bank: Option<Bic>) -> String {
    format!("{:x<12}", bank.as_ref().map_or("", Bic::as_str))
}

fn charges_word(charges: Charges) -> &'static str {
    CHARGES
        .iter()
        .find(|(_, one)| *one == charges)
        .map_or("BN1", |(word, _)| word)
}

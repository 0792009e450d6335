//! A batch to the bytes of an MT101 file.

use std::fmt::Write as _;

use kantor_model::{Batch, Bic, Charges, Transfer};

use super::profile::Profile;
use super::{CHARGES, REFERENCE, RESIDENCE};
use crate::transfers::swift;
use crate::transfers::{
    Draft, EmptyLines, Lines, References, TransferFormat, Unwritable, Written, charges, country_of,
    file_reference, payee_bank, told_by,
};

/// Writes the batch as the profile wants it. Looks at everything first: either the whole file is
/// written or none of it.
///
/// # Errors
/// [`Unwritable`] with every problem of the batch: a currency that is no longer in use, an amount
/// that is not more than zero or too long, an empty name or title, a reference that is empty, too
/// long or used twice, a payee's bank that is not known.
pub fn write(batch: &Batch, profile: &Profile) -> Result<Written, Unwritable> {
    let rules = profile.text_rules();
    let mut draft = Draft::new(TransferFormat::Mt101, &rules);
    draft.look_at(batch, swift::YEARS, profile.max_transfers);
    let bank = told_by(&batch.debit_account).filter(|_| profile.blocks);
    let mut writer = Writer {
        draft,
        lines: Lines::default(),
        references: References::default(),
        out: String::with_capacity(384 * (batch.transfers.len() + 1)),
    };
    writer.head(batch, bank);
    for (index, transfer) in batch.transfers.iter().enumerate() {
        writer.draft.turn_to(index + 1, transfer);
        writer.transfer(transfer);
    }
    writer
        .out
        .push_str(if bank.is_some() { "-}\r\n" } else { "-\r\n" });
    writer.draft.finish(writer.out)
}

struct Writer<'a> {
    draft: Draft<'a>,
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
    /// Blocks, where the paying bank has an address to stand in them, and sequence A.
    fn head(&mut self, batch: &Batch, bank: Option<Bic>) {
        if let Some(bank) = bank {
            let bank = bank.as_str().get(..8).unwrap_or_default();
            line!(
                self,
                "{{1:F01{bank}AXXX0000000000}}{{2:I101{bank}XXXXN}}{{4:"
            );
        }
        line!(self, ":20:{}", file_reference(batch));
        line!(self, ":28D:1/1");
        line!(self, ":50H:/{}", batch.debit_account);
        self.draft
            .owner(&batch.owner, EmptyLines::LeftOut, &mut self.lines);
        self.lines_as("");
        line!(self, ":30:{}", swift::write_date(batch.date));
    }

    fn transfer(&mut self, transfer: &'a Transfer) {
        self.draft.amount(transfer);
        let bank = payee_bank(transfer, &mut self.draft);
        let amount = self.draft.swift_amount(transfer);
        let reference = self.draft.reference(REFERENCE, &mut self.references);
        line!(self, ":21:{reference}");
        line!(self, ":32B:{amount}");
        if let Some(bank) = bank {
            line!(self, ":57A:{bank}");
        }
        line!(self, ":59:/{}", transfer.payee_account);
        self.draft
            .payee(&transfer.payee, EmptyLines::LeftOut, &mut self.lines);
        self.lines_as("");
        self.draft.title(transfer, &mut self.lines);
        self.lines_as(":70:");
        let elsewhere = transfer
            .abroad
            .country
            .filter(|country| Some(*country) != country_of(&transfer.payee_account));
        if let Some(country) = elsewhere {
            line!(self, ":77B:{RESIDENCE}{country}");
        }
        line!(self, ":71A:{}", charges_word(charges(transfer)));
    }

    fn lines_as(&mut self, tag: &str) {
        self.out.push_str(tag);
        self.lines.join_into("\r\n", &mut self.out);
        self.out.push_str("\r\n");
    }
}

fn charges_word(charges: Charges) -> &'static str {
    CHARGES
        .iter()
        .find(|(_, one)| *one == charges)
        .map_or("SHA", |(word, _)| word)
}

//! A batch of transfers to the bytes of an Elixir-0 file.

use kantor_model::{Batch, Transfer};

use super::line::{Line, write_line};
use super::profile::Profile;
use crate::transfers::{
    Draft, EmptyLines, Lines, TransferFormat, Unwritable, WriteProblem, Written,
};

/// How long a line is, about: room is made for the whole file at once.
const USUAL_LINE: usize = 256;

/// Writes the batch as the profile wants it. Looks at everything first: either the whole file is
/// written or none of it.
///
/// # Errors
/// [`Unwritable`] with every problem of the batch: another currency than PLN, an amount that is not
/// more than zero, an account that is not Polish, an empty name or title, a title that does not fit,
/// the same payment twice, more transfers than the bank takes in a file.
pub fn write(batch: &Batch, profile: &Profile) -> Result<Written, Unwritable> {
    let rules = profile.text_rules();
    let mut draft = Draft::new(TransferFormat::Elixir0, &rules);
    draft.look_at(batch, (1000, 9999), profile.max_transfers);
    let payer = batch.debit_account.nrb().unwrap_or_else(|| {
        draft.problem(WriteProblem::PayerNotPolish {
            format: TransferFormat::Elixir0,
            account: batch.debit_account,
        });
        ""
    });
    let date = batch.date;
    let date = format!("{:04}{:02}{:02}", date.year(), date.month(), date.day());
    let mut lines = Lines::default();
    draft.owner(&batch.owner, EmptyLines::Kept, &mut lines);
    let mut owner = String::new();
    lines.join_into("|", &mut owner);

    let mut out = String::with_capacity(USUAL_LINE * batch.transfers.len());
    let (mut name, mut title) = (Lines::default(), Lines::default());
    for (index, transfer) in batch.transfers.iter().enumerate() {
        draft.turn_to(index + 1, transfer);
        draft.amount(transfer);
        let payee = payee(transfer, &mut draft);
        draft.payee(&transfer.payee, EmptyLines::Kept, &mut name);
        draft.title(transfer, &mut title);
        let line = Line {
            date: &date,
            grosze: transfer.amount.minor(),
            payer,
            payee,
            owner: &owner,
            name: &name,
            title: &title,
            sixteen: profile.sixteen_fields,
        };
        write_line(&line, &mut out);
    }
    draft.finish(out)
}

/// The 26 digits of the payee's account; empty, and a problem, where it is not Polish.
fn payee<'t>(transfer: &'t Transfer, draft: &mut Draft<'_>) -> &'t str {
    transfer.payee_account.nrb().unwrap_or_else(|| {
        let at = draft.at();
        draft.problem(WriteProblem::PayeeNotPolish {
            at,
            format: TransferFormat::Elixir0,
            account: transfer.payee_account,
        });
        ""
    })
}

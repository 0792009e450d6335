//! Archived statement files, read again today.

use kantor_engine::{Digest, Event, StatementBooking};
use kantor_model::{EntryStatus, Statement};
use kantor_store::View;

use super::{Disagreement, PAGE, wrong};
use crate::entry_form::BankLine;

/// Reads raw statement bytes again: what stands in them, or why that cannot be said.
pub type Reread<'r> = dyn Fn(&[u8]) -> Result<Vec<Statement>, String> + 'r;

/// Reads every archived statement file again and compares it with the booked rows. Answers how
/// many statements were compared; names the first that reads differently today.
pub fn verify_reading(view: &dyn View, reread: &Reread<'_>) -> Result<u64, Disagreement> {
    let mut compared = 0;
    let mut after = 0;
    let mut last: Option<(Digest, Vec<Statement>)> = None;
    while after < view.head().seq {
        for record in view
            .records(after, PAGE)
            .map_err(|fault| wrong("log", fault))?
        {
            after = record.seq;
            let recorded = kantor_store::codec::decode(&record)
                .map_err(|error| wrong(format!("event {}", record.seq), error))?;
            let Event::StatementBooked { booking, .. } = recorded.event else {
                continue;
            };
            let fact = || format!("file {} (statement {})", booking.file, booking.statement);
            if last.as_ref().is_none_or(|(file, _)| *file != booking.file) {
                let mut bytes = Vec::new();
                view.copy_file(&booking.file, &mut bytes)
                    .map_err(|error| wrong(fact(), error))?;
                let statements = reread(&bytes).map_err(|why| wrong(fact(), why))?;
                last = Some((booking.file, statements));
            }
            let index = booking.index as usize;
            let statement = last
                .as_ref()
                .and_then(|(_, statements)| statements.get(index))
                .ok_or_else(|| wrong(fact(), "the statement is not in the file any more"))?;
            compare_rows(view, &booking, statement, fact)?;
            compared += 1;
        }
    }
    Ok(compared)
}

fn compare_rows(
    view: &dyn View,
    booking: &StatementBooking,
    statement: &Statement,
    fact: impl Fn() -> String,
) -> Result<(), Disagreement> {
    let count = usize::try_from(booking.new).unwrap_or(usize::MAX);
    let rows = view
        .staged_rows(&booking.rows, booking.known, count)
        .map_err(|fault| wrong(fact(), fault))?;
    let known = usize::try_from(booking.known).unwrap_or(usize::MAX);
    let booked = statement
        .entries
        .iter()
        .filter(|entry| entry.status == EntryStatus::Booked)
        .skip(known);
    let lines: Vec<_> = booked.collect();
    if lines.len() != rows.len() {
        let what = format!(
            "it reads as {} new lines, {} are booked",
            lines.len(),
            rows.len()
        );
        return Err(wrong(fact(), what));
    }
    for (at, (row, entry)) in rows.iter().zip(lines).enumerate() {
        if BankLine::of(entry, row.balance_after).to_row() != *row {
            let ordinal = booking.after + booking.known + at as u64 + 1;
            let what = format!(
                "line {}/{ordinal} reads differently today (line {} of the file)",
                booking.account, entry.place.line
            );
            return Err(wrong(fact(), what));
        }
    }
    Ok(())
}

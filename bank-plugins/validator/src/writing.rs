//! Checks of what a pack writes.

use kantor_model::{Batch, Format};
use kantor_parsers::transfers::Read;
use kantor_parsers::transfers::TransferFormat;
use kantor_plugin_host::{PackError, WritableFormat, Written};

use crate::examine::{Case, End, Making, Step, words};
use crate::report::Failure;
use crate::samples::{Order, orders};

fn formats(making: &Making<'_>) -> Step<Vec<WritableFormat>> {
    let writes = making.session.facts().writes.clone();
    if writes.is_empty() {
        return Err(End::DoesNotApply("the pack writes no transfers"));
    }
    Ok(writes)
}

fn name(format: &WritableFormat, order: &Order) -> String {
    format!("{}: {}", format.format, order.name)
}

fn failed(case: &str, what: impl Into<String>) -> End {
    End::Failed(Failure {
        case: case.to_owned(),
        what: what.into(),
        bytes: None,
    })
}

/// What came of an order: a file, or the reasons why there is none. Everything else fails.
fn write(
    making: &mut Making<'_>,
    format: &WritableFormat,
    order: &Order,
) -> Step<Result<Written, Vec<String>>> {
    making.cases += 1;
    match making.session.write(&format.format, &order.batch) {
        Ok(written) => Ok(Ok(written)),
        Err(PackError::Refused { complaints, .. }) => {
            Ok(Err(complaints.into_iter().map(|it| it.message).collect()))
        }
        Err(error) => Err(failed(&name(format, order), words(&error))),
    }
}

pub(crate) fn writes_the_same(making: &mut Making<'_>) -> Step {
    for format in formats(making)? {
        let all = orders(&format);
        let mut first = Vec::new();
        for order in &all {
            let written = write(making, &format, order)?;
            first.push(written);
        }
        // A bank may want only some kinds of transfers in a format, but it wants some.
        if let Some((order, reasons)) = refused_altogether(&all, &first) {
            return Err(failed(
                &name(&format, order),
                format!("is refused, and so is every other plain order: {reasons}"),
            ));
        }
        // In the other order, so that each is written after something else than before.
        for (order, first) in all.iter().zip(&first).rev() {
            if write(making, &format, order)? != *first {
                return Err(failed(
                    &name(&format, order),
                    "is written otherwise the second time",
                ));
            }
        }
    }
    Ok(())
}

/// The first plain order and why it is refused, when all plain orders are.
fn refused_altogether<'o>(
    all: &'o [Order],
    written: &[Result<Written, Vec<String>>],
) -> Option<(&'o Order, String)> {
    let mut plain = all.iter().zip(written).filter(|(order, _)| order.plain);
    let (order, first) = plain.clone().next()?;
    let reasons = first.as_ref().err()?.join("; ");
    plain
        .all(|(_, written)| written.is_err())
        .then_some((order, reasons))
}

/// What reads a format of transfer files, where we have a reader of it.
fn reader(format: &str) -> Option<fn(&[u8]) -> Read> {
    match TransferFormat::from_name(format)? {
        TransferFormat::Elixir0 => Some(|bytes| kantor_parsers::elixir0::read(bytes, None)),
        TransferFormat::Pain001V03 | TransferFormat::Pain001V09 => {
            Some(|bytes| kantor_parsers::pain001::read(bytes, None).read)
        }
        TransferFormat::Pla => Some(|bytes| kantor_parsers::pla::read(bytes, None)),
        TransferFormat::Mt101 => Some(|bytes| kantor_parsers::mt101::read(bytes, None)),
    }
}

pub(crate) fn round_trip(making: &mut Making<'_>) -> Step {
    let mut read_back = 0;
    for format in formats(making)? {
        for order in orders(&format) {
            let Ok(written) = write(making, &format, &order)? else {
                continue;
            };
            let name = name(&format, &order);
            let case = Case {
                name: &name,
                bytes: &written.bytes,
            };
            if let Some(read) = reader(&format.format) {
                came_back(case, &order, &read(case.bytes))?;
            } else if !read_by_itself(making, case, &order.batch)? {
                continue;
            }
            read_back += 1;
        }
    }
    if read_back == 0 {
        return Err(End::DoesNotApply(
            "nothing reads the formats that it writes",
        ));
    }
    Ok(())
}

/// What a reader makes of the written file, against the order.
fn came_back(case: Case<'_>, order: &Order, read: &Read) -> Step {
    let transfers = &order.batch.transfers;
    if read.orders.len() != transfers.len() {
        return Err(case.failed(format!(
            "{} transfers were ordered and {} come back",
            transfers.len(),
            read.orders.len()
        )));
    }
    for (number, (asked, found)) in transfers.iter().zip(&read.orders).enumerate() {
        let wrong = |what: &str| Err(case.failed(format!("transfer {}: {what}", number + 1)));
        let account = |account: &kantor_model::AccountNumber| account.iban();
        if found.amount != asked.amount {
            return wrong("another amount comes back");
        }
        if account(&found.payee_account) != Some(asked.payee_account)
            || account(&found.debit_account) != Some(order.batch.debit_account)
        {
            return wrong("another account comes back");
        }
        if found.date != order.batch.date {
            return wrong("another day comes back");
        }
        if found.title.trim().is_empty() || found.payee.name.trim().is_empty() {
            return wrong("a text was emptied");
        }
        if order.plain && (found.title != asked.title || found.payee.name != asked.payee.name) {
            return wrong("another text comes back");
        }
    }
    Ok(())
}

/// Where the pack itself reads what it writes, as a statement: the sum of the orders leaves.
fn read_by_itself(making: &mut Making<'_>, case: Case<'_>, batch: &Batch) -> Step<bool> {
    if making.session.facts().reads.is_empty() {
        return Ok(false);
    }
    let found = making
        .session
        .recognise(case.bytes)
        .map_err(|error| case.failed(words(&error)))?;
    if found
        .format
        .as_deref()
        .and_then(Format::from_name)
        .is_none()
    {
        return Ok(false);
    }
    let collected = making.read_whole(case)?.collected();
    let entries: Vec<i64> = collected
        .statements
        .iter()
        .flat_map(|statement| {
            statement
                .entries
                .iter()
                .map(|entry| entry.amount.minor().abs())
        })
        .collect();
    let asked: Vec<i64> = batch
        .transfers
        .iter()
        .map(|transfer| transfer.amount.minor())
        .collect();
    if entries != asked {
        return Err(case.failed("the pack reads other amounts from its file than were ordered"));
    }
    Ok(true)
}

//! Checks of what a pack makes of files that are not as they should be.

use kantor_model::{Balance, Collected, Money, Statement};
use kantor_plugin_sdk::corpus::contradiction;

use crate::alter::{Numbers, charsets, cuts, noise as noisy, other_digit, random};
use crate::examine::{Case, End, Making, Step};
use crate::reading::{case_of, reads, with_corpus};
use crate::record::Records;

/// How many cases a check of changed files makes, over all files.
const MANY: usize = 800;
/// The least for one file.
const SOME: usize = 40;

fn share(files: usize) -> usize {
    (MANY / files.max(1)).max(SOME)
}

pub(crate) fn truncation(making: &mut Making<'_>) -> Step {
    with_corpus(making)?;
    let subject = making.subject;
    // The smallest file is cut at every byte, whatever the others leave.
    let smallest = subject.corpus.iter().map(|file| file.bytes.len()).min();
    for file in &subject.corpus {
        let whole = making.read_whole(case_of(file))?.collected();
        let length = file.bytes.len();
        let most = match smallest {
            Some(smallest) if smallest == length => length.min(3 * MANY),
            Some(_) | None => share(subject.corpus.len()),
        };
        for at in cuts(length, most) {
            let name = format!("{} cut after {at} of {length} bytes", file.name);
            let case = Case {
                name: &name,
                bytes: file.bytes.get(..at).unwrap_or_default(),
            };
            let cut = making.read_whole(case)?.collected();
            if let Some(wrong) = contradiction(&cut, &whole) {
                return Err(case.failed(wrong));
            }
        }
    }
    Ok(())
}

/// Whether a statement has the money of another: the same entries, and no balance that is
/// different. A balance may be missing, where somebody complains.
fn agrees(one: &Statement, other: &Statement, complained: bool) -> bool {
    let amounts = |statement: &Statement| -> Vec<Money> {
        statement.entries.iter().map(|entry| entry.amount).collect()
    };
    let balance = |one: Option<Balance>, other: Option<Balance>| match (one, other) {
        (None, Some(_)) => complained,
        (one, other) => one.map(|it| it.amount) == other.map(|it| it.amount),
    };
    amounts(one) == amounts(other)
        && balance(one.head.opening, other.head.opening)
        && balance(one.foot.closing, other.foot.closing)
}

pub(crate) fn charset(making: &mut Making<'_>) -> Step {
    with_corpus(making)?;
    let subject = making.subject;
    for file in &subject.corpus {
        let whole = making.read_whole(case_of(file))?.collected();
        for (kind, bytes) in charsets(&file.bytes) {
            let name = format!("{}, {kind}", file.name);
            let case = Case {
                name: &name,
                bytes: &bytes,
            };
            let records = making.read_whole(case)?;
            if records.has_fatal() {
                continue;
            }
            let complained = records.complaints().next().is_some();
            let known = |one: &Statement| {
                let mut all = whole.statements.iter();
                all.any(|other| agrees(one, other, complained))
            };
            if !records.collected().statements.iter().all(known) {
                return Err(case.failed(
                    "is read without a fatal complaint, with other amounts than the file has",
                ));
            }
        }
    }
    Ok(())
}

/// A line longer than any that a bank writes.
const HUGE: usize = 1 << 20;

pub(crate) fn huge_line(making: &mut Making<'_>) -> Step {
    reads(making)?;
    let subject = making.subject;
    let heads = subject.good().take(2).map(|file| {
        let half = file.bytes.len() / 2;
        (
            file.name.as_str(),
            file.bytes.get(..half).unwrap_or_default(),
        )
    });
    for (name, head) in std::iter::once(("nothing", b"".as_slice())).chain(heads) {
        for (what, byte) in [
            ("letters", b'A'),
            ("digits", b'7'),
            ("signs", b'<'),
            ("zeros", 0),
        ] {
            let name = format!("{name} and then 1 MiB of {what} on one line");
            let bytes = [head, &vec![byte; HUGE]].concat();
            let case = Case {
                name: &name,
                bytes: &bytes,
            };
            let records = making.read_whole(case)?;
            if !records.has_fatal() && !records.collected().statements.is_empty() {
                return Err(case.failed("is read as a whole statement without a fatal complaint"));
            }
        }
    }
    Ok(())
}

pub(crate) fn noise(making: &mut Making<'_>) -> Step {
    reads(making)?;
    let subject = making.subject;
    for seed in 0..50 {
        let mut numbers = Numbers::of("random", seed);
        let length = numbers.below(2048);
        let bytes = random(length, &mut numbers);
        let name = format!("{length} random bytes, seed {seed}");
        making.read_whole(Case {
            name: &name,
            bytes: &bytes,
        })?;
    }
    for file in &subject.corpus {
        for seed in 0..share(subject.corpus.len()) as u64 {
            let name = format!("{} with noise, seed {seed}", file.name);
            let bytes = noisy(&file.bytes, &mut Numbers::of(&file.name, seed));
            making.read_whole(Case {
                name: &name,
                bytes: &bytes,
            })?;
        }
    }
    Ok(())
}

/// Statements that tell both balances; the first that does not add up, when nobody complains.
fn balanced(case: Case<'_>, records: &Records) -> Step<usize> {
    let Collected {
        statements,
        complaints,
    } = records.collected();
    let mut told = 0;
    for statement in &statements {
        let Ok(Some(rest)) = statement.difference() else {
            continue;
        };
        told += 1;
        if !rest.is_zero() && complaints.is_empty() {
            return Err(case.failed(format!(
                "the closing balance of statement {} has {rest} that no entry explains, and \
                 nothing is complained about",
                statement
                    .head
                    .number
                    .as_deref()
                    .unwrap_or("without a number")
            )));
        }
    }
    Ok(told)
}

pub(crate) fn balances(making: &mut Making<'_>) -> Step {
    with_corpus(making)?;
    let subject = making.subject;
    let mut told = 0;
    for file in &subject.corpus {
        let records = making.read_whole(case_of(file))?;
        told += balanced(case_of(file), &records)?;
        let length = file.bytes.len();
        for from in cuts(length, share(subject.corpus.len()) / 4) {
            let Some(bytes) = other_digit(&file.bytes, from) else {
                continue;
            };
            let name = format!("{} with another digit at or after byte {from}", file.name);
            let case = Case {
                name: &name,
                bytes: &bytes,
            };
            let records = making.read_whole(case)?;
            told += balanced(case, &records)?;
        }
    }
    if told == 0 {
        return Err(End::DoesNotApply(
            "no file of the corpus tells both balances",
        ));
    }
    Ok(())
}

//! Checks of what a pack says of itself, and of what it reads from its own files.

use kantor_model::{Currency, Format, Severity};
use kantor_plugin_host::{Confidence, Way};
use kantor_plugin_sdk::told::{difference, told};

use crate::examine::{Case, End, Making, Manners, Step, words};
use crate::record::Records;
use crate::report::Failure;
use crate::samples::FOREIGN;
use crate::subject::Subject;

const NO_FILES: &str = "the pack brings no files; name their folder with --corpus";

/// The pack reads statements, and there are files of its own to look at.
pub(crate) fn with_corpus(making: &Making<'_>) -> Step {
    reads(making)?;
    if making.subject.good().next().is_none() {
        return Err(End::NotMade(NO_FILES.to_owned()));
    }
    Ok(())
}

pub(crate) fn reads(making: &Making<'_>) -> Step {
    if making.session.facts().reads.is_empty() {
        return Err(End::DoesNotApply("the pack reads no statements"));
    }
    Ok(())
}

pub(crate) fn case_of(file: &kantor_plugin_sdk::corpus::File) -> Case<'_> {
    Case {
        name: &file.name,
        bytes: &file.bytes,
    }
}

fn failed(case: &str, what: impl Into<String>) -> End {
    End::Failed(Failure {
        case: case.to_owned(),
        what: what.into(),
        bytes: None,
    })
}

pub(crate) fn description(making: &mut Making<'_>) -> Step {
    let facts = making.session.facts().clone();
    let mut check = |case: &str, holds: bool, what: &str| {
        making.cases += 1;
        if holds {
            Ok(())
        } else {
            Err(failed(case, what))
        }
    };
    let said = |text: &str| !text.trim().is_empty() && !text.contains(char::is_control);
    check(
        "the name",
        said(&facts.name),
        "there is none, or it cannot be shown",
    )?;
    let begins = facts.version.starts_with(|c: char| c.is_ascii_digit());
    let parts = facts.version.split('.').count();
    check(
        "the version",
        begins && parts >= 2 && said(&facts.version),
        "it is no version like 1.2.0; it is stored with each statement and has to sort",
    )?;
    check("the banks", !facts.banks.is_empty(), "it names none")?;
    for bank in &facts.banks {
        let fits = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-');
        check(
            bank,
            bank.bytes().all(fits),
            "is no id of a bank: a-z, digits, dot and dash",
        )?;
    }
    for format in &facts.reads {
        check(
            format,
            Format::from_name(format).is_some(),
            "is no format of statements that this version knows",
        )?;
    }
    for format in &facts.writes {
        let known = |code: &String| Currency::from_code(code).is_ok();
        check(
            &format.format,
            !format.currencies.is_empty() && format.currencies.iter().all(known),
            "carries no currency, or one that this version does not know",
        )?;
        let plain = |text: &str| said(text) && !text.contains(['/', '\\', ' ']);
        check(
            &format.format,
            plain(&format.format) && plain(&format.extension) && !format.extension.contains('.'),
            "has a name or an extension that is no plain word",
        )?;
    }
    let mut all: Vec<&str> = facts.reads.iter().map(String::as_str).collect();
    all.extend(facts.writes.iter().map(|format| format.format.as_str()));
    let count = all.len();
    all.sort_unstable();
    all.dedup();
    check("the formats", all.len() == count, "one is named twice")?;
    if let Some(manifest) = &making.subject.manifest {
        making.cases += 1;
        let library = &making.subject.library;
        let folder = library.parent().unwrap_or(library);
        let holds = manifest
            .check_library(library)
            .and_then(|()| manifest.check_facts(folder, &facts));
        holds.map_err(|error| failed("the manifest", error.to_string()))?;
    }
    Ok(())
}

pub(crate) fn corpus(making: &mut Making<'_>) -> Step {
    with_corpus(making)?;
    let subject = making.subject;
    for file in &subject.corpus {
        let case = case_of(file);
        let records = making.read_whole(case)?;
        let found = told(&records.collected());
        if making.accept {
            std::fs::write(&file.expected, &found)
                .map_err(|error| case.failed(format!("cannot be written down: {error}")))?;
            continue;
        }
        let expected = Subject::expected(file).map_err(|what| case.failed(what))?;
        if let Some(difference) = difference(&found, &expected) {
            return Err(case.failed(difference));
        }
        if !file.is_broken() && records.has_fatal() {
            return Err(case.failed(
                "has a fatal complaint; a file that is not to be trusted belongs to corpus/broken",
            ));
        }
    }
    Ok(())
}

pub(crate) fn knows_its_own(making: &mut Making<'_>) -> Step {
    with_corpus(making)?;
    for file in making.subject.good() {
        let case = case_of(file);
        making.cases += 1;
        let found = making
            .session
            .recognise(case.bytes)
            .map_err(|error| case.failed(words(&error)))?;
        if found.confidence == Confidence::None {
            return Err(case.failed(format!("is not recognised: {}", found.why)));
        }
        let offered = |format: &String| making.session.facts().reads.contains(format);
        if !found.format.as_ref().is_some_and(offered) {
            return Err(case.failed(format!(
                "is recognised as {:?}, which is none of the formats that the pack reads",
                found.format.unwrap_or_default()
            )));
        }
    }
    Ok(())
}

pub(crate) fn leaves_others(making: &mut Making<'_>) -> Step {
    reads(making)?;
    let reads = making.session.facts().reads.clone();
    let mut check = |case: Case<'_>, most: Confidence| {
        making.cases += 1;
        let found = making
            .session
            .recognise(case.bytes)
            .map_err(|error| case.failed(words(&error)))?;
        if found.confidence > most {
            return Err(case.failed(format!(
                "is claimed ({}) and may be {} at most: {}",
                found.confidence.name(),
                most.name(),
                found.why
            )));
        }
        Ok(())
    };
    for foreign in FOREIGN {
        let its = |format: &str| reads.iter().any(|own| own == format);
        let most = if foreign.format.is_some_and(its) {
            Confidence::Generic
        } else {
            Confidence::None
        };
        let case = Case {
            name: foreign.name,
            bytes: foreign.bytes,
        };
        check(case, most)?;
    }
    for other in &making.subject.others {
        let case = Case {
            name: &other.name,
            bytes: &other.bytes,
        };
        check(case, Confidence::Generic)?;
    }
    Ok(())
}

/// A second reading against the first.
fn same(case: Case<'_>, found: &Records, first: &Records) -> Step {
    match found.difference(first) {
        Some(difference) => Err(case.failed(difference)),
        None => Ok(()),
    }
}

pub(crate) fn repeats(making: &mut Making<'_>) -> Step {
    with_corpus(making)?;
    let subject = making.subject;
    let mut first = Vec::new();
    for file in &subject.corpus {
        first.push(making.read_whole(case_of(file))?);
    }
    // In the other order, so that each is read after something else than before.
    for (file, first) in subject.corpus.iter().zip(&first).rev() {
        for _ in 0..3 {
            let again = making.read_whole(case_of(file))?;
            same(case_of(file), &again, first)?;
        }
    }
    Ok(())
}

pub(crate) fn pieces(making: &mut Making<'_>) -> Step {
    with_corpus(making)?;
    let subject = making.subject;
    for file in &subject.corpus {
        let whole = making.read_whole(case_of(file))?;
        for piece in [1, 2, 3, 5, 7, 64, 1000, 4096] {
            let name = format!("{} in pieces of {piece} bytes", file.name);
            let case = Case {
                name: &name,
                bytes: &file.bytes,
            };
            let way = Way {
                piece,
                ..Way::WHOLE
            };
            let (found, _) = making.read(case, way)?;
            same(case, &found, &whole)?;
        }
    }
    Ok(())
}

pub(crate) fn two_threads(making: &mut Making<'_>) -> Step {
    with_corpus(making)?;
    let subject = making.subject;
    for file in &subject.corpus {
        let case = case_of(file);
        let whole = making.read_whole(case)?;
        for _ in 0..8 {
            making.cases += 1;
            let (mut one, mut other) = (Records::default(), Records::default());
            making
                .session
                .read_twice_at_once(case.bytes, [&mut one, &mut other])
                .map_err(|error| case.failed(words(&error)))?;
            same(case, &one, &whole)?;
            same(case, &other, &whole)?;
        }
    }
    Ok(())
}

pub(crate) fn stop(making: &mut Making<'_>) -> Step {
    with_corpus(making)?;
    let subject = making.subject;
    for file in &subject.corpus {
        let whole = making.read_whole(case_of(file))?;
        let count = whole.all.len();
        let mut at: Vec<usize> = [1, 2, 3, 4, count / 2, count.saturating_sub(1), count]
            .into_iter()
            .filter(|at| (1..=count).contains(at))
            .collect();
        at.sort_unstable();
        at.dedup();
        for at in at {
            let name = format!("{} stopped at record {at} of {count}", file.name);
            let case = Case {
                name: &name,
                bytes: &file.bytes,
            };
            let way = Way {
                stop_at: Some(at as u64),
                ..Way::WHOLE
            };
            let (found, report) = making.read(case, way)?;
            if !report.stopped {
                return Err(case.failed("the pack gave fewer records than before"));
            }
            let until = Records {
                all: whole.all.iter().take(at).cloned().collect(),
            };
            same(case, &found, &until)?;
        }
    }
    Ok(())
}

/// Looks at the complaints of any reading; the check of them tells what was seen.
pub(crate) fn look_at_manners(manners: &mut Manners, case: Case<'_>, records: &Records) {
    for complaint in records.complaints() {
        manners.seen += 1;
        let word = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
        let code = !complaint.code.is_empty() && complaint.code.bytes().all(word);
        let sentence = complaint.message.trim().contains(' ');
        let placed = complaint.severity == Severity::Notice || complaint.place.line > 0;
        if (code && sentence && placed) || manners.bad.is_some() {
            continue;
        }
        manners.bad = Some(Failure {
            case: case.name.to_owned(),
            what: format!(
                "the complaint `{}:{}: {}: {}` lacks a stable code, a sentence, or its place",
                complaint.place.line, complaint.place.column, complaint.code, complaint.message
            ),
            bytes: Some(case.bytes.to_vec()),
        });
    }
}

pub(crate) fn complaints(making: &mut Making<'_>) -> Step {
    reads(making)?;
    let subject = making.subject;
    let broken = subject.corpus.iter().map(case_of);
    let foreign = FOREIGN.iter().map(|foreign| Case {
        name: foreign.name,
        bytes: foreign.bytes,
    });
    for case in broken.chain(foreign) {
        making.read_whole(case)?;
    }
    making.cases = making.manners.seen;
    match making.manners.bad.take() {
        Some(failure) => Err(End::Failed(failure)),
        None if making.cases == 0 => Err(failed(
            FOREIGN.first().map_or("", |foreign| foreign.name),
            "nothing at all is complained about, whatever is read",
        )),
        None => Ok(()),
    }
}

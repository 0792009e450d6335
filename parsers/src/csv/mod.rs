//! Tables of comma separated values, each bank's own ([`CsvProfile`]).
//!
//! ```text
//! first bytes ──choose──> one layout: its line of columns found by name, or its cells by their look
//! records ──rows──> money and days read at once, texts kept as they are
//!         ──held──> the order proven by balances and days, the own account of each row
//!         ──told──> statements as they happened, the oldest entry first
//! ```
//!
//! Rows are held up to a bound (`held::LIMITS`), because most banks put the last one first. A
//! longer file whose first row is the oldest is told as it comes.

mod accounts;
mod complaints;
mod held;
mod layout;
mod order;
mod profile;
mod reader;
mod records;
mod row;
mod teller;
mod texts;
mod told;
mod unquoted;
mod value;

use kantor_model::{Format, StatementSink};

pub use profile::{
    Column, Columns, CsvProfile, Fact, FactKind, Keyed, Look, Order, Pending, Records, Shape,
    Texts, Unquoted,
};
pub use value::{DateForm, Mark};

use crate::charset::Charset;
use crate::profile::Profile;
use crate::recognise::Probe;
use crate::source::ByteSource;
use crate::statement::{Counted, Halt, Options};
use layout::{Beginning, Fit, look};

/// What is to be done with a file.
pub(crate) enum Chosen<'p> {
    /// One layout fits.
    Fits(Box<Choice<'p>>),
    /// Several do: their names.
    Several(Vec<String>),
    /// None of the named bank's does: the one that comes nearest, the line, and what it lacks.
    Lacks(&'p CsvProfile, u32, Vec<String>),
    /// The named bank has none.
    Without,
}

/// A layout that fits a file.
pub(crate) struct Choice<'p> {
    bank: &'p str,
    profile: &'p CsvProfile,
    fit: Fit,
}

impl Choice<'_> {
    fn why(&self) -> String {
        let layout = &self.profile.layout;
        match self.fit.line {
            0 => format!("CSV, {layout}: the cells of its first lines look like it"),
            line => format!("CSV, {layout}: line {line} names its columns"),
        }
    }
}

fn fitting<'p>(profiles: &'p [Profile], head: &[u8], named: bool) -> Vec<Choice<'p>> {
    let mut beginning = Beginning::of(head);
    let mut found = Vec::new();
    for bank in profiles {
        for profile in bank.csv.iter().filter(|csv| named || !csv.named_only) {
            if let Some(fit) = look(profile, &mut beginning) {
                found.push(Choice {
                    bank: &bank.id,
                    profile,
                    fit,
                });
            }
        }
    }
    found
}

/// Every layout that fits the beginning of a file; one, unless two banks cannot be told apart. The
/// layouts of the bank whose profile is brought are looked for, too.
pub(crate) fn probe(head: &[u8], brought: Option<&Profile>) -> Vec<Probe> {
    if !may_be_table(head) {
        return Vec::new();
    }
    let mut found = fitting(Profile::built_in(), head, false);
    let brought = brought.filter(|profile| Profile::of_id(&profile.id).is_none());
    if let Some(profile) = brought {
        found.extend(fitting(std::slice::from_ref(profile), head, false));
    }
    found
        .iter()
        .map(|choice| Probe {
            format: Format::Csv,
            bank: Some(choice.bank.to_owned()),
            why: choice.why(),
        })
        .collect()
}

/// Nothing that begins like XML, a zip archive or UTF-16 is a table.
fn may_be_table(head: &[u8]) -> bool {
    let text = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
    !(text.trim_ascii_start().starts_with(b"<")
        || text.starts_with(b"PK\x03\x04")
        || text.starts_with(b"\xFF\xFE")
        || text.starts_with(b"\xFE\xFF"))
}

/// Whether a file that was not recognised is to be spoken of as a table: it has the look of one.
pub(crate) fn claims(head: &[u8]) -> bool {
    may_be_table(head) && Beginning::of(head).is_table()
}

/// Chooses the layout to read a file with: the named bank's, or the only one that fits.
pub(crate) fn choose<'p>(head: &[u8], named: Option<&'p Profile>) -> Chosen<'p> {
    let named = named.filter(|profile| !profile.csv.is_empty());
    let mut found = match named {
        Some(profile) => fitting(std::slice::from_ref(profile), head, true),
        None => fitting(Profile::built_in(), head, false),
    };
    match (found.len(), named) {
        (1, _) => match found.pop() {
            Some(choice) => Chosen::Fits(Box::new(choice)),
            None => Chosen::Without,
        },
        (0, Some(profile)) => nearest(profile, head),
        (0, None) => Chosen::Without,
        (_, _) => Chosen::Several(
            found
                .iter()
                .map(|choice| format!("{}: {}", choice.bank, choice.profile.layout))
                .collect(),
        ),
    }
}

fn nearest<'p>(bank: &'p Profile, head: &[u8]) -> Chosen<'p> {
    let mut beginning = Beginning::of(head);
    let lacking = bank.csv.iter().map(|profile| {
        let (line, missing) = layout::nearest(profile, &mut beginning);
        (profile, line, missing)
    });
    // A table without a line of columns lacks none that has a name.
    let far = |missing: &Vec<String>| {
        if missing.is_empty() {
            usize::MAX
        } else {
            missing.len()
        }
    };
    match lacking.min_by_key(|(_, _, missing)| far(missing)) {
        Some((profile, line, missing)) => Chosen::Lacks(profile, line, missing),
        None => Chosen::Without,
    }
}

/// Reads a file with what was chosen for it.
pub(crate) fn read<S: ByteSource, K: StatementSink + ?Sized>(
    source: &mut S,
    chosen: Chosen<'_>,
    options: Options<'_>,
    sink: &mut Counted<'_, K>,
) -> Result<Charset, Halt> {
    reader::read(source, chosen, options, sink, held::LIMITS)
}

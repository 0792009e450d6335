//! A file while it is being written: texts as the bank takes them, and everything that stands in
//! the way, collected before anything is given out.

use std::borrow::Cow;

use kantor_model::{Batch, Date, Party, Transfer};

use super::TransferFormat;
use super::problem::{At, Unwritable, WriteProblem};
use super::texts::TextSet;
use super::twice::repeated;
use super::wrap::{NAME_LINES, cut, fits, wrap};
use super::written::{Cut, Respelling, Written};
use crate::text::collapsed;

/// How texts are laid out in a format, in the way of one bank.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct TextRules {
    /// What they may hold.
    pub(crate) set: TextSet,
    /// Characters on a line.
    pub(crate) width: usize,
    /// Lines of a party and of a title.
    pub(crate) lines: usize,
    /// Characters with which no line may begin, because they are grammar there.
    pub(crate) never_first: &'static str,
}

/// The lines of one text, put one behind the other in a buffer that is used again.
#[derive(Default)]
pub(crate) struct Lines {
    text: String,
    ends: Vec<usize>,
}

impl Lines {
    pub(crate) fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
    }

    fn push(&mut self, line: &str) {
        self.text.push_str(line);
        self.ends.push(self.text.len());
    }

    /// Adds empty lines until there are so many.
    fn pad(&mut self, count: usize) {
        while self.ends.len() < count {
            self.ends.push(self.text.len());
        }
    }

    /// Takes empty lines off the end.
    fn trim_end(&mut self) {
        loop {
            let before = self
                .ends
                .len()
                .checked_sub(2)
                .and_then(|at| self.ends.get(at));
            if self.ends.is_empty() || before.copied().unwrap_or(0) != self.text.len() {
                return;
            }
            self.ends.pop();
        }
    }

    /// Takes every empty line out.
    fn without_empty(&mut self) {
        self.ends.dedup();
        if self.ends.first() == Some(&0) {
            self.ends.remove(0);
        }
    }

    /// The lines, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        let mut start = 0;
        self.ends.iter().map(move |end| {
            let line = self.text.get(start..*end).unwrap_or_default();
            start = *end;
            line
        })
    }

    /// Adds the lines to a file, with something between them.
    pub(crate) fn join_into(&self, separator: &str, out: &mut String) {
        for (index, line) in self.iter().enumerate() {
            if index > 0 {
                out.push_str(separator);
            }
            out.push_str(line);
        }
    }
}

/// How a party's empty lines are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum EmptyLines {
    /// The street always stands on the third line and the town on the fourth.
    Kept,
    /// Empty lines are forbidden.
    LeftOut,
}

/// A file that is being written.
pub(crate) struct Draft<'a> {
    format: TransferFormat,
    rules: &'a TextRules,
    line: usize,
    reference: &'a str,
    respelt: Vec<Respelling>,
    cut: Vec<Cut>,
    problems: Vec<WriteProblem>,
}

impl<'a> Draft<'a> {
    pub(crate) fn new(format: TransferFormat, rules: &'a TextRules) -> Draft<'a> {
        Draft {
            format,
            rules,
            line: 1,
            reference: "",
            respelt: Vec::new(),
            cut: Vec::new(),
            problems: Vec::new(),
        }
    }

    /// What every format asks of a whole batch: a day that can be written, at least one transfer
    /// and not too many, and none twice.
    pub(crate) fn look_at(&mut self, batch: &Batch, years: (i16, i16), most: Option<usize>) {
        self.year(batch.date, years);
        let count = batch.transfers.len();
        if count == 0 {
            self.problems.push(WriteProblem::Empty);
        }
        if let Some(limit) = most.filter(|limit| count > *limit) {
            self.problems.push(WriteProblem::TooMany { count, limit });
        }
        for (first, again) in repeated(&batch.transfers) {
            let reference = batch.transfers.get(again).map(|it| it.reference.clone());
            self.problems.push(WriteProblem::Twice {
                at: At {
                    line: again + 1,
                    reference: reference.unwrap_or_default(),
                },
                first: first + 1,
            });
        }
    }

    fn year(&mut self, date: Date, (from, to): (i16, i16)) {
        if !(from..=to).contains(&date.year()) {
            self.problems.push(WriteProblem::Date {
                format: self.format,
                date,
                from,
                to,
            });
        }
    }

    /// What follows is about this transfer.
    pub(crate) fn turn_to(&mut self, line: usize, transfer: &'a Transfer) {
        self.line = line;
        self.reference = &transfer.reference;
    }

    pub(crate) fn format(&self) -> TransferFormat {
        self.format
    }

    /// The reference of the transfer that is being written, as it was given.
    pub(crate) fn reference_as_given(&self) -> &'a str {
        self.reference
    }

    /// The transfer that is being written.
    pub(crate) fn at(&self) -> At {
        At {
            line: self.line,
            reference: self.reference.to_owned(),
        }
    }

    pub(crate) fn problem(&mut self, problem: WriteProblem) {
        self.problems.push(problem);
    }

    /// Looks at the amount: more than zero, in a currency that the format carries.
    pub(crate) fn amount(&mut self, transfer: &Transfer) {
        let currency = transfer.amount.currency();
        if !self.format.carries(currency) {
            self.problems.push(WriteProblem::CurrencyNotCarried {
                at: self.at(),
                format: self.format,
                currency,
            });
        } else if !transfer.amount.is_positive() {
            self.problems.push(WriteProblem::NotPositive {
                at: self.at(),
                amount: transfer.amount.to_string(),
            });
        }
    }

    /// The lines of the title.
    pub(crate) fn title(&mut self, transfer: &Transfer, out: &mut Lines) {
        out.clear();
        let TextRules { width, lines, .. } = *self.rules;
        let text = self.spelt(&transfer.title);
        if text.is_empty() {
            let at = self.at();
            self.problems.push(WriteProblem::TitleMissing { at });
        } else if !self.lay(&text, lines, out) {
            self.problems.push(WriteProblem::TitleTooLong {
                at: self.at(),
                length: text.chars().count(),
                lines,
                width,
            });
        }
    }

    /// The lines of the ordering party.
    pub(crate) fn owner(&mut self, owner: &Party, empty: EmptyLines, out: &mut Lines) {
        self.line = 1;
        if !self.party(owner, empty, out) {
            self.problems.push(WriteProblem::OwnerMissing);
        }
    }

    /// The lines of the payee.
    pub(crate) fn payee(&mut self, payee: &Party, empty: EmptyLines, out: &mut Lines) {
        if !self.party(payee, empty, out) {
            let at = self.at();
            self.problems.push(WriteProblem::PayeeMissing { at });
        }
    }

    /// Two lines of name, one of street, one of town. `false` without a name.
    fn party(&mut self, party: &Party, empty: EmptyLines, out: &mut Lines) -> bool {
        out.clear();
        let name = self.spelt(&party.name);
        if name.is_empty() {
            return false;
        }
        self.lay_or_cut(&name, NAME_LINES, out);
        for (place, text) in [(2, &party.street), (3, &party.city)] {
            out.pad(place);
            let text = self.spelt(text);
            self.lay_or_cut(&text, 1, out);
        }
        match empty {
            EmptyLines::Kept => out.trim_end(),
            EmptyLines::LeftOut => out.without_empty(),
        }
        true
    }

    /// The text with single spaces and only characters that the bank takes.
    pub(crate) fn spelt<'t>(&mut self, text: &'t str) -> Cow<'t, str> {
        let set = &self.rules.set;
        if set.takes(text) {
            return Cow::Borrowed(text);
        }
        let text = collapsed(text);
        let mut out = String::with_capacity(text.len());
        for character in text.chars() {
            if set.allows(character) {
                out.push(character);
                continue;
            }
            let written = set.stand_in(character);
            out.push_str(written);
            self.respelt.push(Respelling {
                line: self.line,
                character,
                written,
            });
        }
        Cow::Owned(collapsed(&out))
    }

    /// Adds the text as at most so many lines; `false` when it does not fit.
    fn lay(&mut self, text: &str, lines: usize, out: &mut Lines) -> bool {
        let width = self.rules.width;
        if fits(text, width) {
            self.push_line(text, out);
            return true;
        }
        let Some(wrapped) = wrap(text, lines, width) else {
            return false;
        };
        for line in wrapped {
            self.push_line(line, out);
        }
        true
    }

    fn lay_or_cut(&mut self, text: &str, lines: usize, out: &mut Lines) {
        if self.lay(text, lines, out) {
            return;
        }
        let written = cut(text, lines * self.rules.width);
        self.lay(&written, lines, out);
        self.cut.push(Cut {
            line: self.line,
            text: text.to_owned(),
            written,
        });
    }

    /// A line that would begin with grammar begins with a dot instead, and that is told.
    fn push_line(&mut self, line: &str, out: &mut Lines) {
        match line.chars().next() {
            Some(first) if self.rules.never_first.contains(first) => {
                let rest = line.get(first.len_utf8()..).unwrap_or_default();
                self.respelt.push(Respelling {
                    line: self.line,
                    character: first,
                    written: ".",
                });
                out.text.push('.');
                out.push(rest);
            }
            Some(_) | None => out.push(line),
        }
    }

    /// The file, unless something stands in the way of it.
    pub(crate) fn finish(self, text: String) -> Result<Written, Unwritable> {
        let Draft {
            respelt,
            cut,
            mut problems,
            ..
        } = self;
        if problems.is_empty() {
            return Ok(Written {
                bytes: self.rules.set.charset().bytes_of(text),
                respelt,
                cut,
            });
        }
        problems.sort_by_key(WriteProblem::line);
        Err(Unwritable { problems })
    }
}

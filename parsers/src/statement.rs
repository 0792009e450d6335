//! Reading a statement file of whatever format it is.

use kantor_model::{
    Collected, Collector, Complaint, EntryView, Flow, Format, PartView, Severity, StatementFoot,
    StatementHead, StatementSink,
};

use crate::bank_xml;
use crate::camt;
use crate::charset::Charset;
use crate::csv;
use crate::elixir0;
use crate::jpk_wb;
use crate::mt940;
use crate::peeked::Peeked;
use crate::profile::Profile;
use crate::recognise::{Recognition, recognise};
use crate::source::{ByteSource, SourceError};
use crate::zip;

/// What the caller knows better than the file. The default leaves everything to its content.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Options<'a> {
    /// The code page, where a person or the account's settings say it.
    pub charset: Option<Charset>,
    /// Whose statements these are, where a person or a pack says it: the bank that heads name.
    /// How texts are taken apart follows their shape all the same, so that two readings of one
    /// file never differ in an entry.
    pub profile: Option<&'a Profile>,
    /// The account, as a person names it, for files that do not.
    pub account: Option<&'a str>,
    /// Forgive what leaves every amount certain: a missing end mark, a count that does not agree.
    /// What was forgiven is said in a notice.
    pub lenient: bool,
}

/// What was read, in numbers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Outcome {
    /// Statements that came to their end.
    pub statements: u64,
    /// Entries delivered.
    pub entries: u64,
    /// Complaints of severity notice.
    pub notices: u64,
    /// Complaints of severity fatal: something that was read cannot be trusted.
    pub fatal: u64,
    /// The code page that the text was read in.
    pub charset: Charset,
    /// The sink did not want more; the file was not read to its end.
    pub stopped: bool,
}

/// Reads statements from a source and pushes them into a sink, in memory that does not grow with
/// the file. Records depend on the bytes and the options only, never on how the source cuts them.
///
/// The format is told by the first bytes. Whatever is wrong becomes a complaint; a statement with
/// a fatal complaint is begun at most, and never ended. After [`Flow::Stop`] nothing more is pushed.
///
/// # Errors
/// Only when the source itself fails; what was pushed before must not be booked.
pub fn read_statement<S: ByteSource>(
    source: &mut S,
    options: Options<'_>,
    sink: &mut (impl StatementSink + ?Sized),
) -> Result<Outcome, SourceError> {
    let mut source = Peeked::new(source)?;
    let mut sink = Counted::new(sink, options.lenient);
    let recognition = recognise(source.head());
    let read = if zip::is_zip(source.head()) {
        zip::read(&mut source, options, &mut sink)
    } else {
        read_peeked(&mut source, &recognition, options, &mut sink)
    };
    match read.and_then(|charset| sink.finish().map(|()| charset)) {
        Ok(charset) => Ok(sink.outcome(charset)),
        Err(Halt::Stop) => Ok(sink.outcome(recognition.charset)),
        Err(Halt::Source(error)) => Err(error),
    }
}

/// Reads a member of an archive like a file of its own.
pub(crate) fn read_member<S: ByteSource, K: StatementSink + ?Sized>(
    source: &mut S,
    options: Options<'_>,
    sink: &mut Counted<'_, K>,
) -> Result<Charset, Halt> {
    let mut source = Peeked::new(source)?;
    let recognition = recognise(source.head());
    read_peeked(&mut source, &recognition, options, sink)
}

/// Reads a file by the reader of its format, and says which code page it was in.
fn read_peeked<S: ByteSource, K: StatementSink + ?Sized>(
    source: &mut Peeked<'_, S>,
    recognition: &Recognition,
    options: Options<'_>,
    sink: &mut Counted<'_, K>,
) -> Result<Charset, Halt> {
    match recognition.format {
        Some(Format::Mt940 | Format::Mt942 | Format::Mt900 | Format::Mt910) => {
            mt940::read(source, options, sink)
        }
        Some(Format::Elixir0) => elixir0::statement::read(source, options, sink),
        Some(Format::Camt052 | Format::Camt053 | Format::Camt054) => {
            camt::read(source, options, sink)
        }
        Some(Format::Csv) => {
            let chosen = csv::choose(source.head(), options.profile);
            csv::read(source, chosen, options, sink)
        }
        // A table that no layout fits, or more than one: that is what is said of it.
        None if csv::claims(source.head()) => {
            let chosen = csv::choose(source.head(), options.profile);
            csv::read(source, chosen, options, sink)
        }
        Some(Format::BankXml) => bank_xml::read(source, options, sink),
        Some(Format::JpkWb) => jpk_wb::read(source, options, sink),
        // No format: MT940 says what is missing.
        None => match camt::refusal(source.head()) {
            Some(complaint) => sink.complaint(complaint).map(|()| recognition.charset),
            None => mt940::read(source, options, sink),
        },
    }
}

/// Reads a whole file in memory.
///
/// ```
/// let file = b":20:MT940\n:25:/PL61109010140000071219812874\n:28C:1\n\
///     :60F:C261102PLN1000,00\n:62F:C261102PLN1000,00\n-\n";
/// let read = kantor_parsers::parse_all(file);
/// let account = read.statements[0].head.account.as_ref();
/// assert_eq!(account.map(|account| account.as_str()), Some("PL61109010140000071219812874"));
/// assert!(read.complaints.is_empty());
/// ```
pub fn parse_all(bytes: &[u8]) -> Collected {
    parse_all_with(bytes, Options::default())
}

/// Reads a whole file in memory, with what the caller knows.
pub fn parse_all_with(bytes: &[u8], options: Options<'_>) -> Collected {
    let mut source = bytes;
    let mut collector = Collector::new();
    match read_statement(&mut source, options, &mut collector) {
        // A slice never fails.
        Ok(_) | Err(_) => collector.finish(),
    }
}

/// How many complaints of one file are passed on; more would only hide the first ones.
const COMPLAINT_LIMIT: u64 = 1000;

/// The caller's sink, counting, and deaf after it said stop.
pub(crate) struct Counted<'k, K: ?Sized> {
    sink: &'k mut K,
    lenient: bool,
    /// The member of an archive that is read now.
    member: Option<String>,
    stopped: bool,
    statements: u64,
    entries: u64,
    notices: u64,
    fatal: u64,
    left_out: Option<Complaint>,
    left_out_count: u64,
}

/// The sink wants no more, or the source failed.
pub(crate) enum Halt {
    Stop,
    Source(SourceError),
}

impl From<SourceError> for Halt {
    fn from(error: SourceError) -> Halt {
        Halt::Source(error)
    }
}

impl<'k, K: StatementSink + ?Sized> Counted<'k, K> {
    pub(crate) fn new(sink: &'k mut K, lenient: bool) -> Counted<'k, K> {
        Counted {
            sink,
            lenient,
            member: None,
            stopped: false,
            statements: 0,
            entries: 0,
            notices: 0,
            fatal: 0,
            left_out: None,
            left_out_count: 0,
        }
    }

    fn after(&mut self, flow: Flow) -> Result<(), Halt> {
        match flow {
            Flow::Continue => Ok(()),
            Flow::Stop => {
                self.stopped = true;
                Err(Halt::Stop)
            }
        }
    }

    pub(crate) fn begin(&mut self, head: StatementHead) -> Result<(), Halt> {
        let flow = self.sink.begin(head);
        self.after(flow)
    }

    pub(crate) fn part(&mut self, part: &PartView<'_>) -> Result<(), Halt> {
        let flow = self.sink.part(part);
        self.after(flow)
    }

    pub(crate) fn entry(&mut self, entry: &EntryView<'_>) -> Result<(), Halt> {
        self.entries += 1;
        let flow = self.sink.entry(entry);
        self.after(flow)
    }

    pub(crate) fn end(&mut self, foot: StatementFoot) -> Result<(), Halt> {
        self.statements += 1;
        let flow = self.sink.end(foot);
        self.after(flow)
    }

    /// Complaints name this member from now on.
    pub(crate) fn name_member(&mut self, member: Option<String>) {
        self.member = member;
    }

    /// How many statements and complaints there were so far.
    pub(crate) fn found(&self) -> (u64, u64) {
        (self.statements, self.notices + self.fatal)
    }

    pub(crate) fn complaint(&mut self, complaint: Complaint) -> Result<(), Halt> {
        let complaint = match &self.member {
            Some(member) => Complaint {
                message: format!("in {member}: {}", complaint.message),
                ..complaint
            },
            None => complaint,
        };
        match complaint.severity {
            Severity::Notice => self.notices += 1,
            Severity::Fatal => self.fatal += 1,
        }
        if self.notices + self.fatal <= COMPLAINT_LIMIT {
            let flow = self.sink.complaint(complaint);
            return self.after(flow);
        }
        self.left_out_count += 1;
        let worse = self
            .left_out
            .as_ref()
            .is_none_or(|kept| kept.severity < complaint.severity);
        if worse {
            self.left_out = Some(complaint);
        }
        Ok(())
    }

    /// A defect after which every amount is still certain. Strict: a fatal complaint, and `false`:
    /// the statement must not be ended. Lenient: a notice that names what was forgiven, and `true`.
    pub(crate) fn forgivable(&mut self, complaint: Complaint) -> Result<bool, Halt> {
        let severity = if self.lenient {
            Severity::Notice
        } else {
            Severity::Fatal
        };
        let message = if self.lenient {
            format!(
                "{} (forgiven, because the reading is lenient)",
                complaint.message
            )
        } else {
            complaint.message
        };
        self.complaint(Complaint {
            severity,
            message,
            ..complaint
        })?;
        Ok(self.lenient)
    }

    /// Nothing was read, and nothing stood in the way of it.
    pub(crate) fn is_silent(&self) -> bool {
        self.statements == 0 && self.fatal == 0
    }

    /// Says how many complaints were left out.
    pub(crate) fn finish(&mut self) -> Result<(), Halt> {
        let Some(worst) = self.left_out.take() else {
            return Ok(());
        };
        let flow = self.sink.complaint(Complaint {
            place: worst.place,
            code: "complaints-left-out".into(),
            severity: worst.severity,
            message: format!(
                "{} more complaints are left out, the first of the worst of them is {}: {}",
                self.left_out_count, worst.code, worst.message
            ),
            excerpt: worst.excerpt,
        });
        self.after(flow)
    }

    pub(crate) fn outcome(&self, charset: Charset) -> Outcome {
        Outcome {
            statements: self.statements,
            entries: self.entries,
            notices: self.notices,
            fatal: self.fatal,
            charset,
            stopped: self.stopped,
        }
    }
}

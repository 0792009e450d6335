//! Reading a statement file of whatever format it is.

use kantor_model::{Collected, Collector, Complaint, Flow, Severity, StatementSink};

use crate::charset::Charset;
use crate::mt940::{self, Dialect};
use crate::source::{ByteSource, SourceError};

/// What the caller knows better than the file. The default leaves everything to its content.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Options {
    /// The code page, where a person or the account's settings say it.
    pub charset: Option<Charset>,
    /// Whose statements these are, where a person or a pack says it: the bank that heads name.
    /// How texts are taken apart follows their shape all the same, so that two readings of one
    /// file never differ in an entry.
    pub dialect: Option<Dialect>,
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
/// The file is read as MT940, the only statement format so far. Whatever is wrong becomes a
/// complaint; a statement with a fatal complaint is begun at most, and never ended. After
/// [`Flow::Stop`] nothing more is pushed.
///
/// # Errors
/// Only when the source itself fails; what was pushed before must not be booked.
pub fn read_statement<S: ByteSource>(
    source: &mut S,
    options: Options,
    sink: &mut (impl StatementSink + ?Sized),
) -> Result<Outcome, SourceError> {
    mt940::read(source, options, sink)
}

/// Reads a whole file in memory.
///
/// ```
/// let file = b":20:MT940\n:25:/PL61109010140000071219812874\n:28C:1\n\
///     :60F:C261102PLN1000,00\n:62F:C261102PLN1000,00\n-\n";
/// let read = kantor_parsers::parse_all(file);
/// assert_eq!(read.statements[0].head.account.as_str(), "PL61109010140000071219812874");
/// assert!(read.complaints.is_empty());
/// ```
pub fn parse_all(bytes: &[u8]) -> Collected {
    parse_all_with(bytes, Options::default())
}

/// Reads a whole file in memory, with what the caller knows.
pub fn parse_all_with(bytes: &[u8], options: Options) -> Collected {
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
    pub(crate) fn new(sink: &'k mut K) -> Counted<'k, K> {
        Counted {
            sink,
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

    pub(crate) fn begin(&mut self, head: kantor_model::StatementHead) -> Result<(), Halt> {
        let flow = self.sink.begin(head);
        self.after(flow)
    }

    pub(crate) fn entry(&mut self, entry: kantor_model::Entry) -> Result<(), Halt> {
        self.entries += 1;
        let flow = self.sink.entry(entry);
        self.after(flow)
    }

    pub(crate) fn end(&mut self, foot: kantor_model::StatementFoot) -> Result<(), Halt> {
        self.statements += 1;
        let flow = self.sink.end(foot);
        self.after(flow)
    }

    pub(crate) fn complaint(&mut self, complaint: Complaint) -> Result<(), Halt> {
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

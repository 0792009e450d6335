//! Calling a pack that is loaded in this process: lends it a source and a sink, and takes what it
//! gives through every check of the wall.
#![allow(unsafe_code)] // calls foreign code, and is called by it

use std::any::Any;
use std::ffi::c_void;
use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use kantor_model::{Batch, Complaint, Flow, StatementSink};
use kantor_plugin_sdk::abi::{self, Bytes, Text};
use kantor_plugin_sdk::from_abi::{self, Misfit};
use kantor_plugin_sdk::pack::{Hints, Recognition};
use kantor_plugin_sdk::to_abi;
use serde::{Deserialize, Serialize};

use crate::PackLibrary;

/// How a call of a pack ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Answer {
    /// Done.
    Ok,
    /// The file cannot be trusted; a complaint says why.
    Unreadable,
    /// The batch cannot be written; a complaint says why.
    Refused,
    /// We could not give it more.
    SourceFailed,
    /// It met a bug of its own.
    Panicked,
    /// It broke the contract in this way.
    Breach(String),
    /// It named something that we do not know.
    Unknown(String),
}

impl From<Misfit> for Answer {
    fn from(misfit: Misfit) -> Answer {
        match misfit {
            Misfit::Breach { what } => Answer::Breach(what),
            Misfit::Unknown { what } => Answer::Unknown(what),
        }
    }
}

/// Receives the pieces of a written file.
pub(crate) trait PieceSink {
    /// The next bytes.
    fn push(&mut self, piece: &[u8]) -> Flow;
    /// What cannot be written, or was written differently.
    fn complaint(&mut self, complaint: Complaint) -> Flow;
}

/// What went wrong inside the functions that we lend, to be told when the pack has returned.
#[derive(Default)]
struct Lending {
    misfit: Option<Misfit>,
    source: Option<std::io::Error>,
    panic: Option<Box<dyn Any + Send>>,
}

impl Lending {
    /// Runs our side of a lent function: a misfit or a panic of ours becomes `STOP` and is kept,
    /// because nothing may unwind through the pack.
    fn take(&mut self, work: impl FnOnce() -> Result<Flow, Misfit>) -> i32 {
        match catch_unwind(AssertUnwindSafe(work)) {
            Ok(Ok(Flow::Continue)) => return abi::CONTINUE,
            Ok(Ok(Flow::Stop)) => {}
            Ok(Err(misfit)) => self.misfit = self.misfit.take().or(Some(misfit)),
            Err(panic) => self.panic = Some(panic),
        }
        abi::STOP
    }

    /// The answer behind a status, once what happened on our side is told first.
    fn answer(self, status: i32, allowed: &[i32]) -> Result<Answer, std::io::Error> {
        if let Some(panic) = self.panic {
            resume_unwind(panic);
        }
        if let Some(misfit) = self.misfit {
            return Ok(misfit.into());
        }
        if let Some(error) = self.source {
            return Err(error);
        }
        if !allowed.contains(&status) {
            return Ok(Answer::Breach(format!("it answered with status {status}")));
        }
        Ok(match status {
            abi::OK => Answer::Ok,
            abi::UNREADABLE => Answer::Unreadable,
            abi::REFUSED => Answer::Refused,
            abi::SOURCE_FAILED => Answer::SourceFailed,
            abi::PANICKED => Answer::Panicked,
            other => Answer::Breach(format!("it answered with status {other}")),
        })
    }
}

// ---- recognise -----------------------------------------------------------------------------

struct Finding {
    lending: Lending,
    found: Option<Recognition>,
}

unsafe extern "C" fn on_found(context: *mut c_void, found: *const abi::Recognition) {
    // SAFETY: `context` is the `Finding` below, which outlives the call and is used by nobody else.
    let finding = unsafe { &mut *context.cast::<Finding>() };
    let Finding {
        lending,
        found: kept,
    } = finding;
    let _ = lending.take(|| {
        // SAFETY: the pack lends what it found until we return.
        let found = unsafe { from_abi::recognition(found) }?;
        if kept.replace(found).is_some() {
            return Err(Misfit::breach("it called `found` twice"));
        }
        Ok(Flow::Continue)
    });
}

/// Asks what the pack thinks of the head of a file.
pub(crate) fn recognise(pack: &PackLibrary, head: &[u8]) -> (Answer, Recognition) {
    let silent = || Recognition::none("the pack sees none of its signs");
    let Some(recognise) = pack.statements.and_then(|half| half.recognise) else {
        return (
            Answer::Ok,
            Recognition::none("the pack reads no statements"),
        );
    };
    let mut finding = Finding {
        lending: Lending::default(),
        found: None,
    };
    let head = Bytes::of(head);
    let out = abi::RecognitionSink {
        struct_size: abi::size::<abi::RecognitionSink>(),
        reserved: 0,
        context: (&raw mut finding).cast(),
        found: Some(on_found),
    };
    // SAFETY: both arguments outlive the call.
    let status = unsafe { recognise(&raw const head, &raw const out) };
    let answer = finding
        .lending
        .answer(status, &[abi::OK, abi::PANICKED])
        .unwrap_or(Answer::SourceFailed);
    (answer, finding.found.unwrap_or_else(silent))
}

// ---- read ----------------------------------------------------------------------------------

struct Reading<'a> {
    lending: Lending,
    source: &'a mut dyn Read,
    buffer: Vec<u8>,
    sink: &'a mut dyn StatementSink,
}

/// How many bytes are lent at once.
const LENT: usize = 128 * 1024;

unsafe extern "C" fn on_pull(context: *mut c_void, piece: *mut Bytes) -> i32 {
    // SAFETY: `context` is the `Reading` below, which outlives the call and is used by nobody else.
    let reading = unsafe { &mut *context.cast::<Reading<'_>>() };
    let Reading {
        lending,
        source,
        buffer,
        ..
    } = reading;
    if lending.source.is_some() {
        return abi::SOURCE_FAILED;
    }
    let mut got = None;
    let _ = lending.take(|| {
        got = Some(read_some(*source, buffer));
        Ok(Flow::Continue)
    });
    match got {
        Some(Ok(count)) => {
            let lent = Bytes::of(buffer.get(..count).unwrap_or_default());
            if piece.is_null() {
                lending.misfit = Some(Misfit::breach("it pulled into a null pointer"));
                return abi::SOURCE_FAILED;
            }
            // SAFETY: not null, and the pack's own place for one `bank_bytes`.
            unsafe { piece.write(lent) };
            abi::OK
        }
        Some(Err(error)) => {
            lending.source = Some(error);
            abi::SOURCE_FAILED
        }
        None => abi::SOURCE_FAILED,
    }
}

fn read_some(source: &mut dyn Read, buffer: &mut [u8]) -> std::io::Result<usize> {
    loop {
        match source.read(buffer) {
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            other => return other,
        }
    }
}

/// One lent function of the statement sink.
macro_rules! lend {
    ($name:ident, $abi:ident, $convert:path, $method:ident) => {
        unsafe extern "C" fn $name(context: *mut c_void, value: *const abi::$abi) -> i32 {
            // SAFETY: `context` is the `Reading` of the running call, used by nobody else.
            let reading = unsafe { &mut *context.cast::<Reading<'_>>() };
            let Reading { lending, sink, .. } = reading;
            // SAFETY: the pack lends the value until we return.
            lending.take(|| Ok(sink.$method(unsafe { $convert(value) }?)))
        }
    };
}

lend!(on_begin, StatementHead, from_abi::head, begin);
lend!(on_end, StatementFoot, from_abi::foot, end);
lend!(on_complaint, Complaint, from_abi::complaint, complaint);

unsafe extern "C" fn on_entry(context: *mut c_void, value: *const abi::Entry) -> i32 {
    // SAFETY: `context` is the `Reading` of the running call, used by nobody else.
    let reading = unsafe { &mut *context.cast::<Reading<'_>>() };
    let Reading { lending, sink, .. } = reading;
    // SAFETY: the pack lends the value until we return.
    lending.take(|| Ok(sink.entry(&unsafe { from_abi::entry(value) }?)))
}

unsafe extern "C" fn on_part(context: *mut c_void, value: *const abi::Part) -> i32 {
    // SAFETY: as in `on_entry`.
    let reading = unsafe { &mut *context.cast::<Reading<'_>>() };
    let Reading { lending, sink, .. } = reading;
    // SAFETY: the pack lends the value until we return.
    lending.take(|| Ok(sink.part(&unsafe { from_abi::part(value) }?)))
}

/// Lets the pack read a file. The sink must bear anything: order and amounts are not checked here.
///
/// # Errors
/// What our own source said.
pub(crate) fn read(
    pack: &PackLibrary,
    hints: Hints<'_>,
    source: &mut dyn Read,
    sink: &mut dyn StatementSink,
) -> std::io::Result<Answer> {
    let Some(read) = pack.statements.and_then(|half| half.read) else {
        return Ok(Answer::Breach("it reads no statements".to_owned()));
    };
    let mut reading = Reading {
        lending: Lending::default(),
        source,
        buffer: vec![0; LENT],
        sink,
    };
    let context: *mut c_void = (&raw mut reading).cast();
    let source = abi::Source {
        struct_size: abi::size::<abi::Source>(),
        flags: if hints.lenient { abi::LENIENT } else { 0 },
        context,
        pull: Some(on_pull),
        account: Text::of_optional(hints.account),
        charset: Text::of_optional(hints.charset),
    };
    let out = abi::StatementSink {
        struct_size: abi::size::<abi::StatementSink>(),
        reserved: 0,
        context,
        begin: Some(on_begin),
        entry: Some(on_entry),
        end: Some(on_end),
        complaint: Some(on_complaint),
        part: Some(on_part),
    };
    // SAFETY: both arguments outlive the call.
    let status = unsafe { read(&raw const source, &raw const out) };
    let allowed = [abi::OK, abi::UNREADABLE, abi::SOURCE_FAILED, abi::PANICKED];
    reading.lending.answer(status, &allowed)
}

// ---- write ---------------------------------------------------------------------------------

struct Writing<'a> {
    lending: Lending,
    transfers: std::slice::Iter<'a, abi::Transfer>,
    sink: &'a mut dyn PieceSink,
}

unsafe extern "C" fn on_next(context: *mut c_void, transfer: *mut *const abi::Transfer) -> i32 {
    // SAFETY: `context` is the `Writing` below, which outlives the call and is used by nobody else.
    let writing = unsafe { &mut *context.cast::<Writing<'_>>() };
    if transfer.is_null() {
        writing.lending.misfit = Some(Misfit::breach("it asked for a transfer at a null pointer"));
        return abi::SOURCE_FAILED;
    }
    let next = writing
        .transfers
        .next()
        .map_or(std::ptr::null(), std::ptr::from_ref);
    // SAFETY: not null, and the pack's own place for one pointer.
    unsafe { transfer.write(next) };
    abi::OK
}

unsafe extern "C" fn on_push(context: *mut c_void, piece: *const Bytes) -> i32 {
    // SAFETY: as in `on_next`.
    let writing = unsafe { &mut *context.cast::<Writing<'_>>() };
    let Writing { lending, sink, .. } = writing;
    lending.take(|| {
        if piece.is_null() {
            return Err(Misfit::breach("it pushed a null pointer"));
        }
        // SAFETY: not null, and the pack lends the piece until we return.
        let piece = unsafe { (*piece).read("a pushed piece") }?;
        Ok(sink.push(piece))
    })
}

unsafe extern "C" fn on_remark(context: *mut c_void, complaint: *const abi::Complaint) -> i32 {
    // SAFETY: as in `on_next`.
    let writing = unsafe { &mut *context.cast::<Writing<'_>>() };
    let Writing { lending, sink, .. } = writing;
    // SAFETY: the pack lends the complaint until we return.
    lending.take(|| Ok(sink.complaint(unsafe { from_abi::complaint(complaint) }?)))
}

/// Lets the pack write a file.
pub(crate) fn write(
    pack: &PackLibrary,
    format: &str,
    batch: &Batch,
    sink: &mut dyn PieceSink,
) -> Answer {
    let Some(write) = pack.transfers.and_then(|half| half.write) else {
        return Answer::Breach("it writes no transfers".to_owned());
    };
    let transfers: Option<Vec<abi::Transfer>> =
        batch.transfers.iter().map(to_abi::transfer).collect();
    let (Some(transfers), Some(mut lent)) = (transfers, to_abi::batch(batch)) else {
        return Answer::Unknown(
            "a text with a zero character, or one of more than 65536 bytes, in the batch"
                .to_owned(),
        );
    };
    let mut writing = Writing {
        lending: Lending::default(),
        transfers: transfers.iter(),
        sink,
    };
    let context: *mut c_void = (&raw mut writing).cast();
    lent.context = context;
    lent.next = Some(on_next);
    let out = abi::ByteSink {
        struct_size: abi::size::<abi::ByteSink>(),
        reserved: 0,
        context,
        push: Some(on_push),
        complaint: Some(on_remark),
    };
    let format = Text::of(format);
    // SAFETY: all three arguments outlive the call.
    let status = unsafe { write(&raw const format, &raw const lent, &raw const out) };
    let allowed = [abi::OK, abi::REFUSED, abi::SOURCE_FAILED, abi::PANICKED];
    writing
        .lending
        .answer(status, &allowed)
        .unwrap_or(Answer::SourceFailed)
}

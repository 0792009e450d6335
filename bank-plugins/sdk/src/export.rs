//! Makes a library of a [`BankPack`]: the static tables of the header, and the functions behind
//! them. A panic of the pack becomes a status here and never crosses the wall.
#![allow(unsafe_code)] // is called from the other side

use std::any::Any;
use std::ffi::c_void;
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind};

use kantor_model::{Complaint, Place, Severity, StatementSink as _};

use crate::abi::{self, Text};
use crate::from_abi::{self, BatchFault};
use crate::growing::taken;
use crate::guest::{HostSink, Output, Source};
use crate::pack::{BankPack, ReadFault};
use crate::to_abi;

/// The static tables of a pack.
#[derive(Debug)]
pub struct Exported<P>(PhantomData<P>);

impl<P: BankPack> Exported<P> {
    /// What `bank_plugin_entry_v1` returns.
    pub const PLUGIN: &'static abi::Plugin = &abi::Plugin {
        struct_size: abi::size::<abi::Plugin>(),
        reserved: 0,
        id: Text::of(P::ID),
        name: Text::of(P::NAME),
        version: Text::of(P::VERSION),
        build: Text::of(BUILD),
        banks: Text::of(P::BANKS),
        get_extension: Some(get_extension::<P>),
    };

    const STATEMENTS: &'static abi::Statements = &abi::Statements {
        struct_size: abi::size::<abi::Statements>(),
        reserved: 0,
        formats: match P::STATEMENTS {
            Some(half) => Text::of(half.formats),
            None => Text::ABSENT,
        },
        recognise: Some(recognise::<P>),
        read: Some(read::<P>),
    };

    const TRANSFERS: &'static abi::Transfers = &abi::Transfers {
        struct_size: abi::size::<abi::Transfers>(),
        format_count: match P::TRANSFERS {
            Some(half) => half.formats.len() as u32,
            None => 0,
        },
        formats: match P::TRANSFERS {
            Some(half) => half.formats.as_ptr(),
            None => std::ptr::null(),
        },
        write: Some(write::<P>),
    };
}

const BUILD: &str = if cfg!(debug_assertions) {
    concat!("kantor-plugin-sdk ", env!("CARGO_PKG_VERSION"), ", debug")
} else {
    concat!("kantor-plugin-sdk ", env!("CARGO_PKG_VERSION"), ", release")
};

unsafe extern "C" fn get_extension<P: BankPack>(id: *const Text) -> *const c_void {
    if id.is_null() {
        return std::ptr::null();
    }
    // SAFETY: the header lends the id until the return.
    match unsafe { (*id).read("an id") } {
        Ok(Some(abi::STATEMENTS_ID)) if P::STATEMENTS.is_some() => {
            std::ptr::from_ref(Exported::<P>::STATEMENTS).cast()
        }
        Ok(Some(abi::TRANSFERS_ID)) if P::TRANSFERS.is_some() => {
            std::ptr::from_ref(Exported::<P>::TRANSFERS).cast()
        }
        Ok(_) | Err(_) => std::ptr::null(),
    }
}

unsafe extern "C" fn recognise<P: BankPack>(
    head: *const abi::Bytes,
    out: *const abi::RecognitionSink,
) -> i32 {
    // SAFETY: the header lends both arguments until the return.
    let (head, out) = unsafe {
        let Ok(out) = taken(out) else {
            return abi::SOURCE_FAILED;
        };
        let head = if head.is_null() {
            abi::Bytes::of(&[])
        } else {
            *head
        };
        let Ok(head) = head.read("the head of a file") else {
            return abi::SOURCE_FAILED;
        };
        (head, out)
    };
    let (Some(half), Some(found)) = (P::STATEMENTS, out.found) else {
        return abi::OK;
    };
    match guarded(|| (half.recognise)(head)) {
        Ok(recognition) => {
            // SAFETY: the host's function with the host's context.
            to_abi::recognition(&recognition, |lent| unsafe { found(out.context, lent) });
            abi::OK
        }
        Err(_) => abi::PANICKED,
    }
}

unsafe extern "C" fn read<P: BankPack>(
    source: *const abi::Source,
    out: *const abi::StatementSink,
) -> i32 {
    // SAFETY: the header lends both arguments until the return.
    let (mut source, mut sink) = unsafe {
        let (Ok(source), Ok(sink)) = (Source::new(source), HostSink::new(out)) else {
            return abi::SOURCE_FAILED;
        };
        (source, sink)
    };
    let Some(half) = P::STATEMENTS else {
        return abi::OK;
    };
    let outcome = guarded(|| (half.read)(&mut source, &mut sink));
    match outcome {
        Ok(Ok(())) if sink.unreadable => abi::UNREADABLE,
        Ok(Ok(())) => abi::OK,
        Ok(Err(ReadFault::Unreadable)) => abi::UNREADABLE,
        Ok(Err(ReadFault::Source(_))) => abi::SOURCE_FAILED,
        Err(message) => {
            let _ = sink.complaint(panic_complaint(&message));
            abi::PANICKED
        }
    }
}

unsafe extern "C" fn write<P: BankPack>(
    format: *const Text,
    batch: *const abi::Batch,
    out: *const abi::ByteSink,
) -> i32 {
    // SAFETY: the header lends all arguments until the return.
    let (mut output, format, batch) = unsafe {
        let Ok(output) = Output::new(out) else {
            return abi::SOURCE_FAILED;
        };
        let format = if format.is_null() {
            Text::ABSENT
        } else {
            *format
        };
        let Ok(format) = format.read_present("a format") else {
            return abi::SOURCE_FAILED;
        };
        (output, format, from_abi::batch(batch))
    };
    let batch = match batch {
        Ok(batch) => batch,
        Err(BatchFault::SourceFailed) => return abi::SOURCE_FAILED,
        Err(BatchFault::Misfit(misfit)) => {
            let message = format!("this pack cannot take the batch: {misfit}");
            let _ = output.complaint(&fatal("batch-not-understood", message));
            return abi::REFUSED;
        }
    };
    let Some(half) = P::TRANSFERS else {
        return abi::OK;
    };
    match guarded(|| (half.write)(format, &batch, &mut output)) {
        Ok(Ok(())) => abi::OK,
        Ok(Err(refused)) => {
            let _ = output.complaint(&fatal(refused.code, refused.message));
            abi::REFUSED
        }
        Err(message) => {
            let _ = output.complaint(&panic_complaint(&message));
            abi::PANICKED
        }
    }
}

fn fatal(code: &'static str, message: String) -> Complaint {
    Complaint {
        place: Place::default(),
        code: code.into(),
        severity: Severity::Fatal,
        message,
        excerpt: String::new(),
    }
}

fn panic_complaint(message: &str) -> Complaint {
    let message = format!(
        "the pack met a bug of its own ({message}); nothing of this attempt is used: update the \
         pack, or send the file to its author"
    );
    fatal("pack-panicked", message)
}

/// Runs the pack's code; a panic becomes its message.
fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).map_err(panic_message)
}

fn panic_message(payload: Box<dyn Any + Send>) -> String {
    let message = if let Some(text) = payload.downcast_ref::<&str>() {
        (*text).to_owned()
    } else if let Some(text) = payload.downcast_ref::<String>() {
        text.clone()
    } else {
        "it gave no reason".to_owned()
    };
    // A payload may panic again when it is dropped, outside of any guard: it is kept for ever.
    std::mem::forget(payload);
    message
}

/// Makes the library of a pack: `export_bank_pack!(MyBank);` once in a crate of type `cdylib`.
#[macro_export]
macro_rules! export_bank_pack {
    ($pack:ty) => {
        #[cfg(panic = "abort")]
        compile_error!(
            "a bank pack must be built with panic = \"unwind\": under panic = \"abort\" a bug in \
             the pack would end the process that loaded it instead of being reported"
        );

        /// The pack of this crate, for `corpus_tests!`.
        #[allow(dead_code)]
        pub(crate) type ExportedBankPack = $pack;

        /// What the host asks first: the pack's description (`bank_plugin.h`).
        #[allow(unsafe_code)]
        #[unsafe(no_mangle)]
        pub extern "C" fn bank_plugin_entry_v1() -> *const $crate::abi::Plugin {
            $crate::export::Exported::<$pack>::PLUGIN
        }
    };
}

//! Structures that may grow: taken over from a side that knows fewer of their fields, or more.
#![allow(unsafe_code)] // reads pointers of the other side

use std::mem::MaybeUninit;

use crate::abi;
use crate::from_abi::Misfit;

/// A structure of the header that begins with `struct_size`.
///
/// # Safety
/// Implemented only for `repr(C)` structures of [`abi`] whose first field is `struct_size: u32`,
/// and of which zero bytes are a value: absent texts, null pointers, no functions.
pub unsafe trait Growing: Copy {
    /// Its name in the header.
    const NAME: &'static str;
    /// Its size in the version that brought it; no maker knows less of it.
    const LEAST: u32;
}

macro_rules! growing {
    ($($rust:ident = $name:literal from $least:literal),* $(,)?) => {
        // SAFETY: the layout test pins `struct_size` to the beginning of each of them; all their
        // fields are numbers, pointers and optional functions.
        $(unsafe impl Growing for abi::$rust {
            const NAME: &'static str = $name;
            const LEAST: u32 = $least;
        })*
    };
}

growing!(
    Complaint = "bank_complaint" from 64,
    Source = "bank_source" from 24,
    StatementHead = "bank_statement_head" from 96,
    Entry = "bank_entry" from 144,
    Part = "bank_part" from 144,
    StatementFoot = "bank_statement_foot" from 24,
    StatementSink = "bank_statement_sink" from 48,
    Recognition = "bank_recognition" from 56,
    RecognitionSink = "bank_recognition_sink" from 24,
    Statements = "bank_statements" from 40,
    TransferFormat = "bank_transfer_format" from 56,
    Transfer = "bank_transfer" from 120,
    Batch = "bank_batch" from 96,
    ByteSink = "bank_byte_sink" from 32,
    Transfers = "bank_transfers" from 24,
    Plugin = "bank_plugin" from 96,
);

/// The size that a structure says it has, once it is known to be one.
///
/// # Safety
/// As [`taken`].
unsafe fn said<T: Growing>(pointer: *const T, wanted: u32) -> Result<u32, Misfit> {
    if pointer.is_null() {
        return Err(Misfit::breach(format!("{} is null", T::NAME)));
    }
    if !pointer.is_aligned() {
        return Err(Misfit::breach(format!("{} is not aligned", T::NAME)));
    }
    // SAFETY: `Growing` puts the size first, and the caller vouches for four bytes.
    let size = unsafe { *pointer.cast::<u32>() };
    if size < wanted {
        return Err(Misfit::breach(format!(
            "{} says struct_size {size}, and version 1 has {wanted}",
            T::NAME
        )));
    }
    Ok(size)
}

/// The structure behind a pointer, which is used where it stands; for tables that have not grown.
///
/// # Safety
/// As [`taken`], for all of `'a`.
///
/// # Errors
/// [`Misfit::Breach`] for null, a wrong alignment, or a size smaller than ours.
pub unsafe fn whole<'a, T: Growing>(pointer: *const T) -> Result<&'a T, Misfit> {
    // SAFETY: the caller's promise is passed on; the structure is at least as large as ours.
    unsafe {
        said(pointer, abi::size::<T>())?;
        Ok(&*pointer)
    }
}

/// A copy of the structure behind a pointer: what its maker does not know is absent, and what we
/// do not know is not looked at.
///
/// # Safety
/// `pointer` is null, or leads to a structure of the header whose first four bytes are its size
/// and which stays readable and unchanged during the call.
///
/// # Errors
/// [`Misfit::Breach`] for null, a wrong alignment, or a size smaller than the structure ever had.
pub unsafe fn taken<T: Growing>(pointer: *const T) -> Result<T, Misfit> {
    // SAFETY: the caller's promise is passed on; no more is copied than is there and than fits;
    // zero bytes are a value of every `Growing`.
    unsafe {
        let size = said(pointer, T::LEAST)?.min(abi::size::<T>());
        if size == abi::size::<T>() {
            return Ok(*pointer);
        }
        let mut copy = MaybeUninit::<T>::zeroed();
        std::ptr::copy_nonoverlapping(
            pointer.cast::<u8>(),
            copy.as_mut_ptr().cast::<u8>(),
            size as usize,
        );
        Ok(copy.assume_init())
    }
}

//! MultiCash PLA: foreign transfers, as Alior, Pekao and ING take them.
//!
//! ```text
//! :01:2611239A3F01BC                     the file: number, sum, count, sort code, payer, name
//! :02:945,34
//! :03:3
//! :04:24900005
//! :05:payer
//! :07:26112390.PLA
//! {1:F0124900005xxxx0001000001}{2:I100COBADEFFxxxxN1}{4:
//! :20:EX1234567897                       one transfer
//! :32A:261123EUR234,34
//! :50:payer
//! :52D:account that pays
//! account for the charges
//! EUR234,34
//! F50            DE DE
//! :57A:COBADEFF
//! :59:/account
//! payee
//! :70:title
//! :71A:BN1
//! :72: 00 00 00 00
//! -}$
//! ```
//!
//! Names and addresses have four lines, of which empty ones are kept: name, its second line,
//! street, town. How banks differ is data: [`Profile`].

mod profile;
mod reader;
mod writer;

pub use profile::{CountryOrder, Profile};
pub use reader::read;
pub use writer::write;

use kantor_model::Charges;

/// Who bears the charges, as `:71A:` says it.
const CHARGES: &[(&str, Charges)] = &[
    ("BN1", Charges::Shared),
    ("OUR", Charges::Payer),
    ("BN2", Charges::Payee),
];

/// Characters of a transfer's number (`:20:`) and of the file's (`:01:`).
const REFERENCE: usize = 16;

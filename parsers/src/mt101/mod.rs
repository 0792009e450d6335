//! MT101, the request for transfer of SWIFT, as mBank takes it.
//!
//! ```text
//! {1:F01BREXPLPWAXXX0000000000}{2:I101BREXPLPWXXXXN}{4:
//! :20:2611239A3F01BC                     sequence A, once: the file, its page, the payer, the day
//! :28D:1/1
//! :50H:/account that pays
//! payer
//! :30:261123
//! :21:EX1234567897                       sequence B, for each transfer
//! :32B:EUR234,34
//! :57A:COBADEFF
//! :59:/account
//! payee
//! :70:title
//! :77B:/BENEFRES/FR                      only where he lives elsewhere than his account is
//! :71A:SHA
//! -}
//! ```
//!
//! Texts hold the characters of SWIFT (x) only; no line is empty and none begins with a dash. How
//! banks differ is data: [`Profile`].

mod profile;
mod reader;
mod writer;

pub use profile::Profile;
pub use reader::read;
pub use writer::write;

use kantor_model::Charges;

/// Who bears the charges, as `:71A:` says it.
const CHARGES: &[(&str, Charges)] = &[
    ("SHA", Charges::Shared),
    ("OUR", Charges::Payer),
    ("BEN", Charges::Payee),
];

/// Characters of a transfer's name (`:21:`) and of the file's (`:20:`).
const REFERENCE: usize = 16;

/// What stands in `:77B:` before the country in which the payee lives.
const RESIDENCE: &str = "/BENEFRES/";

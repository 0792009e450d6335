//! Halves of packs for the formats that kantor-parsers knows: a pack of a bank that uses them says
//! which and whose bends, and is done.

pub mod mt940;
pub mod profiled;
pub mod transfers;

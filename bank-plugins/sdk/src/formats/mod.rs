//! Halves of packs for the formats that kantor-parsers knows: a pack of a bank that uses them says
//! which and whose bends, and is done.

pub mod profiled;
pub mod statements;
pub mod transfers;

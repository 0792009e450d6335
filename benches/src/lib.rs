//! What is measured, and with what: generated statement files of every shape, an office over the
//! embedded store, an office in memory, and the clock of the processor.
//!
//! ```text
//! random ──> paper ──> corpus ──────> cases ──> cargo bench   (criterion, each case at two sizes)
//!               └────> exchange ───────┘  └───> bin/scale     (10 times the work: time and memory)
//! floor ─────────────────────────────────────> bin/mt940      (one file; side_by_side.py)
//! camt, floor ───────────────────────────────> bin/camt       (one message beside quick-xml)
//! exchange, ceilings ──> load, years ────────> bin/orders     (a whole office under load)
//! exchange ──> mixture ──────────────────────> bin/matching   (a real day, and hostile ones)
//! ```
//!
//! Everything is seeded: the same case and size are the same bytes on every machine. Nothing here
//! is a test, and no test waits for a clock.

pub mod camt;
pub mod cases;
pub mod ceilings;
pub mod corpus;
pub mod exchange;
pub mod floor;
pub mod load;
pub mod measure;
pub mod mixture;
pub mod paper;
pub mod random;
pub mod years;

//! pain.002: what the bank says about a transfer file that was sent to it (ISO 20022, Customer
//! Payment Status Report, versions .02 and later by local names).
//!
//! ```text
//! group       OrgnlGrpInfAndSts     the whole file       GrpSts
//! payment     OrgnlPmtInfAndSts     one block of it      PmtInfSts
//! transaction TxInfAndSts           one transfer         TxSts
//! ```
//!
//! A level that says nothing has the status of the level above; `PART` alone is never handed down,
//! because it says that the transfers differ. Several reports may follow one file, and a status
//! only moves forward: see [`Status::may_follow`].

mod problem;
mod reader;
mod reason;
mod report;
mod status;

pub use reader::read;
pub use reason::{Reason, sentence};
pub use report::{Found, Level, PaymentStatus, Read, StatusReport, Told, TransactionStatus};
pub use status::{Standing, Status};

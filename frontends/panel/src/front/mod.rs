//! Between a panel and its office across a network: every call of [`CustomerPort`] as one POST.
//!
//! ```text
//! browser ──▶ panel process: pages, RemoteOffice ──▶ office process: FrontServer, LocalOffice, store
//!             front key, no credentials              judges each call by the customer's session
//! ```
//!
//! The front's key says only that a panel of ours is speaking. It opens nothing by itself: whose
//! data a call may see or change follows from the session that the customer's browser sent.

mod hearing;
mod remote;
mod server;

pub use remote::{FrontError, RemoteOffice};
pub use server::FrontServer;

/// Where the calls live.
const PATH: &str = "/front/v1";

/// The code of the refusal that a panel gets whose key is not known: not for customers.
const KEY_UNKNOWN: &str = "front-key-unknown";
/// The code of the answer that says that it is not known what happened.
const DOWN: &str = "office-down";

//! The panel: customers' pages, the customer API, and the office API that the desk speaks.
//!
//! ```text
//! port        what the panel needs of an office; it knows nothing else of it
//! pages       what customers see          customer_api, office_api   what programs speak
//! visit       who comes, in which language, with which form
//! adapter     the office of this process behind the port
//! front       the same port across a network
//! route       a route is a value          serve    listeners    listen, tls, connections    who may come in, and how long he may take
//! ```
//!
//! The panel holds no money and decides nothing about it: it asks, shows and carries. It loads no
//! plugin and opens no database.
#![forbid(unsafe_code)]

mod adapter;
mod api;
mod assets;
mod board;
mod checks;
mod connections;
mod customer_api;
mod events;
mod feed;
mod front;
pub mod journal;
mod limits;
mod listen;
mod metrics;
mod office_api;
mod openapi;
mod pages;
mod passwords;
pub mod port;
mod reply;
mod route;
mod secrets;
mod serve;
mod show;
mod site;
mod tls;
mod totp;
mod visit;

pub use adapter::{AccessSettings, LocalOffice};
pub use connections::{CONNECTIONS, Limits};
pub use front::{FrontError, FrontServer, RemoteOffice};
pub use secrets::{NoRandomness, code_hash, new_code, new_token, sha256_hex};
pub use serve::{CustomerServer, OfficeServer, Routes, StartError};
pub use site::Settings;
pub use tls::{Tls, TlsError, TlsFiles};

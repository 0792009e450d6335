//! Requests against the filters, without a socket, over a real office whose clock stands.

mod house;

#[path = "routes/customer_api.rs"]
mod customer_api;
#[path = "routes/entry.rs"]
mod entry;
#[path = "routes/gone.rs"]
mod gone;
#[path = "routes/office_api.rs"]
mod office_api;
#[path = "routes/orders.rs"]
mod orders;
#[path = "routes/pages.rs"]
mod pages;
#[path = "routes/password.rs"]
mod password;
#[path = "routes/people.rs"]
mod people;
#[path = "routes/seen.rs"]
mod seen;
#[path = "routes/words.rs"]
mod words;

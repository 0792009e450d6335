//! A panel in a process of its own: what it can do for its customers, and what it cannot do to
//! anybody else. Office and panels speak over real sockets.

mod house;

#[path = "split/certificates.rs"]
mod certificates;
#[path = "split/crowd.rs"]
mod crowd;
#[path = "split/far.rs"]
mod far;

#[path = "split/journey.rs"]
mod journey;
#[path = "split/taken_over.rs"]
mod taken_over;
#[path = "split/tls.rs"]
mod tls;

//! Files that are neither statements nor transfers.

use kantor_parsers::{Profile, pain002, rates};

/// Any bytes as a bank's status report.
pub fn status(bytes: &[u8]) {
    let read = pain002::read(&mut { bytes }, None).expect("a slice never fails");
    assert!(
        read.report.is_some() || !read.complaints.is_empty(),
        "nothing was read and nothing was said"
    );
}

/// Any bytes as a table of rates. That a rate is more than zero, its type holds.
pub fn rates(bytes: &[u8]) {
    let read = rates::read(bytes);
    assert!(
        !read.sheets.is_empty() || !read.complaints.is_empty(),
        "nothing was read and nothing was said"
    );
}

/// Any text as a bank's profile: used, or refused by a sentence that names the key.
pub fn profile(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    if let Err(error) = Profile::parse(text) {
        assert!(!error.to_string().is_empty());
    }
}

//! Verification: the independent checker over a picture of the store, and what only the runtime can
//! add to it.
//!
//! ```text
//! archive    the store's picture as the checker's archive
//! documents  the read models say what the log says
//! reading    archived bytes read today, through the packs, as they were booked
//! ```

mod archive;
mod documents;
mod reading;

use kantor_checker::Disagreement;
use kantor_model::{Moment, Money};
use kantor_store::{Head, View};

use self::archive::Picture;
pub use self::reading::{Difference, Reading, Reread, verify_reading};

/// How many rows are held in memory at once.
const PAGE: usize = 2_000;

/// What was verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// Where the log stands.
    pub head: Head,
    /// Bank lines recomputed.
    pub lines: u64,
    /// Bank lines that were read again in the bank's own file; the others are of formats that only
    /// a pack knows.
    pub lines_read_again: u64,
    /// Files whose bytes were read.
    pub files: u64,
    /// Read models recomputed.
    pub documents: u64,
    /// Every account with its booked and its provisional balance.
    pub balances: Vec<(String, Money, Money)>,
}

fn wrong(fact: impl Into<String>, what: impl ToString) -> Disagreement {
    Disagreement {
        fact: fact.into(),
        what: what.to_string(),
    }
}

/// Recomputes an office as it stands in a picture of the store.
///
/// # Errors
/// [`Disagreement`] names the first fact that disagrees with the others.
pub fn verify(view: &dyn View, now: Moment) -> Result<Verified, Disagreement> {
    let checked = kantor_checker::check(&Picture { view, now })?;
    let documents = documents::verify(view)?;
    let balances = checked.balances.iter();
    Ok(Verified {
        head: view.head(),
        lines: checked.lines,
        lines_read_again: checked.lines_read_again,
        files: checked.files,
        documents,
        balances: balances
            .map(|(iban, booked, open)| (iban.grouped(), *booked, *open))
            .collect(),
    })
}

//! References as fields that name a transfer: short, and each used once.

use std::borrow::Cow;
use std::collections::BTreeMap;

use kantor_model::Transfer;

use super::draft::Draft;
use super::problem::WriteProblem;
use super::swift;

/// The references that a file has so far, as they are written, with the number of the transfer.
#[derive(Default)]
pub(crate) struct References(BTreeMap<String, usize>);

impl<'a> Draft<'a> {
    /// The reference as a field of at most `room` characters holds it. Its lack, its length and
    /// its being used before are problems; SWIFT forbids a slash at its ends and two together.
    pub(crate) fn reference(&mut self, room: usize, used: &mut References) -> Cow<'a, str> {
        let written = self.spelt(self.reference_as_given());
        let format = self.format();
        let at = self.at();
        let length = written.chars().count();
        if written.is_empty() {
            self.problem(WriteProblem::ReferenceMissing { at, format });
        } else if length > room {
            self.problem(WriteProblem::ReferenceTooLong {
                at,
                format,
                length,
                room,
            });
        } else if written.starts_with('/') || written.ends_with('/') || written.contains("//") {
            let message = format!(
                "the reference `{written}` begins or ends with a slash or has two together, which {format} forbids; change it"
            );
            self.problem(WriteProblem::Rule { at, message });
        } else if let Some(first) = used.0.get(written.as_ref()) {
            let first = *first;
            self.problem(WriteProblem::ReferenceTwice { at, format, first });
        } else {
            used.0.insert(written.clone().into_owned(), at.line);
        }
        written
    }

    /// Currency and amount as SWIFT writes them: `EUR234,34`.
    pub(crate) fn swift_amount(&mut self, transfer: &Transfer) -> String {
        let amount = transfer.amount;
        let text = swift::write_amount(amount).unwrap_or_else(|| {
            let at = self.at();
            let format = self.format();
            self.problem(WriteProblem::AmountTooLong {
                at,
                format,
                amount: amount.to_string(),
            });
            String::new()
        });
        format!("{}{text}", amount.currency())
    }
}

//! What a file calls itself: told by its content, so that the same batch has the same name.

use kantor_model::Batch;

use super::swift;

/// The day and eight digits of the content: `2611239A3F01BC`. Two batches of one day have the
/// same name only when they have the same content, or in one of four thousand million cases.
pub(crate) fn file_reference(batch: &Batch) -> String {
    let mut hash = Fnv(0xcbf2_9ce4_8422_2325);
    hash.text(batch.debit_account.as_str());
    for transfer in &batch.transfers {
        hash.text(&transfer.reference);
        hash.text(&transfer.amount.to_string());
        hash.text(transfer.payee_account.as_str());
        hash.text(&transfer.payee.name);
        hash.text(&transfer.title);
    }
    let folded = (hash.0 >> 32) ^ (hash.0 & 0xFFFF_FFFF);
    format!("{}{folded:08X}", swift::write_date(batch.date))
}

/// FNV-1a; each text ends with a byte that none holds.
struct Fnv(u64);

impl Fnv {
    fn text(&mut self, text: &str) {
        for byte in text.bytes().chain([0xFF]) {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

//! Notices to customers as mail files in a folder, for the office's mail server to pick up.

use std::fs;
use std::path::{Path, PathBuf};

use kantor_office::{Notice, NoticeKind, Notifier, NotifyError, Office};
use kantor_wire::{Language, Words};
use mail_builder::MessageBuilder;
use mail_builder::headers::address::Address;

/// A folder of `.eml` files, one a notice, named by its place in the log: the same notice again
/// is the same file.
pub(crate) struct MailFolder {
    folder: PathBuf,
}

impl MailFolder {
    /// Puts notices into this folder, which is made when the first one goes out.
    pub(crate) fn new(folder: &Path) -> MailFolder {
        MailFolder {
            folder: folder.to_owned(),
        }
    }
}

impl Notifier for MailFolder {
    fn notify(&self, office: &Office, notice: &Notice) -> Result<(), NotifyError> {
        let failed = |why: String| NotifyError(why);
        let person = office
            .person(notice.customer)
            .map_err(|error| failed(error.to_string()))?;
        // Somebody whose data was erased is not written to any more.
        let Some(person) = person else { return Ok(()) };
        let reference = notice
            .order
            .and_then(kantor_engine::Reference::of_order)
            .map(|reference| reference.to_string())
            .unwrap_or_default();
        let words = Words::of(Language::Pl);
        let name = office.settings().owner.name.as_str();
        let values = [("reference", reference.as_str()), ("office", name)];
        let subject = words.with(&format!("mail.{}_subject", key(notice.kind)), &values);
        let text = words.with(&format!("mail.{}_text", key(notice.kind)), &values);
        let mail = MessageBuilder::new()
            .message_id(format!("kantor-{}@localhost", notice.seq))
            .date(office.now().as_micros() / 1_000_000)
            .to(Address::new_address(
                Some(person.name()),
                person.email.clone(),
            ))
            .subject(subject)
            .text_body(text)
            .write_to_vec()
            .map_err(|error| failed(error.to_string()))?;
        fs::create_dir_all(&self.folder)
            .and_then(|()| fs::write(self.folder.join(format!("{:08}.eml", notice.seq)), mail))
            .map_err(|error| failed(error.to_string()))
    }
}

fn key(kind: NoticeKind) -> &'static str {
    match kind {
        NoticeKind::OrderPlaced => "order_placed",
        NoticeKind::OrderFunded => "order_funded",
        NoticeKind::OrderHeld => "order_held",
        NoticeKind::RateOffered => "rate_offered",
        NoticeKind::OrderExpired => "order_expired",
        NoticeKind::OrderCancelled => "order_cancelled",
        NoticeKind::OrderRefunding => "order_refunding",
        NoticeKind::OrderCompleted => "order_completed",
        NoticeKind::OrderRefunded => "order_refunded",
        NoticeKind::AccountAdded => "account_added",
        NoticeKind::NewPassword => "new_password",
    }
}

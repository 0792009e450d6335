//! Notices to customers as mail files in a folder, for the office's mail server to pick up.

use std::fs;

use kantor_office::{Notice, NoticeKind, Notifier, NotifyError, Office};
use kantor_panel::journal::{self, Fact};
use kantor_panel::port::LETTER_MINUTES;
use kantor_panel::{code_hash, new_code};
use kantor_wire::{Language, Words};
use mail_builder::MessageBuilder;
use mail_builder::headers::address::Address;

use crate::config::PanelSection;
use crate::private::write_private;

/// A folder of `.eml` files, one a notice, called as the notice is: the same notice again is the
/// same file.
pub(crate) struct MailFolder {
    panel: PanelSection,
    /// Whether customers come in where the panel's section says that it listens.
    is_panel_here: bool,
}

impl MailFolder {
    /// Puts notices into the outbox of this panel, which is made when the first one goes out.
    pub(crate) fn new(panel: &PanelSection) -> MailFolder {
        MailFolder {
            panel: panel.clone(),
            is_panel_here: true,
        }
    }

    /// The same where panels are processes of their own: only `panel.address` tells where.
    pub(crate) fn of_panels_elsewhere(panel: &PanelSection) -> MailFolder {
        MailFolder {
            panel: panel.clone(),
            is_panel_here: false,
        }
    }

    fn link(&self, page: &str) -> Option<String> {
        let is_known = self.is_panel_here || self.panel.address.is_some();
        is_known.then(|| self.panel.link(page)).flatten()
    }

    /// A code for a new password, made here and kept as a hash: only the letter tells it.
    fn password_code(&self, office: &Office, notice: &Notice) -> Result<String, NotifyError> {
        let code = new_code().map_err(failed)?;
        let until = office.now().plus_seconds(LETTER_MINUTES * 60);
        office
            .send_password_code(notice.customer, (&code_hash(&code), until))
            .map_err(failed)?;
        Ok(code)
    }

    fn text(
        &self,
        office: &Office,
        notice: &Notice,
        words: &Words,
        values: &[(&str, &str)],
    ) -> Result<String, NotifyError> {
        let key = key(notice.kind);
        if notice.kind != NoticeKind::ForgottenPassword {
            return Ok(words.with(&format!("mail.{key}_text"), values));
        }
        let code = self.password_code(office, notice)?;
        let link = self.link(&format!("/password/{code}"));
        let minutes = LETTER_MINUTES.to_string();
        let link_text = link.as_deref().unwrap_or_default();
        let secret = [
            ("code", code.as_str()),
            ("link", link_text),
            ("minutes", minutes.as_str()),
        ];
        let values: Vec<(&str, &str)> = values.iter().copied().chain(secret).collect();
        let way = if link.is_some() { "text" } else { "code_text" };
        Ok(words.with(&format!("mail.{key}_{way}"), &values))
    }
}

fn failed(why: impl ToString) -> NotifyError {
    NotifyError(why.to_string())
}

impl Notifier for MailFolder {
    fn notify(&self, office: &Office, notice: &Notice) -> Result<(), NotifyError> {
        let written = self.write(office, notice);
        if let Err(error) = &written {
            let fault = Fact::Fault(error.to_string());
            journal::note("letter_not_written", &[("fault", fault)]);
        }
        written
    }
}

impl MailFolder {
    fn write(&self, office: &Office, notice: &Notice) -> Result<(), NotifyError> {
        let person = office.person(notice.customer).map_err(failed)?;
        // Somebody whose data was erased is not written to any more.
        let Some(person) = person else { return Ok(()) };
        let reference = notice
            .order
            .and_then(kantor_engine::Reference::of_order)
            .map(|reference| reference.to_string())
            .unwrap_or_default();
        let asked = notice.language.clone();
        let known = match asked {
            Some(asked) => Some(asked),
            None => office.language(notice.customer).map_err(failed)?,
        };
        let language = known.as_deref().and_then(Language::from_code);
        let words = Words::of(language.unwrap_or_default());
        let name = office.settings().owner.name.as_str();
        let values = [("reference", reference.as_str()), ("office", name)];
        let subject = words.with(&format!("mail.{}_subject", key(notice.kind)), &values);
        let text = self.text(office, notice, words, &values)?;
        let mail = MessageBuilder::new()
            .message_id(format!("kantor-{}@localhost", notice.name))
            .date(office.now().as_micros() / 1_000_000)
            .to(Address::new_address(
                Some(person.name()),
                person.email.clone(),
            ))
            .subject(subject)
            .text_body(text)
            .write_to_string()
            .map_err(failed)?;
        let outbox = &self.panel.outbox;
        // Letters hold names, and some a secret: they are nobody's but the mail server's.
        fs::create_dir_all(outbox)
            .and_then(|()| write_private(&outbox.join(format!("{}.eml", notice.name)), &mail))
            .map_err(|error| NotifyError(format!("{}: {error}", outbox.display())))
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
        NoticeKind::ForgottenPassword => "forgotten_password",
        NoticeKind::PasswordChanged => "password_changed",
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use kantor_engine::Policy;
    use kantor_office::{NewPerson, SystemClock};
    use kantor_store::{SqliteStore, Store};

    use super::*;
    use crate::config::Config;

    fn person(email: &str) -> NewPerson {
        NewPerson {
            first_name: "Anna".to_owned(),
            last_name: "Zolc".to_owned(),
            pesel: "44051401359".to_owned(),
            email: email.to_owned(),
            phone: "+48601602603".to_owned(),
            street: "Prosta 1".to_owned(),
            postal_code: "00-950".to_owned(),
            city: "Warszawa".to_owned(),
            password_hash: "x".to_owned(),
        }
    }

    /// The letter about a forgotten password that an office with this panel writes.
    fn letter(
        change: impl FnOnce(&mut PanelSection),
        folder_of: fn(&PanelSection) -> MailFolder,
    ) -> (String, Office) {
        let folder = tempfile::tempdir().unwrap();
        let at = |port| ([127, 0, 0, 1], port).into();
        let owner = kantor_model::Party {
            name: "Kantor Zegar".to_owned(),
            street: String::new(),
            city: String::new(),
        };
        let mut config = Config::new(&owner, at(8080), at(8081));
        config.panel.outbox = folder.path().join("outbox");
        change(&mut config.panel);
        let store: Arc<dyn Store> =
            Arc::new(SqliteStore::open(&folder.path().join("kantor.db")).unwrap());
        let clock = Arc::new(SystemClock);
        let office = Office::create(store, config.settings(), clock, Policy::initial()).unwrap();
        let email = "anna@example.test";
        office.register(&person(email), "salt", None).unwrap();
        office.password_forgotten(email, Some("en")).unwrap();
        let sent = office.send_notices(&folder_of(&config.panel));
        assert_eq!(sent.unwrap(), 1);
        let mut files = fs::read_dir(&config.panel.outbox).unwrap();
        let file = files.next().unwrap().unwrap().path();
        (fs::read_to_string(file).unwrap(), office)
    }

    /// The code in a letter, after these words.
    fn code_after(letter: &str, words: &str) -> String {
        // Long lines of a letter are folded.
        let plain = letter.replace("=\r\n", "");
        let start = plain.find(words).unwrap_or_else(|| panic!("{plain}")) + words.len();
        plain[start..].trim_start().chars().take(23).collect()
    }

    #[track_caller]
    fn check(
        change: impl FnOnce(&mut PanelSection),
        folder_of: fn(&PanelSection) -> MailFolder,
        words: &str,
    ) {
        let (letter, office) = letter(change, folder_of);
        let code = code_after(&letter, words);
        let known = office.password_code(&code_hash(&code)).unwrap();
        assert!(known.is_some(), "{letter}");
    }

    #[test]
    fn the_letter_about_a_forgotten_password_holds_a_link_or_a_code() {
        let here = MailFolder::new;
        check(|_| {}, here, "http://127.0.0.1:8080/password/");
        check(
            |panel| panel.behind_tls_proxy = true,
            here,
            "type this code:",
        );
        // Where this office's panel would listen says nothing of panels on other machines.
        let elsewhere = MailFolder::of_panels_elsewhere;
        check(|_| {}, elsewhere, "type this code:");
        let public = |panel: &mut PanelSection| {
            panel.address = Some("https://kantor.example.pl".to_owned());
        };
        check(public, elsewhere, "https://kantor.example.pl/password/");
    }

    #[test]
    fn letters_come_in_the_language_of_who_reads_them() {
        let (_, office) = letter(|_| {}, MailFolder::new);
        let folder = tempfile::tempdir().unwrap();
        let at = |port| ([127, 0, 0, 1], port).into();
        let mut panel = Config::new(&office.settings().owner, at(8080), at(8081)).panel;
        panel.outbox = folder.path().join("outbox");
        let customer = kantor_engine::CustomerId(1);
        let subject = |name: &str, language: Option<&str>| {
            let notice = Notice {
                name: name.to_owned(),
                customer,
                order: None,
                kind: NoticeKind::PasswordChanged,
                language: language.map(str::to_owned),
            };
            MailFolder::new(&panel).notify(&office, &notice).unwrap();
            let file = panel.outbox.join(format!("{name}.eml"));
            let letter = fs::read_to_string(file).unwrap();
            let line = letter.lines().find(|line| line.starts_with("Subject: "));
            line.unwrap().to_owned()
        };
        let polish = subject("1", None);
        office.set_language(customer, "en").unwrap();
        let english = subject("2", None);
        assert_ne!(polish, english);
        // What somebody asked for in a language is answered in it.
        assert_eq!(subject("3", Some("pl")), polish);
        office.set_language(customer, "pl").unwrap();
        assert_eq!(subject("4", None), polish);
    }
}

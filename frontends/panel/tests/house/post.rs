//! The letters that an office sends, kept instead of sent.

use std::sync::Mutex;

use kantor_office::{Notice, NoticeKind, Notifier, NotifyError, Office};
use kantor_panel::port::LETTER_MINUTES;
use kantor_panel::{code_hash, new_code};

/// What went out: each notice, with the code that its letter tells.
#[derive(Default)]
pub(crate) struct Post(Mutex<Vec<(Notice, String)>>);

impl Notifier for Post {
    fn notify(&self, office: &Office, notice: &Notice) -> Result<(), NotifyError> {
        let mut code = String::new();
        if notice.kind == NoticeKind::ForgottenPassword {
            code = new_code().unwrap();
            let until = office.now().plus_seconds(LETTER_MINUTES * 60);
            office
                .send_password_code(notice.customer, (&code_hash(&code), until))
                .unwrap();
        }
        self.0.lock().unwrap().push((notice.clone(), code));
        Ok(())
    }
}

impl Post {
    /// What an office has to send now, of one kind.
    pub(crate) fn collect(&self, office: &Office, kind: NoticeKind) -> Vec<(Notice, String)> {
        office.send_notices(self).unwrap();
        let sent = std::mem::take(&mut *self.0.lock().unwrap());
        sent.into_iter()
            .filter(|(notice, _)| notice.kind == kind)
            .collect()
    }

    /// The codes of the letters about forgotten passwords that an office has to send now.
    pub(crate) fn codes(&self, office: &Office) -> Vec<String> {
        let letters = self.collect(office, NoticeKind::ForgottenPassword);
        letters.into_iter().map(|(_, code)| code).collect()
    }
}

//! Letters to customers that are not about the log: the way to a new password, and word of one.
//! Each waits as a side row that ends by itself, and goes out with the notices.

use kantor_engine::CustomerId;
use kantor_model::Moment;
use kantor_store::{Side, SideChange, SideFilter};
use serde::{Deserialize, Serialize};

use crate::access::gone;
use crate::error::{ExecuteError, PeopleError};
use crate::notices::{Notice, NoticeKind, Notifier};
use crate::people::{LOGIN, StoredLogin, number_key, read, side};
use crate::runtime::Office;

/// Kind of row: a letter that waits, by what it is about and for whom.
pub(crate) const LETTER: &str = "letter";

/// Kind of row: the language in which a customer reads, by his number.
const LANGUAGE: &str = "language";

/// How long a letter about a forgotten password waits to go out, in seconds: later nobody expects
/// it any more.
const ASKED_SECONDS: i64 = 30 * 60;
/// How long word of a new password waits to go out, in seconds.
const TOLD_SECONDS: i64 = 7 * 24 * 3_600;

/// So many letters are looked at in one turn.
const PAGE: usize = 200;

/// What a letter is about.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum About {
    ForgottenPassword,
    PasswordChanged,
}

/// A letter as it waits.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Letter {
    about: About,
    /// When it was asked for, in microseconds.
    at: i64,
    /// The code of the customer's language, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    language: Option<String>,
}

impl Letter {
    /// The row under which a letter waits; a newer one for the same person takes its place.
    fn row(&self, key: String, customer: Option<CustomerId>, until: Moment) -> Side {
        Side {
            expires: Some(until),
            ..side(LETTER, key, customer.map(|customer| customer.0), self)
        }
    }

    fn notice(self, customer: CustomerId) -> Notice {
        let (what, kind) = match self.about {
            About::ForgottenPassword => ("forgotten", NoticeKind::ForgottenPassword),
            About::PasswordChanged => ("changed", NoticeKind::PasswordChanged),
        };
        Notice {
            name: format!("{what}-{customer}-{}", self.at),
            customer,
            order: None,
            kind,
            language: self.language,
        }
    }
}

/// Word that a customer's password is another one now.
pub(crate) fn password_changed(customer: CustomerId, now: Moment) -> SideChange {
    let letter = Letter {
        about: About::PasswordChanged,
        at: now.as_micros(),
        language: None,
    };
    let key = format!("changed/{}", number_key(customer.0));
    SideChange::Put(letter.row(key, Some(customer), now.plus_seconds(TOLD_SECONDS)))
}

impl Office {
    /// Somebody has forgotten the password of this e-mail: whoever has it is sent a way to a new
    /// one. Does the same work whether anybody has it or not.
    pub fn password_forgotten(
        &self,
        email: &str,
        language: Option<&str>,
    ) -> Result<(), PeopleError> {
        let now = self.now();
        let row = self.view()?.side(LOGIN, email, now)?;
        let login: Option<StoredLogin> = row.map(|row| read(LOGIN, &row)).transpose()?;
        let customer = login.map(|login| CustomerId(login.customer));
        let letter = Letter {
            about: About::ForgottenPassword,
            at: now.as_micros(),
            language: language.map(str::to_owned),
        };
        let name = kantor_engine::Digest::of(email.as_bytes());
        let until = now.plus_seconds(ASKED_SECONDS);
        let row = letter.row(format!("forgotten/{name}"), customer, until);
        Ok(self.try_sides(&[SideChange::Put(row)])?)
    }

    /// The code of the language in which a customer reads, as far as it is known.
    pub fn language(&self, customer: CustomerId) -> Result<Option<String>, PeopleError> {
        let row = self
            .view()?
            .side(LANGUAGE, &number_key(customer.0), self.now())?;
        row.map(|row| read(LANGUAGE, &row)).transpose()
    }

    /// Letters to this customer are written in this language from now on.
    pub fn set_language(&self, customer: CustomerId, code: &str) -> Result<(), PeopleError> {
        if self.language(customer)?.as_deref() == Some(code) {
            return Ok(());
        }
        let key = number_key(customer.0);
        let row = side(LANGUAGE, key, Some(customer.0), &code);
        Ok(self.try_sides(&[SideChange::Put(row)])?)
    }

    /// Whether a letter waits.
    pub(crate) fn has_letters(&self) -> Result<bool, ExecuteError> {
        let first = SideFilter::first(1);
        Ok(!self.view()?.sides(LETTER, &first, self.now())?.is_empty())
    }

    /// Sends what waits, each at least once. Answers how many went out; what cannot be sent waits
    /// for the next turn.
    pub(crate) fn send_letters(&self, notifier: &dyn Notifier) -> Result<usize, ExecuteError> {
        let waiting = self
            .view()?
            .sides(LETTER, &SideFilter::first(PAGE), self.now())?;
        let mut sent = 0;
        for row in waiting {
            if let Some(customer) = row.owner.map(CustomerId)
                && !self.is_locked(customer).map_err(unread)?
            {
                let letter: Letter = read(LETTER, &row).map_err(unread)?;
                if notifier.notify(self, &letter.notice(customer)).is_err() {
                    return Ok(sent);
                }
                sent += 1;
            }
            self.try_sides(&[gone(LETTER, &row.key)])
                .map_err(|error| ExecuteError::Store(error.to_string()))?;
        }
        Ok(sent)
    }
}

fn unread(error: PeopleError) -> ExecuteError {
    ExecuteError::Damaged(error.to_string())
}

//! Who comes: registration, login and sessions. They are judged here, at the office, where the
//! hashes of passwords and tokens are; no front ever sees one.

use std::net::IpAddr;
use std::sync::OnceLock;

use kantor_engine::CustomerId;
use kantor_model::Moment;
use kantor_office::{Login, SessionRecord, Tried, WayIn};
use kantor_wire::{FieldProblem, Language, LoginAsk, Problem, Registration};

use super::refused::people;
use super::{LocalOffice, once_of, salt};
use crate::checks;
use crate::limits::{Limit, address_key, slow_down};
use crate::passwords::{PasswordError, Passwords};
use crate::port::{Key, NewSession, PortResult, SessionToken};
use crate::secrets;

/// Wrong passwords of one name, whether somebody has it or not: so many at once, and one more after
/// each so many seconds.
const TRIES: i64 = 5;
const TRY_SECONDS: i64 = 180;

/// Letters about a forgotten password to one name, whether somebody has it or not: so many at once,
/// and one more after each so many seconds.
const LETTERS: i64 = 3;
const LETTER_SECONDS: i64 = 20 * 60;

/// How customers come in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AccessSettings {
    /// A session without use ends after so many minutes.
    pub session_minutes: u32,
    /// Threads that check passwords.
    pub password_threads: usize,
}

impl Default for AccessSettings {
    fn default() -> AccessSettings {
        AccessSettings {
            session_minutes: 60,
            password_threads: 2,
        }
    }
}

/// What strangers may try, and who checks what they bring.
pub(super) struct Access {
    passwords: Passwords,
    session_seconds: i64,
    /// Logins from one address.
    logins: Limit,
    /// Registrations from one address.
    registrations: Limit,
    /// Forgotten passwords from one address.
    forgotten: Limit,
    /// What the tags of followed orders are made with, once it was read.
    pub(super) follow_secret: OnceLock<String>,
}

impl Access {
    pub(super) fn open(settings: &AccessSettings) -> std::io::Result<Access> {
        Ok(Access {
            passwords: Passwords::start(settings.password_threads)?,
            session_seconds: i64::from(settings.session_minutes) * 60,
            logins: Limit::new(20, 6),
            registrations: Limit::new(10, 60),
            forgotten: Limit::new(10, 60),
            follow_secret: OnceLock::new(),
        })
    }
}

/// No session, or one that has ended.
fn no_session() -> Problem {
    Problem::new(
        401,
        "token-unknown",
        "No known token",
        "This address answers only holders of a token: the header `Authorization: Bearer …` is \
         missing, or its token is not known or has ended. Get a token and ask again.",
    )
}

/// Fields that break a rule.
pub(super) fn fields_refused(errors: Vec<FieldProblem>) -> Problem {
    let mut problem = Problem::new(
        422,
        "fields-refused",
        "Fields are not right",
        "One or more fields break a rule; `errors` names each with its rule. Correct them and send \
         the document with a new Idempotency-Key.",
    );
    problem.errors = errors;
    problem
}

fn wrong() -> Problem {
    Problem::new(
        401,
        "login-wrong",
        "Not logged in",
        "The e-mail and the password do not fit together. Check both and try again.",
    )
}

fn locked() -> Problem {
    Problem::new(
        403,
        "account-locked",
        "Locked by the office",
        "The office has locked this account, so nobody can log in. Call the office.",
    )
}

fn login_over() -> Problem {
    Problem::new(
        401,
        "login-over",
        "It took too long",
        "The code came too long after the password. Log in again.",
    )
}

fn code_unknown() -> Problem {
    Problem::new(
        422,
        "code-unknown",
        "This code is worth nothing",
        "The code is mistyped, was used already, or its time is over. Compare it, or ask for another \
         one.",
    )
}

fn tried_too_often(what: Tried<'_>, seconds: i64) -> Problem {
    let minutes = seconds / 60 + 1;
    let (code, detail) = match what {
        Tried::Login(_) | Tried::Letter(_) => (
            "login-locked",
            format!(
                "There were too many wrong passwords for this e-mail, so logging in is locked for \
                 {minutes} min. Try again then."
            ),
        ),
        Tried::Code(_) => (
            "factor-locked",
            format!("There were too many wrong codes. Try again in {minutes} min."),
        ),
    };
    Problem::new(429, code, "Locked for a while", detail)
        .fact("minutes", minutes.to_string())
        .fact("seconds", seconds.to_string())
}

fn not_now(error: &PasswordError) -> Problem {
    let code = match error {
        PasswordError::Busy => "login-busy",
        PasswordError::Failed => "login-failed",
    };
    Problem::new(503, code, "Not now", error.to_string())
}

impl LocalOffice {
    /// Whose session it is, and from now on how long it lives: its end moves with its use, written
    /// at most twice in its length.
    pub(super) fn holder(&self, session: &SessionToken) -> PortResult<CustomerId> {
        let token_hash = session.hash();
        let now = self.office.now();
        let kept = self.office.session(&token_hash).map_err(people)?;
        let kept = kept
            .filter(|kept| kept.until > now)
            .ok_or_else(no_session)?;
        let (customer, length) = (kept.customer, self.access.session_seconds);
        if kept.until.seconds_since(now) < length / 2 {
            let longer = SessionRecord {
                until: now.plus_seconds(length),
                ..kept
            };
            self.office.save_session(&longer).map_err(people)?;
        }
        Ok(customer)
    }

    pub(super) fn enrol(
        &self,
        form: &Registration,
        from: Option<IpAddr>,
        once: &Key,
    ) -> PortResult<()> {
        let now = self.office.now();
        self.access
            .registrations
            .take(&address_key(from), now)
            .map_err(slow_down)?;
        let mut person = checks::registration(form).map_err(fields_refused)?;
        person.password_hash = self
            .access
            .passwords
            .hash(form.password.clone())
            .map_err(|error| not_now(&error))?;
        self.office
            .register(&person, &salt()?, Some(once_of("visitor", once)))
            .map(drop)
            .map_err(people)
    }

    pub(super) fn begin(
        &self,
        ask: &LoginAsk,
        from: Option<IpAddr>,
        older: Option<&SessionToken>,
    ) -> PortResult<NewSession> {
        let now = self.office.now();
        let login = self.checked(ask, from, now)?;
        self.session_of((login.customer, login.way_in), older)
    }

    /// The second step of a login: the password was right a moment ago, now its code comes.
    pub(super) fn finish(
        &self,
        pass: &str,
        code: &str,
        from: Option<IpAddr>,
        older: Option<&SessionToken>,
    ) -> PortResult<NewSession> {
        self.access
            .logins
            .take(&address_key(from), self.office.now())
            .map_err(slow_down)?;
        let half = secrets::sha256_hex(pass.as_bytes());
        let begun = self.office.half_login(&half).map_err(people)?;
        let (customer, way_in) = begun.ok_or_else(login_over)?;
        let person = self.office.person(customer).map_err(people)?;
        let email = person.ok_or_else(login_over)?.email;
        self.take_try(Tried::Login(&email))?;
        self.second_step((customer, way_in), Some(code))?;
        self.let_in(customer, &email)?;
        self.office.end_half_logins(customer).map_err(people)?;
        self.session_of((customer, way_in), older)
    }

    fn session_of(
        &self,
        (customer, way_in): (CustomerId, WayIn),
        older: Option<&SessionToken>,
    ) -> PortResult<NewSession> {
        let now = self.office.now();
        if let Some(older) = older {
            self.office.end_session(&older.hash()).map_err(people)?;
        }
        let token = SessionToken::new(salt()?);
        let until = now.plus_seconds(self.access.session_seconds);
        let session = SessionRecord {
            token_hash: token.hash(),
            customer,
            until,
            way_in,
        };
        self.office.save_session(&session).map_err(people)?;
        Ok(NewSession { token, until })
    }

    /// Has a letter sent to whoever has this e-mail. That there were too many is not told: it would
    /// help nobody who asks for himself, and the answer is the same for all.
    pub(super) fn forgotten(
        &self,
        email: &str,
        language: Language,
        from: Option<IpAddr>,
    ) -> PortResult<()> {
        let access = &self.access;
        access
            .forgotten
            .take(&address_key(from), self.office.now())
            .map_err(slow_down)?;
        let email = checks::email_alone(email).map_err(fields_refused)?;
        let letter = Tried::Letter(&email);
        let wait = self.office.take_try(letter, LETTERS, LETTER_SECONDS);
        match wait.map_err(people)? {
            Some(_) => Ok(()),
            None => self
                .office
                .password_forgotten(&email, Some(language.code()))
                .map_err(people),
        }
    }

    pub(super) fn new_password(
        &self,
        code: &str,
        password: &str,
        from: Option<IpAddr>,
    ) -> PortResult<()> {
        let now = self.office.now();
        self.access
            .logins
            .take(&address_key(from), now)
            .map_err(slow_down)?;
        let code_hash = secrets::code_hash(code);
        let customer = self.office.password_code(&code_hash).map_err(people)?;
        let customer = customer.ok_or_else(code_unknown)?;
        let person = self.office.person(customer).map_err(people)?;
        let person = person.ok_or_else(code_unknown)?;
        checks::new_password(password, &person.email).map_err(fields_refused)?;
        let hash = self
            .access
            .passwords
            .hash(password.to_owned())
            .map_err(|error| not_now(&error))?;
        match self
            .office
            .set_password(&code_hash, &hash)
            .map_err(people)?
        {
            true => Ok(()),
            false => Err(code_unknown().into()),
        }
    }

    /// The customer whose e-mail and password these are. A name that nobody has is answered and
    /// locked like any other and takes as long, so that neither tells who is a customer.
    fn checked(&self, ask: &LoginAsk, from: Option<IpAddr>, now: Moment) -> PortResult<Login> {
        let email = ask.email.trim().to_lowercase();
        let access = &self.access;
        access
            .logins
            .take(&address_key(from), now)
            .map_err(slow_down)?;
        self.take_try(Tried::Login(&email))?;
        let login = self.office.login(&email).map_err(people)?;
        let hash = login.as_ref().map(|login| login.password_hash.clone());
        let right = access
            .passwords
            .verify(ask.password.clone(), hash)
            .map_err(|error| not_now(&error))?;
        let login = login.filter(|_| right).ok_or_else(wrong)?;
        // A wrong code is a wrong try as well: the tries come back only with the right one.
        self.second_step((login.customer, login.way_in), ask.code.as_deref())?;
        self.let_in(login.customer, &email)?;
        Ok(login)
    }

    /// Takes one try of a password or a code. Taken before the check and given back after a right
    /// one, so that many tries at once do not slip through together.
    pub(super) fn take_try(&self, what: Tried<'_>) -> PortResult<()> {
        let wait = self.office.take_try(what, TRIES, TRY_SECONDS);
        match wait.map_err(people)? {
            Some(seconds) => Err(tried_too_often(what, seconds).into()),
            None => Ok(()),
        }
    }

    /// So many seconds nobody can try to log in under a name; 0 when there is a try.
    pub(super) fn wait_for_login(&self, email: &str) -> PortResult<u32> {
        let wait = self
            .office
            .wait_for_try(Tried::Login(email), TRIES, TRY_SECONDS);
        let wait = wait.map_err(people)?.unwrap_or(0);
        Ok(u32::try_from(wait).unwrap_or(u32::MAX))
    }

    /// Gives the tries back to whoever has shown all that is needed. Only he is told that the staff
    /// has locked his account.
    fn let_in(&self, customer: CustomerId, email: &str) -> PortResult<()> {
        let tried = Tried::Login(email);
        self.office.forget_tries(tried).map_err(people)?;
        match self.office.is_locked(customer).map_err(people)? {
            true => Err(locked().into()),
            false => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_lock_is_told_in_whole_minutes() {
        let problem = super::tried_too_often(super::Tried::Login("anna"), 61);
        assert_eq!(problem.facts.get("minutes").map(String::as_str), Some("2"));
    }
}

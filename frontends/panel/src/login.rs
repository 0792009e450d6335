//! Logging in: checks under limits, and sessions. The pages and the customer API share it.

use std::net::IpAddr;

use kantor_model::Moment;
use kantor_wire::Problem;

use crate::limits::{address_key, slow_down};
use crate::port::{CustomerPort, PortResult, SessionRecord};
use crate::secrets;
use crate::site::Site;
use crate::visit::Failure;

/// Checks a login: the customer's id, or why not. Tries are limited by address, failures by name.
/// A name that nobody has is answered and locked like any other and takes as long, so that
/// neither tells who is a customer.
pub(crate) async fn check(
    site: &Site,
    now: Moment,
    address: Option<IpAddr>,
    email: &str,
    password: String,
) -> Result<Result<String, Problem>, Failure> {
    let email = email.trim().to_lowercase();
    let name = secrets::sha256_hex(email.as_bytes());
    if let Err(seconds) = site.limits.logins.take(&address_key(address), now) {
        return Ok(Err(slow_down(seconds)));
    }
    // Taken before the check and given back after a right one, so that many tries at once do not
    // slip through together.
    if let Err(seconds) = site.limits.failures.take(&name, now) {
        return Ok(Err(locked(seconds)));
    }
    let credentials = site.ask(move |port| port.credentials(&email)).await?;
    let (customer, hash) = match credentials {
        Some(known) => (Some(known.customer), Some(known.password_hash)),
        None => (None, None),
    };
    let right = site.passwords.verify(password, hash).await?;
    match customer {
        Some(customer) if right => {
            site.limits.failures.forget(&name);
            Ok(Ok(customer))
        }
        Some(_) | None => Ok(Err(Problem::new(
            401,
            "login-wrong",
            "Not logged in",
            "The e-mail and the password do not fit together. Check both and try again.",
        ))),
    }
}

fn locked(seconds: i64) -> Problem {
    let minutes = seconds / 60 + 1;
    Problem::new(
        429,
        "login-locked",
        "Locked for a while",
        format!(
            "There were too many wrong passwords for this e-mail, so logging in is locked for \
             {minutes} min. Try again then."
        ),
    )
    .fact("minutes", minutes.to_string())
    .fact("seconds", seconds.to_string())
}

/// Begins a session with a new token and ends the older one of the same browser. Answers the token
/// and the session's end.
pub(crate) async fn open_session(
    site: &Site,
    now: Moment,
    customer: &str,
    older: Option<String>,
) -> Result<(String, Moment), Failure> {
    let token = secrets::new_token()?;
    let until = now.plus_seconds(i64::from(site.settings.session_minutes) * 60);
    let session = SessionRecord {
        token_hash: secrets::sha256_hex(token.as_bytes()),
        customer: customer.to_owned(),
        until,
    };
    site.ask(move |port| {
        if let Some(older) = older {
            port.end_session(&secrets::sha256_hex(older.as_bytes()))?;
        }
        port.save_session(session)
    })
    .await?;
    Ok((token, until))
}

/// The customer of a session that has not ended. Its end moves with its use, written at most
/// twice in its length.
pub(crate) fn resume(
    port: &dyn CustomerPort,
    token: &str,
    now: Moment,
    seconds: i64,
) -> PortResult<Option<String>> {
    let hash = secrets::sha256_hex(token.as_bytes());
    let Some(session) = port.session(&hash)?.filter(|session| session.until > now) else {
        return Ok(None);
    };
    let customer = session.customer.clone();
    if session.until.seconds_since(now) < seconds / 2 {
        port.save_session(SessionRecord {
            until: now.plus_seconds(seconds),
            ..session
        })?;
    }
    Ok(Some(customer))
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_lock_is_told_in_whole_minutes() {
        let problem = super::locked(61);
        assert_eq!(problem.facts.get("minutes").map(String::as_str), Some("2"));
    }
}

//! The second factor of customers, judged where its secret is.

use kantor_engine::CustomerId;
use kantor_office::{SecondFactor, Tried, WayIn};
use kantor_wire::Problem;

use super::refused::people;
use super::{LocalOffice, salt};
use crate::port::{NewFactor, PortError, PortResult};
use crate::secrets::{hex, sha256_hex, unhex};
use crate::totp;

fn wrong() -> Problem {
    Problem::new(
        422,
        "factor-wrong",
        "Not this code",
        "The code is not the one that the telephone shows now, or it was used already. Wait for the \
         next one and type that.",
    )
}

/// How long a right password waits for its code, in seconds.
const HALF_SECONDS: i64 = 300;

fn needed(pass: String) -> Problem {
    Problem::new(
        401,
        "factor-needed",
        "A code is needed",
        "This account has a second factor: send the code that the telephone shows, with the password.",
    )
    .fact("pass", pass)
}

/// A part of an address: whatever is not plain is written with percent signs.
fn plain(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'-' | b'_' | b'.' | b'~' => {
                char::from(byte).to_string()
            }
            other => format!("%{other:02X}"),
        })
        .collect()
}

impl LocalOffice {
    pub(super) fn is_factor_on(&self, customer: CustomerId) -> PortResult<bool> {
        let kept = self.office.second_factor(customer).map_err(people)?;
        Ok(kept.is_some_and(|kept| kept.confirmed))
    }

    pub(super) fn begun_factor(&self, customer: CustomerId) -> PortResult<Option<NewFactor>> {
        let kept = self.office.second_factor(customer).map_err(people)?;
        let secret = match kept {
            Some(kept) if kept.confirmed => return Ok(None),
            Some(kept) => unhex(&kept.secret),
            None => {
                let fresh =
                    totp::new_secret().map_err(|error| PortError::Down(error.to_string()))?;
                let factor = SecondFactor {
                    secret: hex(&fresh),
                    confirmed: false,
                };
                self.office
                    .keep_second_factor(customer, &factor)
                    .map_err(people)?;
                fresh
            }
        };
        let person = self.office.person(customer).map_err(people)?;
        let email = person.map(|person| person.email).unwrap_or_default();
        let name = plain(&self.office.settings().owner.name);
        let secret = totp::base32(&secret);
        let link = format!(
            "otpauth://totp/{name}:{}?secret={secret}&issuer={name}",
            plain(&email)
        );
        Ok(Some(NewFactor { secret, link }))
    }

    pub(super) fn judged_factor(
        &self,
        customer: CustomerId,
        on: bool,
        code: &str,
    ) -> PortResult<()> {
        let kept = self.office.second_factor(customer).map_err(people)?;
        let kept = kept.filter(|kept| kept.confirmed != on).ok_or_else(wrong)?;
        // Who holds a session need not be the customer: his telephone is not guessed either.
        let tried = Tried::Code(customer);
        self.take_try(tried)?;
        if !self.is_its_code(customer, &kept, code)? {
            return Err(wrong().into());
        }
        self.office.forget_tries(tried).map_err(people)?;
        match on {
            true => {
                let confirmed = SecondFactor {
                    confirmed: true,
                    ..kept
                };
                self.office.keep_second_factor(customer, &confirmed)
            }
            false => self.office.end_second_factor(customer),
        }
        .map_err(people)
    }

    /// Lets a customer in whose password was right: where he has a second factor, with its code.
    pub(super) fn second_step(
        &self,
        (customer, way_in): (CustomerId, WayIn),
        code: Option<&str>,
    ) -> PortResult<()> {
        let kept = self.office.second_factor(customer).map_err(people)?;
        let Some(kept) = kept.filter(|kept| kept.confirmed) else {
            return Ok(());
        };
        let code = code.filter(|code| !code.trim().is_empty());
        match code {
            None => Err(needed(self.half_way((customer, way_in))?).into()),
            Some(code) if self.is_its_code(customer, &kept, code)? => Ok(()),
            Some(_) => Err(wrong().into()),
        }
    }

    /// What stands for a right password until the code comes too.
    fn half_way(&self, begun: (CustomerId, WayIn)) -> PortResult<String> {
        let pass = salt()?;
        let until = self.office.now().plus_seconds(HALF_SECONDS);
        self.office
            .keep_half_login(begun, &sha256_hex(pass.as_bytes()), until)
            .map_err(people)?;
        Ok(pass)
    }

    /// Whether a code is one of now and is used for the first time.
    fn is_its_code(
        &self,
        customer: CustomerId,
        factor: &SecondFactor,
        code: &str,
    ) -> PortResult<bool> {
        let secret = unhex(&factor.secret);
        match totp::step_of(&secret, code, self.office.now()) {
            Some(step) => self.office.use_code(customer, step).map_err(people),
            None => Ok(false),
        }
    }
}

//! What a person enters, checked field by field at the office's side of the port.

use kantor_model::{Currency, Iban, IbanError, IdentityError, Money, Pesel};
use kantor_wire::{FieldProblem, NewCustomerAccount, Registration};

use kantor_office::NewPerson;

/// The shortest password.
pub(crate) const PASSWORD_LENGTH: usize = 10;

fn refuse(problems: &mut Vec<FieldProblem>, field: &str, code: &str, detail: &str) {
    problems.push(FieldProblem {
        field: field.to_owned(),
        code: code.to_owned(),
        detail: detail.to_owned(),
    });
}

/// Checks a registration. The password is checked and left out: the caller hashes it.
pub(crate) fn registration(entered: &Registration) -> Result<NewPerson, Vec<FieldProblem>> {
    let mut problems = Vec::new();
    let p = &mut problems;
    let customer = NewPerson {
        first_name: name(p, "first_name", &entered.first_name),
        last_name: name(p, "last_name", &entered.last_name),
        pesel: pesel(p, &entered.pesel),
        email: email(p, &entered.email),
        phone: phone(p, &entered.phone),
        street: address(p, "street", &entered.street),
        postal_code: postal_code(p, &entered.postal_code),
        city: address(p, "city", &entered.city),
        password_hash: String::new(),
    };
    password(p, &entered.password, &customer.email);
    if problems.is_empty() {
        Ok(customer)
    } else {
        Err(problems)
    }
}

/// Checks an e-mail that stands alone.
pub(crate) fn email_alone(text: &str) -> Result<String, Vec<FieldProblem>> {
    let mut problems = Vec::new();
    let email = email(&mut problems, text);
    if problems.is_empty() {
        Ok(email)
    } else {
        Err(problems)
    }
}

/// Checks a password that is to replace a forgotten one.
pub(crate) fn new_password(text: &str, email: &str) -> Result<(), Vec<FieldProblem>> {
    let mut problems = Vec::new();
    password(&mut problems, text, email);
    if problems.is_empty() {
        Ok(())
    } else {
        Err(problems)
    }
}

/// One blank between words, none around them.
fn tidy(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn printable(text: &str) -> bool {
    !text.chars().any(char::is_control)
}

fn name(problems: &mut Vec<FieldProblem>, field: &str, text: &str) -> String {
    let name = tidy(text);
    let letters = name
        .chars()
        .all(|c| c.is_alphabetic() || " -'’.".contains(c));
    if name.is_empty() {
        refuse(problems, field, "required", "This field is needed.");
    } else if !letters || name.chars().count() > 70 {
        refuse(
            problems,
            field,
            "name",
            "A name has letters, spaces, hyphens and apostrophes, at most 70 of them.",
        );
    }
    name
}

fn pesel(problems: &mut Vec<FieldProblem>, text: &str) -> String {
    match Pesel::parse(text) {
        Ok(pesel) => pesel.as_str().to_owned(),
        Err(error) => {
            let (code, detail) = match error {
                IdentityError::Digits { .. } => ("pesel-digits", "A PESEL has 11 digits."),
                IdentityError::CheckDigit { .. } => (
                    "pesel-check-digit",
                    "The last digit does not fit the others: a digit is mistyped or two are \
                     swapped.",
                ),
                IdentityError::BirthDate { .. } => (
                    "pesel-birth-date",
                    "The first six digits name a day that does not exist.",
                ),
                IdentityError::NeverIssued { .. } => (
                    "pesel-never-issued",
                    "Nobody has this number; copy it from the identity card.",
                ),
            };
            refuse(problems, "pesel", code, detail);
            String::new()
        }
    }
}

fn email(problems: &mut Vec<FieldProblem>, text: &str) -> String {
    let email = text.trim().to_lowercase();
    let plain = |part: &str| {
        !part.is_empty()
            && part
                .chars()
                .all(|c| !c.is_whitespace() && !c.is_control() && c != '@')
    };
    let valid = email.len() <= 254
        && email.split_once('@').is_some_and(|(local, domain)| {
            plain(local)
                && plain(domain)
                && domain.contains('.')
                && domain.split('.').all(|label| !label.is_empty())
        });
    if !valid {
        refuse(
            problems,
            "email",
            "email",
            "An e-mail address looks like anna@example.pl.",
        );
    }
    email
}

fn phone(problems: &mut Vec<FieldProblem>, text: &str) -> String {
    let plain: String = text.chars().filter(|c| !" -().".contains(*c)).collect();
    let international = plain
        .strip_prefix("00")
        .map(|rest| format!("+{rest}"))
        .unwrap_or(plain);
    let number = if international.len() == 9 && !international.starts_with('+') {
        format!("+48{international}")
    } else {
        international
    };
    let valid = number.strip_prefix('+').is_some_and(|digits| {
        (8..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
    });
    if !valid {
        refuse(
            problems,
            "phone",
            "phone",
            "A Polish number has 9 digits; others begin with + and the country's code.",
        );
    }
    number
}

fn address(problems: &mut Vec<FieldProblem>, field: &str, text: &str) -> String {
    let line = tidy(text);
    if line.is_empty() {
        refuse(problems, field, "required", "This field is needed.");
    } else if line.chars().count() > 70 || !printable(&line) {
        refuse(
            problems,
            field,
            "too-long",
            "At most 70 characters fit here.",
        );
    }
    line
}

fn postal_code(problems: &mut Vec<FieldProblem>, text: &str) -> String {
    let digits: String = text.chars().filter(|c| !" -".contains(*c)).collect();
    match (digits.get(..2), digits.get(2..)) {
        (Some(region), Some(rest))
            if digits.len() == 5 && digits.bytes().all(|byte| byte.is_ascii_digit()) =>
        {
            format!("{region}-{rest}")
        }
        (_, _) => {
            refuse(
                problems,
                "postal_code",
                "postal-code",
                "A postal code has five digits, such as 00-950.",
            );
            digits
        }
    }
}

fn password(problems: &mut Vec<FieldProblem>, text: &str, email: &str) {
    let length = text.chars().count();
    let local = email.split('@').next().unwrap_or_default();
    let varied: std::collections::BTreeSet<char> = text.chars().collect();
    let lower = text.to_lowercase();
    if !(PASSWORD_LENGTH..=200).contains(&length) {
        refuse(
            problems,
            "password",
            "password-length",
            "A password has 10 to 200 characters. A short sentence is easy to remember.",
        );
    } else if varied.len() < 5 || (local.len() >= 4 && lower.contains(local)) {
        refuse(
            problems,
            "password",
            "password-guessable",
            "This password is easy to guess: it repeats a few characters or holds your e-mail.",
        );
    }
}

/// Checks one of the customer's own accounts.
pub(crate) fn account(
    entered: &NewCustomerAccount,
) -> Result<NewCustomerAccount, Vec<FieldProblem>> {
    let mut problems = Vec::new();
    let iban = match Iban::parse(&entered.iban) {
        Ok(iban) => iban.as_str().to_owned(),
        Err(error) => {
            let (code, detail) = iban_rule(&error);
            refuse(&mut problems, "iban", code, detail);
            String::new()
        }
    };
    let currency = match Currency::from_code(entered.currency.trim()) {
        Ok(currency) => currency.code().to_owned(),
        Err(_) => {
            refuse(
                &mut problems,
                "currency",
                "currency",
                "Choose one of the currencies that the office trades.",
            );
            String::new()
        }
    };
    let name = tidy(&entered.name);
    if name.chars().count() > 40 || !printable(&name) {
        refuse(
            &mut problems,
            "name",
            "account-name",
            "At most 40 characters fit here.",
        );
    }
    if problems.is_empty() {
        Ok(NewCustomerAccount {
            iban,
            currency,
            name,
        })
    } else {
        Err(problems)
    }
}

fn iban_rule(error: &IbanError) -> (&'static str, &'static str) {
    match error {
        IbanError::CheckDigits { .. } => (
            "iban-check-digits",
            "The check digits do not fit the number: a digit is mistyped or two are swapped.",
        ),
        IbanError::Length { .. } => (
            "iban-length",
            "A Polish account number has 26 digits; the number entered is longer or shorter.",
        ),
        IbanError::Shape { .. } => (
            "iban-shape",
            "An account number has 26 digits, or a country's two letters and its digits.",
        ),
    }
}

/// Reads an amount as people type it: spaces group, a comma or a dot is the decimal mark.
pub(crate) fn amount(text: &str, currency: &str) -> Result<String, &'static str> {
    let plain: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let currency = Currency::from_code(currency).map_err(|_| "currency")?;
    match Money::parse(&plain, currency) {
        Ok(money) if money.is_positive() => Ok(money.to_decimal_string()),
        Ok(_) => Err("amount-positive"),
        Err(_) => Err("amount"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person() -> Registration {
        Registration {
            first_name: " Anna  Maria ".into(),
            last_name: "Nowak-Żółć".into(),
            pesel: "44051401359".into(),
            email: "Anna@Example.pl".into(),
            phone: "601 602 603".into(),
            street: "Prosta 1/2".into(),
            postal_code: "00950".into(),
            city: "Warszawa".into(),
            password: "trzy małe koty".into(),
        }
    }

    fn check(change: impl FnOnce(&mut Registration), wanted: &[(&str, &str)]) {
        let mut entered = person();
        change(&mut entered);
        let problems = registration(&entered).err().unwrap_or_default();
        let found: Vec<(&str, &str)> = problems
            .iter()
            .map(|problem| (problem.field.as_str(), problem.code.as_str()))
            .collect();
        assert_eq!(found, wanted);
    }

    #[test]
    fn a_right_registration_is_tidied() {
        let customer = registration(&person()).unwrap_or_else(|_| panic!("is right"));
        assert_eq!(customer.first_name, "Anna Maria");
        assert_eq!(customer.email, "anna@example.pl");
        assert_eq!(customer.phone, "+48601602603");
        assert_eq!(customer.postal_code, "00-950");
        assert_eq!(customer.password_hash, "");
    }

    #[test]
    fn each_rule_names_its_field() {
        check(|_| (), &[]);
        check(|r| r.first_name.clear(), &[("first_name", "required")]);
        check(|r| r.last_name = "<b>".into(), &[("last_name", "name")]);
        check(
            |r| r.pesel = "4405140135".into(),
            &[("pesel", "pesel-digits")],
        );
        check(
            |r| r.pesel = "44051401358".into(),
            &[("pesel", "pesel-check-digit")],
        );
        check(
            |r| r.pesel = "44053201359".into(),
            &[("pesel", "pesel-check-digit")],
        );
        check(|r| r.email = "anna".into(), &[("email", "email")]);
        check(|r| r.email = "a@b..pl".into(), &[("email", "email")]);
        check(|r| r.phone = "12345".into(), &[("phone", "phone")]);
        check(|r| r.phone = "0049 30 1234567".into(), &[]);
        check(|r| r.street = " ".into(), &[("street", "required")]);
        check(
            |r| r.postal_code = "0-950".into(),
            &[("postal_code", "postal-code")],
        );
        check(
            |r| r.password = "krótkie".into(),
            &[("password", "password-length")],
        );
        check(
            |r| r.password = "aaaaaaaaaaaa".into(),
            &[("password", "password-guessable")],
        );
        check(
            |r| r.password = "moja anna 1".into(),
            &[("password", "password-guessable")],
        );
    }

    #[test]
    fn amounts_are_read_as_people_type_them() {
        assert_eq!(amount("1 000,5", "EUR"), Ok("1000.50".to_owned()));
        assert_eq!(amount("1000.55", "EUR"), Ok("1000.55".to_owned()));
        assert_eq!(amount("0", "EUR"), Err("amount-positive"));
        assert_eq!(amount("", "EUR"), Err("amount"));
        assert_eq!(amount("1.2345", "EUR"), Err("amount"));
    }
}

//! What can go wrong between the desk and the office, and what to do then.

use std::path::PathBuf;

use kantor_wire::Problem;

/// Why a question to the office, or an act, has no good answer.
/// Every sentence says what happened, why, and what to do now.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// The address in the configuration is not one that the desk can speak to.
    #[error(
        "`{url}` is not the address of an office: {why}; write [desk] url such as http://127.0.0.1:8081"
    )]
    Address {
        /// What was configured.
        url: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The token file cannot be read, or holds no token.
    #[error(
        "no token in {path}: {why}; ask an administrator of the office for a token and save it in that file"
    )]
    Token {
        /// The file of the configuration.
        path: PathBuf,
        /// Why it gives no token.
        why: String,
    },
    /// The file with the certificates to trust cannot be read, or holds none.
    #[error(
        "no certificate in {path}: {why}; name a PEM file with the authority of the office's certificate as [desk] authority"
    )]
    Authority {
        /// The file of the configuration.
        path: PathBuf,
        /// Why it gives no certificate.
        why: String,
    },
    /// Nobody listens at the address. Nothing was sent, nothing happened there.
    #[error(
        "the office at {url} does not answer ({why}); nothing was sent. See that `kantor serve` runs there and that [desk] url is right, then try again"
    )]
    Unreachable {
        /// The office's address.
        url: String,
        /// The system's word for it.
        why: String,
    },
    /// The connection broke, or time ran out, after the request had gone out. Whether the office
    /// acted is not known; the same act is sent with the same key next time, so it cannot happen twice.
    #[error(
        "no answer from the office at {url} ({why}); it is not known whether it acted. Try again: the same act is never done twice"
    )]
    Lost {
        /// The office's address.
        url: String,
        /// What broke.
        why: String,
    },
    /// The office says no, and says why (problem details, RFC 9457).
    #[error("{}", sentence(problem))]
    Refused {
        /// The office's own words, with the facts that they hold.
        problem: Box<Problem>,
    },
    /// Something answers that is not an office, or an office of another version.
    #[error(
        "{url} answered `{what}` in a way that is not the office API ({why}); see that [desk] url is the office's own address and that desk and office have the same version"
    )]
    NotAnOffice {
        /// What was asked.
        url: String,
        /// The question.
        what: String,
        /// What does not fit.
        why: String,
    },
    /// The system gives no random bytes, so that acts cannot be told apart.
    #[error("the system gives no random numbers ({why}); restart the computer and try again")]
    NoRandomness {
        /// The system's word for it.
        why: String,
    },
}

impl ApiError {
    /// The office could not be reached or its answer got lost: the same thing can be tried again later.
    pub fn is_connection(&self) -> bool {
        match self {
            ApiError::Unreachable { .. } | ApiError::Lost { .. } => true,
            ApiError::Address { .. }
            | ApiError::Token { .. }
            | ApiError::Authority { .. }
            | ApiError::Refused { .. }
            | ApiError::NotAnOffice { .. }
            | ApiError::NoRandomness { .. } => false,
        }
    }

    /// The office judged the act and said no. Else it may have done it when it was asked before: who
    /// was turned away at the door (no known key, too slow, too often) was told nothing of the act.
    pub(crate) fn is_judgement(&self) -> bool {
        match self {
            ApiError::Refused { problem } => {
                problem.status < 500 && !matches!(problem.status, 401 | 408 | 429)
            }
            ApiError::Address { .. }
            | ApiError::Token { .. }
            | ApiError::Authority { .. }
            | ApiError::Unreachable { .. }
            | ApiError::Lost { .. }
            | ApiError::NotAnOffice { .. }
            | ApiError::NoRandomness { .. } => false,
        }
    }

    /// The code of the office's refusal, for programs.
    pub fn code(&self) -> Option<&str> {
        match self {
            ApiError::Refused { problem } => Some(&problem.code),
            ApiError::Unreachable { .. }
            | ApiError::Lost { .. }
            | ApiError::Address { .. }
            | ApiError::Token { .. }
            | ApiError::Authority { .. }
            | ApiError::NotAnOffice { .. }
            | ApiError::NoRandomness { .. } => None,
        }
    }
}

/// What the office says, with each field that is wrong on a line of its own.
fn sentence(problem: &Problem) -> String {
    if problem.code == "token-unknown" {
        return "the office does not know the key of this desk: it was revoked, has another secret \
                by now, or is another office's; ask an administrator for one (`kantor tokens add` \
                or `rotate`) and name its file as [desk] token_file"
            .to_owned();
    }
    let mut text = problem.detail.clone();
    for field in &problem.errors {
        text.push_str(&format!("\n  {}: {}", field.field, field.detail));
    }
    text
}

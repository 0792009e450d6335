//! Problem details (RFC 9457): what happened, why, and what to do now.

use serde::{Deserialize, Serialize};

/// Why a request was refused (`application/problem+json`).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Problem {
    /// A URI reference that names the kind of problem: `about:blank` or `/problems/{code}`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind of problem in a few words; the same for each problem of that kind.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What happened, why, and what to do now.
    pub detail: String,
    /// A stable word for programs, `order-not-found`.
    pub code: String,
    /// What is wrong field by field, when the request was a form.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldProblem>,
}

impl Problem {
    /// A problem of the kind that `code` names.
    pub fn new(
        status: u16,
        code: impl Into<String>,
        title: impl Into<String>,
        detail: impl Into<String>,
    ) -> Problem {
        let code = code.into();
        Problem {
            kind: format!("/problems/{code}"),
            title: title.into(),
            status,
            detail: detail.into(),
            code,
            errors: Vec::new(),
        }
    }
}

/// What is wrong with one field, and the rule that it breaks.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct FieldProblem {
    /// The field's name in the request.
    pub field: String,
    /// A stable word for the rule, `pesel-check-digit`.
    pub code: String,
    /// The rule and what to do, in English.
    pub detail: String,
}

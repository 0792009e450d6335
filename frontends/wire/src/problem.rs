//! Problem details (RFC 9457): what happened, why, and what to do now.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Why a request was refused (`application/problem+json`).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
    /// The numbers and names that `detail` holds, so that a front end can say it in another
    /// language ([`crate::Words::problem`]).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub facts: BTreeMap<String, String>,
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
            facts: BTreeMap::new(),
            errors: Vec::new(),
        }
    }

    /// The same problem with a fact that its sentence names.
    #[must_use]
    pub fn fact(mut self, name: &str, value: impl Into<String>) -> Problem {
        self.facts.insert(name.to_owned(), value.into());
        self
    }
}

/// What is wrong with one field, and the rule that it breaks.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FieldProblem {
    /// The field's name in the request.
    pub field: String,
    /// A stable word for the rule, `pesel-check-digit`.
    pub code: String,
    /// The rule and what to do, in English.
    pub detail: String,
}

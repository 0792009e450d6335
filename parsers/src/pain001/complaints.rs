//! What is wrong with a file, collected.

use kantor_model::{Complaint, Place, Severity};

/// How many complaints of one file are kept; more would only hide the first ones.
const LIMIT: usize = 1000;

/// Complaints in the order of the file.
#[derive(Default)]
pub(super) struct Complaints {
    kept: Vec<Complaint>,
    left_out: usize,
    worst: Option<Complaint>,
}

impl Complaints {
    pub(super) fn push(&mut self, complaint: Complaint) {
        if self.kept.len() < LIMIT {
            self.kept.push(complaint);
            return;
        }
        self.left_out += 1;
        let worse = |kept: &Complaint| kept.severity < complaint.severity;
        if self.worst.as_ref().is_none_or(worse) {
            self.worst = Some(complaint);
        }
    }

    pub(super) fn fatal(
        &mut self,
        place: Place,
        code: &'static str,
        message: String,
        excerpt: String,
    ) {
        self.push(Complaint {
            place,
            code: code.into(),
            severity: Severity::Fatal,
            message,
            excerpt,
        });
    }

    /// All of them; the last says how many were left out.
    pub(super) fn finish(mut self) -> Vec<Complaint> {
        if let Some(worst) = self.worst {
            self.kept.push(Complaint {
                message: format!(
                    "{} more complaints are left out, the first of the worst of them is {}: {}",
                    self.left_out, worst.code, worst.message
                ),
                code: "complaints-left-out".into(),
                ..worst
            });
        }
        self.kept
    }
}

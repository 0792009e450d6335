//! A field of a form as a page shows it.

use kantor_wire::{FieldProblem, Words};

/// One labelled input with what was entered and what is wrong with it.
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) label: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) value: String,
    pub(crate) autocomplete: &'static str,
    pub(crate) inputmode: &'static str,
    pub(crate) hint: Option<&'static str>,
    pub(crate) problem: Option<String>,
    pub(crate) wide: bool,
}

impl Field {
    /// A line of text.
    pub(crate) fn text(name: &'static str, label: &'static str, value: &str) -> Field {
        Field {
            name,
            label,
            kind: "text",
            value: value.to_owned(),
            autocomplete: "on",
            inputmode: "text",
            hint: None,
            problem: None,
            wide: false,
        }
    }

    /// A password; what was entered is never sent back.
    pub(crate) fn password(name: &'static str, label: &'static str) -> Field {
        Field {
            kind: "password",
            autocomplete: "current-password",
            ..Field::text(name, label, "")
        }
    }

    /// What browsers may fill in, and which keyboard a phone shows.
    pub(crate) fn filled_by(
        mut self,
        autocomplete: &'static str,
        inputmode: &'static str,
    ) -> Field {
        self.autocomplete = autocomplete;
        self.inputmode = inputmode;
        self
    }

    /// An e-mail address.
    pub(crate) fn email(mut self) -> Field {
        self.kind = "email";
        self
    }

    /// A sentence below the field.
    pub(crate) fn hinted(mut self, hint: &'static str) -> Field {
        self.hint = Some(hint);
        self
    }

    /// Takes the whole width of the form.
    pub(crate) fn wide(mut self) -> Field {
        self.wide = true;
        self
    }

    /// Names the rule that this field breaks, if it does.
    pub(crate) fn judged(mut self, words: &Words, problems: &[FieldProblem]) -> Field {
        self.problem = problems
            .iter()
            .find(|problem| problem.field == self.name)
            .map(|problem| words.rule(problem).to_owned());
        self
    }
}

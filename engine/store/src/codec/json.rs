//! Writing canonical JSON, and reading it without forgiving anything.

use std::fmt::{self, Display, Write};

use serde_json_borrow::{ObjectAsVec, Value};

/// A value with one stored form.
pub(super) trait Stored: Sized {
    /// Writes its form.
    fn write(&self, out: &mut String);

    /// Reads it back; anything but the form that `write` gives is a problem.
    fn read(value: &Value<'_>) -> Result<Self, Problem>;
}

/// What is wrong with a stored value, and where.
#[derive(Debug)]
pub(super) struct Problem {
    /// The fields on the way to it, the innermost first.
    path: Vec<String>,
    /// What is wrong there.
    pub(super) what: String,
}

impl Problem {
    pub(super) fn new(what: impl Into<String>) -> Problem {
        Problem {
            path: Vec::new(),
            what: what.into(),
        }
    }

    /// A value of another kind than the one wanted.
    pub(super) fn expected(wanted: &str, found: &Value<'_>) -> Problem {
        Problem::new(format!("{wanted} was expected, not {found}"))
    }

    fn inside(mut self, field: impl Into<String>) -> Problem {
        self.path.push(field.into());
        self
    }

    /// The way to it, from the outside in.
    pub(super) fn at(&self) -> String {
        if self.path.is_empty() {
            return "the body".to_owned();
        }
        let steps: Vec<&str> = self.path.iter().rev().map(String::as_str).collect();
        steps.join(".")
    }
}

/// What bytes say. Names and words stay where they are in them, so that reading a log makes no copy
/// of each.
pub(super) fn parsed(bytes: &[u8]) -> Result<Value<'_>, Problem> {
    let text = std::str::from_utf8(bytes).map_err(|error| Problem::new(error.to_string()))?;
    serde_json::from_str(text).map_err(|error| Problem::new(error.to_string()))
}

/// An object being written.
pub(super) struct Object<'o> {
    out: &'o mut String,
    separator: char,
}

impl<'o> Object<'o> {
    pub(super) fn begin(out: &'o mut String) -> Object<'o> {
        Object {
            out,
            separator: '{',
        }
    }

    /// Writes the name of a field; whoever asked writes its value.
    pub(super) fn raw(&mut self, name: &str) -> &mut String {
        self.out.push(self.separator);
        self.separator = ',';
        text(name, self.out);
        self.out.push(':');
        self.out
    }

    pub(super) fn field(&mut self, name: &str, value: &impl Stored) {
        value.write(self.raw(name));
    }

    pub(super) fn end(self) {
        if self.separator == '{' {
            self.out.push('{');
        }
        self.out.push('}');
    }
}

/// An object being read: every field is taken once, and none may be left over.
pub(super) struct Fields<'v> {
    map: &'v ObjectAsVec<'v>,
    taken: Vec<&'static str>,
}

impl<'v> Fields<'v> {
    pub(super) fn of(value: &'v Value<'_>) -> Result<Fields<'v>, Problem> {
        match value {
            Value::Object(map) => Ok(Fields {
                map,
                taken: Vec::with_capacity(map.len()),
            }),
            _ => Err(Problem::expected("an object", value)),
        }
    }

    pub(super) fn holds(&self, name: &str) -> bool {
        self.map.contains_key(name)
    }

    pub(super) fn take<T: Stored>(&mut self, name: &'static str) -> Result<T, Problem> {
        self.take_with(name, T::read)
    }

    pub(super) fn take_with<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&Value<'_>) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        // Fields are written in the order in which they are taken.
        let next = self.map.get_key_value_at(self.taken.len());
        let value = match next {
            Some((key, value)) if key == name => Some(value),
            _ => self.map.get(name),
        };
        let value = value.ok_or_else(|| Problem::new("it is missing").inside(name))?;
        self.taken.push(name);
        read(value).map_err(|problem| problem.inside(name))
    }

    pub(super) fn end(self) -> Result<(), Problem> {
        if self.taken.len() == self.map.len() {
            return Ok(());
        }
        let mut keys = self.map.keys();
        if let Some(key) = keys.find(|key| !self.taken.contains(key)) {
            return Err(Problem::new("no such field is known").inside(key));
        }
        let times = |name: &str| self.map.keys().filter(|key| *key == name).count();
        let twice = self.taken.iter().find(|name| times(name) > 1);
        Err(Problem::new("it stands twice").inside(*twice.unwrap_or(&"a field")))
    }
}

/// Writes a text in quotes.
pub(super) fn text(text: &str, out: &mut String) {
    let plain = |byte: u8| byte >= b' ' && byte != b'"' && byte != b'\\';
    if text.bytes().all(plain) {
        out.push('"');
        out.push_str(text);
        out.push('"');
    } else {
        out.push_str(&serde_json::Value::from(text).to_string());
    }
}

/// The text of a value that is one.
pub(super) fn as_text<'v>(value: &'v Value<'_>) -> Result<&'v str, Problem> {
    value
        .as_str()
        .ok_or_else(|| Problem::expected("a text", value))
}

/// Whether a value is written exactly so. The text is not made for it: of reading a log that would
/// be much of the work.
pub(super) fn is_written(value: &impl Display, text: &str) -> bool {
    struct Rest<'t>(&'t str);
    impl Write for Rest<'_> {
        fn write_str(&mut self, part: &str) -> fmt::Result {
            self.0 = self.0.strip_prefix(part).ok_or(fmt::Error)?;
            Ok(())
        }
    }
    let mut rest = Rest(text);
    write!(rest, "{value}").is_ok() && rest.0.is_empty()
}

impl Stored for String {
    fn write(&self, out: &mut String) {
        text(self, out);
    }

    fn read(value: &Value<'_>) -> Result<String, Problem> {
        as_text(value).map(str::to_owned)
    }
}

impl Stored for bool {
    fn write(&self, out: &mut String) {
        out.push_str(if *self { "true" } else { "false" });
    }

    fn read(value: &Value<'_>) -> Result<bool, Problem> {
        value
            .as_bool()
            .ok_or_else(|| Problem::expected("true or false", value))
    }
}

macro_rules! whole_numbers {
    ($($number:ty, $as:ident;)*) => {$(
        impl Stored for $number {
            fn write(&self, out: &mut String) {
                out.push_str(&self.to_string());
            }

            fn read(value: &Value<'_>) -> Result<$number, Problem> {
                value
                    .$as()
                    .and_then(|number| <$number>::try_from(number).ok())
                    .ok_or_else(|| Problem::expected("a whole number", value))
            }
        }
    )*};
}

whole_numbers! {
    i64, as_i64;
    u64, as_u64;
    u32, as_u64;
}

impl<T: Stored> Stored for Option<T> {
    fn write(&self, out: &mut String) {
        match self {
            Some(value) => value.write(out),
            None => out.push_str("null"),
        }
    }

    fn read(value: &Value<'_>) -> Result<Option<T>, Problem> {
        match value {
            Value::Null => Ok(None),
            _ => T::read(value).map(Some),
        }
    }
}

impl<T: Stored> Stored for Vec<T> {
    fn write(&self, out: &mut String) {
        out.push('[');
        for (at, value) in self.iter().enumerate() {
            if at > 0 {
                out.push(',');
            }
            value.write(out);
        }
        out.push(']');
    }

    fn read(value: &Value<'_>) -> Result<Vec<T>, Problem> {
        let values = value
            .as_array()
            .ok_or_else(|| Problem::expected("a list", value))?;
        let read =
            |(at, value)| T::read(value).map_err(|problem| problem.inside(format!("[{at}]")));
        values.iter().enumerate().map(read).collect()
    }
}

/// Two things that belong together, as a list of two.
impl<A: Stored, B: Stored> Stored for (A, B) {
    fn write(&self, out: &mut String) {
        out.push('[');
        self.0.write(out);
        out.push(',');
        self.1.write(out);
        out.push(']');
    }

    fn read(value: &Value<'_>) -> Result<(A, B), Problem> {
        match value.as_array() {
            Some([one, two]) => Ok((A::read(one)?, B::read(two)?)),
            _ => Err(Problem::expected("a list of two", value)),
        }
    }
}

//! Writing canonical JSON, and reading it without forgiving anything.

use serde_json::{Map, Value};

/// A value with one stored form.
pub(super) trait Stored: Sized {
    /// Writes its form.
    fn write(&self, out: &mut String);

    /// Reads it back; anything but the form that `write` gives is a problem.
    fn read(value: &Value) -> Result<Self, Problem>;
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
    pub(super) fn expected(wanted: &str, found: &Value) -> Problem {
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
    map: &'v Map<String, Value>,
    taken: Vec<&'static str>,
}

impl<'v> Fields<'v> {
    pub(super) fn of(value: &'v Value) -> Result<Fields<'v>, Problem> {
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
        read: impl FnOnce(&Value) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        let value = self
            .map
            .get(name)
            .ok_or_else(|| Problem::new("it is missing").inside(name))?;
        self.taken.push(name);
        read(value).map_err(|problem| problem.inside(name))
    }

    pub(super) fn end(self) -> Result<(), Problem> {
        match self
            .map
            .keys()
            .find(|key| !self.taken.contains(&key.as_str()))
        {
            None => Ok(()),
            Some(key) => Err(Problem::new("no such field is known").inside(key.as_str())),
        }
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
        out.push_str(&Value::from(text).to_string());
    }
}

/// The text of a value that is one.
pub(super) fn as_text(value: &Value) -> Result<&str, Problem> {
    value
        .as_str()
        .ok_or_else(|| Problem::expected("a text", value))
}

impl Stored for String {
    fn write(&self, out: &mut String) {
        text(self, out);
    }

    fn read(value: &Value) -> Result<String, Problem> {
        as_text(value).map(str::to_owned)
    }
}

impl Stored for bool {
    fn write(&self, out: &mut String) {
        out.push_str(if *self { "true" } else { "false" });
    }

    fn read(value: &Value) -> Result<bool, Problem> {
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

            fn read(value: &Value) -> Result<$number, Problem> {
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

    fn read(value: &Value) -> Result<Option<T>, Problem> {
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

    fn read(value: &Value) -> Result<Vec<T>, Problem> {
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

    fn read(value: &Value) -> Result<(A, B), Problem> {
        match value.as_array().map(Vec::as_slice) {
            Some([one, two]) => Ok((A::read(one)?, B::read(two)?)),
            _ => Err(Problem::expected("a list of two", value)),
        }
    }
}

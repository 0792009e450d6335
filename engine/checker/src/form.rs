//! Reading stored JSON without forgiving anything: every field is taken, and none is left over.

use std::cell::RefCell;
use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// What cannot be read, and where.
#[derive(Debug)]
pub(crate) struct Misread(pub(crate) String);

impl Misread {
    pub(crate) fn expected(wanted: &str, found: &Value) -> Misread {
        Misread(format!("{wanted} was expected, not {found}"))
    }

    fn inside(self, field: &str) -> Misread {
        let Misread(what) = self;
        Misread(format!("{field}: {what}"))
    }
}

/// A value with one stored form.
pub(crate) trait Form: Sized {
    fn read(value: &Value) -> Result<Self, Misread>;
}

/// An object of which every field is taken once.
pub(crate) struct Fields<'v> {
    map: &'v Map<String, Value>,
    left: RefCell<BTreeSet<&'v str>>,
}

impl<'v> Fields<'v> {
    pub(crate) fn of(value: &'v Value) -> Result<Fields<'v>, Misread> {
        let map = value
            .as_object()
            .ok_or_else(|| Misread::expected("an object", value))?;
        Ok(Fields {
            map,
            left: RefCell::new(map.keys().map(String::as_str).collect()),
        })
    }

    pub(crate) fn value(&self, name: &str) -> Result<&'v Value, Misread> {
        self.left.borrow_mut().remove(name);
        self.map
            .get(name)
            .ok_or_else(|| Misread("it is missing".to_owned()).inside(name))
    }

    pub(crate) fn get<T: Form>(&self, name: &str) -> Result<T, Misread> {
        T::read(self.value(name)?).map_err(|misread| misread.inside(name))
    }

    /// Whether there is such a field.
    pub(crate) fn holds(&self, name: &str) -> bool {
        self.map.contains_key(name)
    }

    /// A field that may be left out.
    pub(crate) fn optional<T: Form>(&self, name: &str) -> Result<Option<T>, Misread> {
        match self.map.get(name) {
            Some(_) => self.get(name),
            None => Ok(None),
        }
    }

    /// The object of a field, taken apart.
    pub(crate) fn inside<T>(
        &self,
        name: &str,
        read: impl FnOnce(&Fields<'v>) -> Result<T, Misread>,
    ) -> Result<T, Misread> {
        whole(self.value(name)?, read).map_err(|misread| misread.inside(name))
    }

    /// The only field, where an object is one of several.
    pub(crate) fn only(&self) -> Option<&'v str> {
        let left = self.left.borrow();
        let mut names = left.iter().copied();
        names.next().filter(|_| names.next().is_none())
    }

    fn end(&self) -> Result<(), Misread> {
        match self.left.borrow().first() {
            None => Ok(()),
            Some(name) => Err(Misread("no such field is known".to_owned()).inside(name)),
        }
    }
}

/// Reads an object, all of it.
pub(crate) fn whole<'v, T>(
    value: &'v Value,
    read: impl FnOnce(&Fields<'v>) -> Result<T, Misread>,
) -> Result<T, Misread> {
    let fields = Fields::of(value)?;
    let read = read(&fields)?;
    fields.end()?;
    Ok(read)
}

impl Form for String {
    fn read(value: &Value) -> Result<String, Misread> {
        let text = value.as_str();
        text.map(str::to_owned)
            .ok_or_else(|| Misread::expected("a text", value))
    }
}

impl Form for bool {
    fn read(value: &Value) -> Result<bool, Misread> {
        let truth = value.as_bool();
        truth.ok_or_else(|| Misread::expected("true or false", value))
    }
}

impl Form for i64 {
    fn read(value: &Value) -> Result<i64, Misread> {
        let number = value.as_i64();
        number.ok_or_else(|| Misread::expected("a whole number", value))
    }
}

impl Form for u64 {
    fn read(value: &Value) -> Result<u64, Misread> {
        let number = value.as_u64();
        number.ok_or_else(|| Misread::expected("a whole number", value))
    }
}

impl Form for u32 {
    fn read(value: &Value) -> Result<u32, Misread> {
        let number = value.as_u64().and_then(|number| number.try_into().ok());
        number.ok_or_else(|| Misread::expected("a small whole number", value))
    }
}

impl<T: Form> Form for Option<T> {
    fn read(value: &Value) -> Result<Option<T>, Misread> {
        match value {
            Value::Null => Ok(None),
            _ => T::read(value).map(Some),
        }
    }
}

impl<T: Form> Form for Vec<T> {
    fn read(value: &Value) -> Result<Vec<T>, Misread> {
        let values = value
            .as_array()
            .ok_or_else(|| Misread::expected("a list", value))?;
        values.iter().map(T::read).collect()
    }
}

impl<A: Form, B: Form> Form for (A, B) {
    fn read(value: &Value) -> Result<(A, B), Misread> {
        match value.as_array().map(Vec::as_slice) {
            Some([one, two]) => Ok((A::read(one)?, B::read(two)?)),
            _ => Err(Misread::expected("a list of two", value)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, wanted: Result<(u64, Option<String>), &str>) {
        let value: Value = serde_json::from_str(text).expect("JSON");
        let read = whole(&value, |fields| Ok((fields.get("a")?, fields.get("b")?)));
        assert_eq!(
            read.map_err(|Misread(what)| what),
            wanted.map_err(str::to_owned)
        );
    }

    #[test]
    fn nothing_is_forgiven() {
        check(r#"{"a":1,"b":null}"#, Ok((1, None)));
        check(r#"{"a":1,"b":"x"}"#, Ok((1, Some("x".to_owned()))));
        check(r#"{"a":1}"#, Err("b: it is missing"));
        check(
            r#"{"a":-1,"b":null}"#,
            Err("a: a whole number was expected, not -1"),
        );
        check(
            r#"{"a":1,"b":null,"c":1}"#,
            Err("c: no such field is known"),
        );
    }
}

//! Comma-separated lists (RFC 4180): fields may stand in quotes, a quote inside is doubled.

/// The fields of each line, with the line's number in the file; empty lines are left out.
/// `Err` holds the line in which a quote is opened and never closed.
pub(crate) fn rows(text: &str) -> Result<Vec<(usize, Vec<String>)>, usize> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut rows = Vec::new();
    let mut line = 1;
    let mut rest = text;
    while !rest.is_empty() {
        let begun = line;
        let mut fields = Vec::new();
        loop {
            let (field, after) = field(rest).ok_or(begun)?;
            line += field.matches('\n').count();
            fields.push(field);
            rest = after;
            match rest.strip_prefix(',') {
                Some(after) => rest = after,
                None => break,
            }
        }
        rest = rest
            .strip_prefix("\r\n")
            .or_else(|| rest.strip_prefix('\n'))
            .unwrap_or(rest);
        line += 1;
        if fields.iter().any(|field| !field.is_empty()) {
            rows.push((begun, fields));
        }
    }
    Ok(rows)
}

/// One field and what stands after it; `None` when its quote is never closed.
fn field(text: &str) -> Option<(String, &str)> {
    let Some(mut rest) = text.strip_prefix('"') else {
        let end = text.find([',', '\r', '\n']).unwrap_or(text.len());
        let (field, rest) = text.split_at(end);
        // A lone carriage return is part of the field's line end.
        let rest = if rest.starts_with('\r') && !rest.starts_with("\r\n") {
            rest.strip_prefix('\r').unwrap_or(rest)
        } else {
            rest
        };
        return Some((field.to_owned(), rest));
    };
    let mut field = String::new();
    loop {
        let (before, after) = rest.split_once('"')?;
        field.push_str(before);
        match after.strip_prefix('"') {
            Some(after) => {
                field.push('"');
                rest = after;
            }
            None => {
                let end = after.find([',', '\r', '\n']).unwrap_or(after.len());
                let (tail, rest) = after.split_at(end);
                field.push_str(tail);
                return Some((field, rest));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, wanted: &[(usize, &[&str])]) {
        let rows = rows(text).expect("a list");
        let have: Vec<(usize, Vec<&str>)> = rows
            .iter()
            .map(|(line, fields)| (*line, fields.iter().map(String::as_str).collect()))
            .collect();
        let wanted: Vec<(usize, Vec<&str>)> = wanted
            .iter()
            .map(|(line, fields)| (*line, fields.to_vec()))
            .collect();
        assert_eq!(have, wanted, "{text:?}");
    }

    #[test]
    fn lists_are_read_as_spreadsheets_write_them() {
        check("a,b\nc,d\n", &[(1, &["a", "b"]), (2, &["c", "d"])]);
        check(
            "a,\"b, c\"\r\n\r\nd,",
            &[(1, &["a", "b, c"]), (3, &["d", ""])],
        );
        check("\u{feff}\"say \"\"hi\"\"\",x", &[(1, &["say \"hi\"", "x"])]);
        check(
            "\"two\nlines\",b\nc,d",
            &[(1, &["two\nlines", "b"]), (3, &["c", "d"])],
        );
        check("", &[]);
    }

    #[test]
    fn an_open_quote_is_named_by_its_line() {
        assert_eq!(rows("a,b\n\"c,d\n"), Err(2));
    }
}

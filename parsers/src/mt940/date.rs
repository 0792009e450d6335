//! Dates of MT940: two digits of the year, and sometimes none.

use kantor_model::Date;

/// A date as it is written, which need not exist: banks book interest on 30 February.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct WrittenDate {
    pub(super) year: i16,
    pub(super) month: i8,
    pub(super) day: i8,
}

impl WrittenDate {
    /// Six digits YYMMDD. Years from 80 on are of the last century: no bank sent MT940 before.
    pub(super) fn from_six(digits: &[u8]) -> Option<WrittenDate> {
        let year = i16::from(two(digits, 0)?);
        Some(WrittenDate {
            year: if year >= 80 { 1900 + year } else { 2000 + year },
            month: two(digits, 2)?,
            day: two(digits, 4)?,
        })
    }

    /// Four digits MMDD, in the year that brings them within six months of this date: an entry
    /// valued on 2 January may be booked on 31 December.
    pub(super) fn near(self, digits: &[u8]) -> Option<WrittenDate> {
        let month = two(digits, 0)?;
        let day = two(digits, 2)?;
        let year = match i16::from(month) - i16::from(self.month) {
            7.. => self.year - 1,
            -6..7 => self.year,
            _ => self.year + 1,
        };
        Some(WrittenDate { year, month, day })
    }

    /// The date, if the calendar has it.
    pub(super) fn existing(self) -> Option<Date> {
        Date::new(self.year, self.month, self.day).ok()
    }
}

fn two(digits: &[u8], at: usize) -> Option<i8> {
    let tens = digits.get(at).filter(|byte| byte.is_ascii_digit())?;
    let units = digits.get(at + 1).filter(|byte| byte.is_ascii_digit())?;
    i8::try_from((tens - b'0') * 10 + (units - b'0')).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_year_is_the_nearest() {
        let check = |value: &str, booked: &str, expected: &str| {
            let value = WrittenDate::from_six(value.as_bytes()).unwrap();
            let date = value.near(booked.as_bytes()).unwrap().existing();
            assert_eq!(
                date.map_or("none".to_owned(), |date| date.to_string()),
                expected
            );
        };
        check("260102", "1231", "2025-12-31");
        check("251231", "0102", "2026-01-02");
        check("260615", "0615", "2026-06-15");
        check("160230", "0301", "2016-03-01");
        check("160301", "0230", "none");
        check("000101", "1231", "1999-12-31");
    }

    #[test]
    fn two_digits_of_the_year_have_a_window() {
        let year = |text: &str| WrittenDate::from_six(text.as_bytes()).unwrap().year;
        assert_eq!(year("791231"), 2079);
        assert_eq!(year("800101"), 1980);
        assert_eq!(WrittenDate::from_six(b"2601 1"), None);
        assert_eq!(WrittenDate::from_six(b"2601"), None);
    }
}

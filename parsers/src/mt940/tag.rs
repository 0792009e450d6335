//! Tags of MT940, MT942, MT900 and MT910: which line begins a field.

/// The tag of a field, as far as a statement needs to tell them apart (SWIFT category 9).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Tag {
    /// `:20:` the bank's name for the message; begins a statement.
    Reference,
    /// `:25:`, `:25P:` the account.
    Account,
    /// `:28C:`, `:28:` statement number and page.
    Number,
    /// `:60F:` the opening balance of the first page.
    Opening,
    /// `:60M:` the opening balance of a later page.
    OpeningOfPage,
    /// `:61:` an entry.
    Entry,
    /// `:86:` text about the entry, or about the statement.
    Text,
    /// `:62F:` the closing balance.
    Closing,
    /// `:62M:` the closing balance of a page that another one follows.
    ClosingOfPage,
    /// `:64:` the available balance.
    Available,
    /// `:NS:` lines of BPH and Alior that SWIFT does not know.
    Own,
    /// `:34F:` the floor of MT942: smaller entries are not told.
    Floor,
    /// `:90C:` count and sum of the credits of MT942.
    Credits,
    /// `:90D:` count and sum of its debits.
    Debits,
    /// `:21:` what an announcement (MT900, MT910) answers.
    Related,
    /// `:32A:` value date and amount of an announcement.
    Value,
    /// `:50A:` `:50F:` `:50K:` who pays, in MT910.
    Payer,
    /// `:52A:` `:52D:` whose bank ordered it.
    Institution,
    /// `:56A:` `:56D:` the bank between, in MT910.
    Intermediary,
    /// `:72:` what the bank has to say to an announcement.
    Information,
    /// `:23B:`, `:59:` and others of payment orders: the message announces nothing.
    Order,
    /// `:65:`, `:13D:` and whatever looks like a tag outside a text: nothing we use.
    Unused,
}

impl Tag {
    /// Whether text may follow the first line, and so lines that only look like tags.
    pub(super) fn holds_text(self) -> bool {
        match self {
            Tag::Entry | Tag::Text | Tag::Own => true,
            Tag::Reference
            | Tag::Account
            | Tag::Number
            | Tag::Opening
            | Tag::OpeningOfPage
            | Tag::Closing
            | Tag::ClosingOfPage
            | Tag::Available
            | Tag::Floor
            | Tag::Credits
            | Tag::Debits
            | Tag::Related
            | Tag::Value
            | Tag::Payer
            | Tag::Institution
            | Tag::Intermediary
            | Tag::Information
            | Tag::Order
            | Tag::Unused => false,
        }
    }

    /// Whether all of the value stands on one line.
    pub(super) fn has_one_line(self) -> bool {
        match self {
            Tag::Reference
            | Tag::Number
            | Tag::Opening
            | Tag::OpeningOfPage
            | Tag::Closing
            | Tag::ClosingOfPage
            | Tag::Available
            | Tag::Floor
            | Tag::Credits
            | Tag::Debits
            | Tag::Related
            | Tag::Value => true,
            Tag::Account
            | Tag::Entry
            | Tag::Text
            | Tag::Own
            | Tag::Payer
            | Tag::Institution
            | Tag::Intermediary
            | Tag::Information
            | Tag::Order
            | Tag::Unused => false,
        }
    }

    /// The tag that begins the line, with its length. Inside a text (`in_text`) the header's tags
    /// are text, because a wrapped clock (`T12` line end `:25:30`) looks like them; `:20:` is left
    /// to the caller, who can see the next line.
    #[inline]
    pub(super) fn of_line(line: &[u8], in_text: bool) -> Option<(Tag, usize)> {
        match line {
            // Most fields are one of these two.
            [b':', b'6', b'1', b':', ..] => Some((Tag::Entry, 4)),
            [b':', b'8', b'6', b':', ..] => Some((Tag::Text, 4)),
            _ => Tag::of_any_line(line, in_text),
        }
    }

    fn of_any_line(line: &[u8], in_text: bool) -> Option<(Tag, usize)> {
        let [b':', first, second, rest @ ..] = line else {
            return None;
        };
        let (option, length) = match rest {
            [b':', ..] => (None, 4),
            [letter @ b'A'..=b'Z', b':', ..] => (Some(*letter), 5),
            _ => return None,
        };
        let header = |tag| (!in_text).then_some(tag);
        let tag = match ([*first, *second], option) {
            ([b'2', b'0'], None) => Tag::Reference,
            ([b'2', b'5'], None | Some(b'P')) => header(Tag::Account)?,
            ([b'2', b'8'], None | Some(b'C')) => header(Tag::Number)?,
            ([b'6', b'0'], Some(b'M')) => Tag::OpeningOfPage,
            ([b'6', b'0'], Some(b'F')) => Tag::Opening,
            ([b'6', b'2'], Some(b'M')) => Tag::ClosingOfPage,
            ([b'6', b'2'], Some(b'F')) => Tag::Closing,
            ([b'6', b'4'], None) => Tag::Available,
            ([b'N', b'S'], None) => Tag::Own,
            ([b'3', b'4'], Some(b'F')) => Tag::Floor,
            ([b'9', b'0'], Some(b'C')) => Tag::Credits,
            ([b'9', b'0'], Some(b'D')) => Tag::Debits,
            ([b'2', b'1'], None) => header(Tag::Related)?,
            ([b'3', b'2'], Some(b'A')) => header(Tag::Value)?,
            ([b'5', b'0'], None | Some(b'A' | b'F' | b'K')) => header(Tag::Payer)?,
            ([b'5', b'2'], Some(b'A' | b'D')) => header(Tag::Institution)?,
            ([b'5', b'6'], Some(b'A' | b'D')) => header(Tag::Intermediary)?,
            ([b'7', b'2'], None) => header(Tag::Information)?,
            ([b'2', b'3'], Some(b'B' | b'E')) | ([b'5', b'9'], None | Some(b'A' | b'F')) => {
                header(Tag::Order)?
            }
            ([b'6', b'5'], None | Some(b'F')) | ([b'1', b'3'], Some(b'D')) => Tag::Unused,
            ([tens, units], _) if tens.is_ascii_digit() && units.is_ascii_digit() => {
                header(Tag::Unused)?
            }
            _ => return None,
        };
        Some((tag, length))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_stands_at_the_beginning_of_a_line() {
        let check = |line: &str, in_text: bool, tag: Option<Tag>| {
            let found = Tag::of_line(line.as_bytes(), in_text).map(|(tag, _)| tag);
            assert_eq!(found, tag, "{line}");
        };
        check(":20:MT940", false, Some(Tag::Reference));
        check(":28C:1/1", false, Some(Tag::Number));
        check(":28C:1/1", true, None);
        check(":25:30 w Krakowie", true, None);
        check(":26:37 Fo", true, None);
        check(":12:11", true, None);
        check(":K: 1,000000 :S:", true, None);
        check(":61:170201", true, Some(Tag::Entry));
        check(":62F:C1", true, Some(Tag::Closing));
        check(" :61:", false, None);
        check(":NS:22", true, Some(Tag::Own));
        check(":34F:PLN0,", false, Some(Tag::Floor));
        check(":90D:2PLN1,00", true, Some(Tag::Debits));
        check(":32A:261102PLN1,", false, Some(Tag::Value));
        check(":59:/1", false, Some(Tag::Order));
        check(":6", false, None);
        check("", false, None);
    }
}

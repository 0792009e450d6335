//! A PLA file back to transfers.

use kantor_model::{
    Abroad, AccountNumber, Bic, Charges, Country, Currency, Date, Money, Party, Place,
};

use super::CHARGES;
use crate::charset::{Charset, detect};
use crate::transfers::swift::{self, PlainSum};
use crate::transfers::tagged::{Field, Piece, pieces};
use crate::transfers::wrap::party_of;
use crate::transfers::{Order, Read, Reading, nobody};

/// Reads a file; the code page is told by content unless it is given. A transfer that cannot be
/// read whole is left out with a fatal complaint; so is a header that does not agree with the
/// transfers complained about, because some may be missing.
pub fn read(bytes: &[u8], charset: Option<Charset>) -> Read {
    let charset = charset.unwrap_or_else(|| detect(bytes).charset);
    let mut reader = Reader::default();
    for piece in pieces(bytes, charset) {
        reader.piece(piece);
    }
    reader.finish()
}

#[derive(Default)]
struct Reader {
    reading: Reading,
    sum: Option<Field>,
    count: Option<Field>,
    owner: Option<Party>,
    seen: u64,
    open: Option<Open>,
}

/// A transfer whose end has not been seen yet.
#[derive(Default)]
struct Open {
    place: Place,
    reference: Option<String>,
    date_and_amount: Option<(Date, Money)>,
    broken: bool,
    owner: Option<Party>,
    debit_account: Option<AccountNumber>,
    /// As they stand; writers do not agree on which comes first.
    countries: [Option<Country>; 2],
    bank: Option<Bic>,
    payee: Option<(AccountNumber, Party)>,
    title: Option<String>,
    charges: Option<Charges>,
}

impl Open {
    /// Where the payee lives: the country that is not his bank's, else the second.
    fn payee_country(&self) -> Option<Country> {
        let bank = self.bank.map(|bank| bank.country());
        match self.countries {
            [first, second] if bank.is_some() && second == bank => first,
            [_, second] => second,
        }
    }
}

impl Reader {
    fn piece(&mut self, piece: Piece) {
        match piece {
            Piece::Blocks { place, .. } => {
                self.cut_off();
                self.begin(place);
            }
            Piece::Field(field) => self.field(field),
            Piece::End => {
                if let Some(open) = self.open.take() {
                    self.close(open);
                }
            }
            Piece::Stray { place, text } => self.reading.notice(
                place,
                "stray-line",
                "the line belongs to no field and is not read; look whether something is missing"
                    .to_owned(),
                &text,
            ),
        }
    }

    fn begin(&mut self, place: Place) {
        self.seen += 1;
        self.open = Some(Open {
            place,
            ..Open::default()
        });
    }

    fn field(&mut self, field: Field) {
        match field.tag.as_str() {
            "02" => self.sum = Some(field),
            "03" => self.count = Some(field),
            "05" => {
                let lines: Vec<&str> = field.lines.iter().map(String::as_str).collect();
                self.owner = Some(self.reading.party(field.place, &lines, party_of));
            }
            "01" | "04" | "07" => {}
            "20" if self.open.is_none() => {
                self.begin(field.place);
                self.order_field(&field);
            }
            _ => self.order_field(&field),
        }
    }

    fn order_field(&mut self, field: &Field) {
        let Some(mut open) = self.open.take() else {
            self.unread(field);
            return;
        };
        match field.number() {
            "20" => open.reference = self.reading.reference(field),
            "32" => self.date_and_amount(&mut open, field),
            "50" => {
                let (account, lines) = field.account_and_rest();
                if let Some(account) = account {
                    open.debit_account = self.reading.account(field.place, account);
                }
                open.owner = Some(self.reading.party(field.place, &lines, party_of));
            }
            "52" => self.payer(&mut open, field),
            "57" if field.tag == "57A" => open.bank = self.reading.bic(field),
            "59" => {
                let (account, lines) = field.account_and_rest();
                let account = self
                    .reading
                    .account(field.place, account.unwrap_or_default());
                let payee = self.reading.party(field.place, &lines, party_of);
                open.broken |= account.is_none();
                open.payee = account.map(|account| (account, payee));
            }
            "70" => open.title = Some(self.reading.title(field)),
            "71" => open.charges = self.reading.charges(field, CHARGES),
            "72" => {}
            _ => self.unread(field),
        }
        self.open = Some(open);
    }

    fn date_and_amount(&mut self, open: &mut Open, field: &Field) {
        let text = field.first();
        let (date, amount) = text.split_at_checked(6).unwrap_or((text, ""));
        let date = self.reading.date(field, date);
        let amount = date.and_then(|_| self.reading.amount(field, amount));
        open.date_and_amount = date.zip(amount);
        open.broken |= open.date_and_amount.is_none();
    }

    /// The account that pays, that of the charges, the amount once more, and the countries.
    fn payer(&mut self, open: &mut Open, field: &Field) {
        open.debit_account = self.reading.account(field.place, field.first());
        open.broken |= open.debit_account.is_none();
        let again = field.lines.get(2).map_or("", |line| line.trim());
        if let Some((_, amount)) = open.date_and_amount
            && money(again).is_some_and(|again| again != amount)
        {
            self.reading.notice(
                field.place_of(2),
                "amount-differs",
                format!("the amount is {amount} in :32A: and `{again}` here; see which is meant"),
                again,
            );
        }
        let codes = field.lines.get(3).map_or("", String::as_str);
        let mut last = codes.split_ascii_whitespace().rev();
        let mut country = || last.next().and_then(Country::parse);
        let (second, first) = (country(), country());
        open.countries = [first, second];
    }

    fn unread(&mut self, field: &Field) {
        let tag = &field.tag;
        self.reading.notice(
            field.place,
            "field-unread",
            format!("the field :{tag}: is not read; look at it in the file"),
            field.first(),
        );
    }

    fn close(&mut self, open: Open) {
        let absent = if open.date_and_amount.is_none() {
            ":32A:, the day and the amount"
        } else if open.debit_account.is_none() {
            ":52D:, the account that pays"
        } else {
            ":59:, the payee's account"
        };
        let country = open.payee_country();
        let (Some((date, amount)), Some(debit_account), Some((payee_account, payee))) =
            (open.date_and_amount, open.debit_account, open.payee)
        else {
            // What is there and unreadable was told where it stands.
            if !open.broken {
                self.reading.fatal(
                    open.place,
                    "field-missing",
                    format!("the transfer has no field {absent}; complete it"),
                    "",
                );
            }
            return;
        };
        self.reading.order(Order {
            place: open.place,
            date,
            amount,
            debit_account,
            owner: open
                .owner
                .or_else(|| self.owner.clone())
                .unwrap_or_else(nobody),
            payee_account,
            payee,
            title: open.title.unwrap_or_default(),
            reference: open.reference,
            classification: None,
            abroad: Abroad {
                country,
                bank: open.bank,
                charges: open.charges,
            },
        });
    }

    /// A transfer that another follows, or the end of the file, before its own end.
    fn cut_off(&mut self) {
        let Some(open) = self.open.take() else { return };
        self.reading.fatal(
            open.place,
            "end-missing",
            "the transfer has no end (`-}`), so something of it may be missing; export the file again"
                .to_owned(),
            "",
        );
    }

    fn finish(mut self) -> Read {
        self.cut_off();
        self.compare_count();
        self.compare_sum();
        self.reading.finish()
    }

    fn compare_count(&mut self) {
        let Some(count) = self.count.take() else {
            return;
        };
        let (said, seen) = (count.first(), self.seen);
        if said.parse::<u64>() != Ok(seen) {
            self.reading.fatal(
                count.place,
                "count-differs",
                format!("the header tells of {said} transfers and the file holds {seen}; some may be missing: export it again"),
                said,
            );
        }
    }

    fn compare_sum(&mut self) {
        let Some(sum) = self.sum.take() else { return };
        let found = PlainSum::of(self.reading.orders().iter().map(|order| order.amount));
        let said = sum.first();
        // Where a transfer could not be read, the sum cannot be right, and that was told already.
        let all_read = u64::try_from(self.reading.orders().len()) == Ok(self.seen);
        if all_read && PlainSum::parse(said) != Some(found) {
            let found = found.write(',');
            self.reading.fatal(
                sum.place,
                "sum-differs",
                format!("the header tells of {said} in all and the transfers add up to {found}; some may be missing or changed: export it again"),
                said,
            );
        }
    }
}

/// A currency and an amount, where the text is that.
fn money(text: &str) -> Option<Money> {
    let (code, digits) = text.split_at_checked(3)?;
    swift::amount(digits, Currency::from_code(code).ok()?).ok()
}

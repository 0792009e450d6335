//! An MT101 file back to transfers.

use kantor_model::{Abroad, AccountNumber, Bic, Charges, Country, Date, Money, Party, Place};

use super::{CHARGES, RESIDENCE};
use crate::charset::{Charset, detect};
use crate::transfers::tagged::{Field, Piece, pieces};
use crate::transfers::wrap::{numbered_party_of, whole_party_of};
use crate::transfers::{Order, Read, Reading, nobody};

/// Reads a file of one message or more. A transfer that cannot be read whole is left out with a
/// fatal complaint.
///
/// Where a party stands on lines without numbers, one line is the name, three are name, street and
/// town, four begin with a name of two lines; of two, the second goes on with the name only where
/// its first word did not fit on the first.
pub fn read(bytes: &[u8], charset: Option<Charset>) -> Read {
    let charset = charset.unwrap_or_else(|| detect(bytes).charset);
    let mut reader = Reader::default();
    for piece in pieces(bytes, charset) {
        reader.piece(piece);
    }
    reader.end_message(true);
    reader.reading.finish()
}

#[derive(Default)]
struct Reader {
    reading: Reading,
    message: Message,
    open: Option<Open>,
}

/// Sequence A: what all transfers of a message share.
#[derive(Default)]
struct Message {
    begun: Option<Place>,
    blocks: bool,
    date: Option<Date>,
    date_told: bool,
    payer: Option<Payer>,
}

/// Who pays and from which account.
#[derive(Clone)]
struct Payer {
    account: Option<AccountNumber>,
    party: Party,
}

/// A transfer whose end has not been seen yet.
#[derive(Default)]
struct Open {
    place: Place,
    reference: Option<String>,
    amount: Option<Money>,
    payer: Option<Payer>,
    bank: Option<Bic>,
    payee: Option<(AccountNumber, Party)>,
    title: Option<String>,
    country: Option<Country>,
    charges: Option<Charges>,
    broken: bool,
}

impl Reader {
    fn piece(&mut self, piece: Piece) {
        match piece {
            Piece::Blocks { place, .. } => {
                self.end_message(true);
                self.message.begun = Some(place);
                self.message.blocks = true;
            }
            Piece::Field(field) => self.field(&field),
            Piece::End => self.end_message(false),
            Piece::Stray { place, text } => self.reading.notice(
                place,
                "stray-line",
                "the line belongs to no field and is not read; look whether something is missing"
                    .to_owned(),
                &text,
            ),
        }
    }

    /// The end of a message; `cut_off` where its end mark was not seen.
    fn end_message(&mut self, cut_off: bool) {
        self.end_transfer();
        let message = std::mem::take(&mut self.message);
        if let (true, true, Some(place)) = (cut_off, message.blocks, message.begun) {
            self.reading.fatal(
                place,
                "end-missing",
                "the message has no end (`-}`), so transfers may be missing; export the file again"
                    .to_owned(),
                "",
            );
        }
    }

    fn field(&mut self, field: &Field) {
        match field.tag.as_str() {
            "20" => {
                if self.open.is_some() || self.message.date.is_some() {
                    self.end_message(false);
                }
                self.message.begun.get_or_insert(field.place);
            }
            "21" => {
                self.end_transfer();
                self.open = Some(Open {
                    place: field.place,
                    reference: self.reading.reference(field),
                    ..Open::default()
                });
            }
            "28D" => self.page(field),
            "30" => {
                self.message.date = self.reading.date(field, field.first());
                self.message.date_told = self.message.date.is_none();
            }
            "50F" | "50G" | "50H" | "50K" | "50A" | "50" => self.payer(field),
            // Who gave the order for the payer, the file's name for the customer, and the bank
            // that is to execute it, which is the one that reads this.
            "50C" | "50L" | "21R" | "52A" | "52C" | "51A" => {}
            _ => match self.open.take() {
                Some(mut open) => {
                    self.transfer_field(&mut open, field);
                    self.open = Some(open);
                }
                None => self.unread(field),
            },
        }
    }

    /// Page and pages: `1/2` says that another message belongs to this one.
    fn page(&mut self, field: &Field) {
        let text = field.first();
        let (page, pages) = text.split_once('/').unwrap_or((text, ""));
        let (page, pages) = (page.parse::<u32>(), pages.parse::<u32>());
        if page.is_err() || page != pages {
            self.reading.notice(
                field.place,
                "more-pages",
                format!("`{text}` says that this is not the last message of its kind; see that the others are here, too"),
                text,
            );
        }
    }

    fn payer(&mut self, field: &Field) {
        let (account, lines) = field.account_and_rest();
        let account = account.and_then(|text| self.reading.account(field.place, text));
        let of_lines = if field.tag == "50F" {
            numbered_party_of
        } else {
            whole_party_of
        };
        let party = self.reading.party(field.place, &lines, of_lines);
        let payer = Payer { account, party };
        match &mut self.open {
            Some(open) => {
                if self.message.payer.is_some() {
                    self.reading.notice(
                        field.place,
                        "payer-twice",
                        "the payer stands at the head of the message and here; the bank may refuse it, so take one away".to_owned(),
                        field.first(),
                    );
                }
                open.payer = Some(payer);
            }
            None => self.message.payer = Some(payer),
        }
    }

    fn transfer_field(&mut self, open: &mut Open, field: &Field) {
        match field.tag.as_str() {
            "32B" => {
                open.amount = self.reading.amount(field, field.first());
                open.broken |= open.amount.is_none();
            }
            "57A" => open.bank = self.reading.bic(field),
            "59" | "59A" | "59F" => {
                let (account, lines) = field.account_and_rest();
                let of_lines = if field.tag == "59F" {
                    numbered_party_of
                } else {
                    whole_party_of
                };
                let account = self
                    .reading
                    .account(field.place, account.unwrap_or_default());
                let party = self.reading.party(field.place, &lines, of_lines);
                open.country = open.country.or_else(|| numbered_country(&lines));
                open.broken |= account.is_none();
                open.payee = account.map(|account| (account, party));
            }
            "70" => open.title = Some(self.reading.title(field)),
            "71A" => open.charges = self.reading.charges(field, CHARGES),
            "77B" if residence(field).is_some() => open.country = residence(field),
            _ => self.unread(field),
        }
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

    fn end_transfer(&mut self) {
        let Some(open) = self.open.take() else { return };
        let payer = open.payer.clone().or_else(|| self.message.payer.clone());
        let (account, owner) = payer.map_or((None, nobody()), |it| (it.account, it.party));
        let absent = if self.message.date.is_none() {
            ":30:, the day"
        } else if account.is_none() {
            ":50H:, the account that pays"
        } else if open.amount.is_none() {
            ":32B:, the amount"
        } else {
            ":59:, the payee's account"
        };
        let (Some(date), Some(debit_account), Some(amount), Some((payee_account, payee))) =
            (self.message.date, account, open.amount, open.payee)
        else {
            // What is there and unreadable was told where it stands.
            if !open.broken && !self.message.date_told {
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
            owner,
            payee_account,
            payee,
            title: open.title.unwrap_or_default(),
            reference: open.reference,
            classification: None,
            abroad: Abroad {
                country: open.country,
                bank: open.bank,
                charges: open.charges,
            },
        });
    }
}

/// The country of a party of numbered lines: `3/DE/10115 BERLIN`.
fn numbered_country(lines: &[&str]) -> Option<Country> {
    let place = lines.iter().find_map(|line| line.strip_prefix("3/"))?;
    Country::parse(place.split('/').next()?)
}

/// The country in which the payee lives, where `:77B:` says that.
fn residence(field: &Field) -> Option<Country> {
    Country::parse(field.first().strip_prefix(RESIDENCE)?.get(..2)?)
}

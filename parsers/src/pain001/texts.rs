//! Texts as a kind of payment takes them.

use std::borrow::Cow;

use kantor_model::{Party, Transfer};

use super::address::postcode_and_town;
use super::block::Kind;
use super::profile::{AddressForm, Profile, SEPA_SIGNS};
use super::writer::Changes;
use super::{ID_LENGTH, NOT_PROVIDED};
use crate::Charset;
use crate::text::collapsed;
use crate::transfers::wrap::cut;
use crate::transfers::{Cut, Respelling, TextSet, TransferFormat};

/// The longest line of an address (AdrLine) and street (StrtNm).
const LINE_LENGTH: usize = 70;

/// The longest town (TwnNm) and postcode (PstCd).
const TOWN_LENGTH: usize = 35;

/// A name with an address, spelt and cut.
pub(super) struct Spelt<'t> {
    pub(super) name: Cow<'t, str>,
    pub(super) street: Cow<'t, str>,
    pub(super) city: Cow<'t, str>,
}

/// A transfer's texts.
pub(super) struct SpeltTransfer<'t> {
    pub(super) payee: Spelt<'t>,
    pub(super) title: Cow<'t, str>,
    /// The end-to-end id.
    pub(super) id: Cow<'t, str>,
}

impl<'t> SpeltTransfer<'t> {
    /// A transfer whose texts need no change, which was looked at before.
    pub(super) fn as_it_is(transfer: &'t Transfer) -> SpeltTransfer<'t> {
        let Party { name, street, city } = &transfer.payee;
        SpeltTransfer {
            payee: Spelt {
                name: Cow::Borrowed(name),
                street: Cow::Borrowed(street),
                city: Cow::Borrowed(city),
            },
            title: Cow::Borrowed(&transfer.title),
            id: Cow::Borrowed(&transfer.reference),
        }
    }

    /// Whether it is as [`SpeltTransfer::as_it_is`] would give it.
    pub(super) fn is_as_it_is(&self, transfer: &Transfer) -> bool {
        let borrowed = |text: &Cow<'_, str>| matches!(text, Cow::Borrowed(_));
        let Spelt { name, street, city } = &self.payee;
        [name, street, city, &self.title].into_iter().all(borrowed)
            && borrowed(&self.id)
            && !transfer.reference.is_empty()
    }
}

/// How texts are spelt and cut in one file.
pub(super) struct Texts {
    /// For domestic transfers.
    domestic: TextSet,
    /// What all of SEPA and SWIFT take, and ids everywhere.
    latin: TextSet,
    name_length: usize,
    form: AddressForm,
    /// Whether a text can hold what XML has to escape.
    escapes: bool,
}

impl Texts {
    pub(super) fn new(profile: &Profile, version: TransferFormat) -> Texts {
        let set = |polish, signs| TextSet::new(Charset::Utf8, polish, signs, "");
        Texts {
            domestic: set(profile.polish_letters, &profile.signs),
            latin: set(false, SEPA_SIGNS),
            name_length: profile.name_length,
            form: profile.address_form(version),
            escapes: profile.signs.contains(['&', '<', '>']),
        }
    }

    fn of(&self, kind: Kind) -> &TextSet {
        match kind {
            Kind::Domestic => &self.domestic,
            Kind::Sepa | Kind::Foreign => &self.latin,
        }
    }

    /// Whether a text can hold what XML has to escape.
    pub(super) fn need_escapes(&self) -> bool {
        self.escapes
    }

    /// The form of addresses.
    pub(super) fn form(&self) -> AddressForm {
        self.form
    }

    /// A party, where `line` is the transfer that changes are told of.
    pub(super) fn party<'t>(
        &self,
        kind: Kind,
        party: &'t Party,
        country: &str,
        line: usize,
        changes: &mut Changes,
    ) -> Spelt<'t> {
        let set = self.of(kind);
        let mut fitting = |text: &'t str, length| {
            let text = spelt(set, text, line, changes);
            shortened(text, length, line, changes)
        };
        let name = fitting(&party.name, self.name_length);
        let street = fitting(&party.street, LINE_LENGTH);
        let city = match self.form {
            AddressForm::Lines => fitting(&party.city, LINE_LENGTH),
            AddressForm::Structured | AddressForm::Hybrid => {
                let city = spelt(set, &party.city, line, changes);
                town_shortened(city, country, line, changes)
            }
        };
        Spelt { name, street, city }
    }

    /// All texts of a transfer. Title and reference are never cut.
    pub(super) fn transfer<'t>(
        &self,
        kind: Kind,
        transfer: &'t Transfer,
        country: &str,
        line: usize,
        changes: &mut Changes,
    ) -> SpeltTransfer<'t> {
        let payee = self.party(kind, &transfer.payee, country, line, changes);
        let title = spelt(self.of(kind), &transfer.title, line, changes);
        let id = spelt(&self.latin, &transfer.reference, line, changes);
        SpeltTransfer {
            payee,
            title,
            id: if id.is_empty() {
                Cow::Borrowed(NOT_PROVIDED)
            } else {
                id
            },
        }
    }

    /// The number of a contract.
    pub(super) fn contract<'t>(&self, contract: &'t str, changes: &mut Changes) -> Cow<'t, str> {
        let contract = spelt(&self.latin, contract, 1, changes);
        shortened(contract, ID_LENGTH, 1, changes)
    }
}

/// The text with single spaces and only characters of the set.
fn spelt<'t>(set: &TextSet, text: &'t str, line: usize, changes: &mut Changes) -> Cow<'t, str> {
    if text.is_empty() || set.takes(text) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for character in collapsed(text).chars() {
        if set.allows(character) {
            out.push(character);
            continue;
        }
        let written = set.stand_in(character);
        out.push_str(written);
        changes.respelt.push(Respelling {
            line,
            character,
            written,
        });
    }
    Cow::Owned(collapsed(&out))
}

/// The text, cut visibly where it is longer.
fn shortened<'t>(
    text: Cow<'t, str>,
    length: usize,
    line: usize,
    changes: &mut Changes,
) -> Cow<'t, str> {
    if text.len() <= length || text.chars().count() <= length {
        return text;
    }
    let written = cut(&text, length);
    changes.cut.push(Cut {
        line,
        text: text.into_owned(),
        written: written.clone(),
    });
    Cow::Owned(written)
}

/// The town with its postcode, where the town behind it is not longer than its element.
fn town_shortened<'t>(
    city: Cow<'t, str>,
    country: &str,
    line: usize,
    changes: &mut Changes,
) -> Cow<'t, str> {
    let (code, town) = postcode_and_town(country, &city);
    if town.chars().count() <= TOWN_LENGTH {
        return city;
    }
    let town = cut(town, TOWN_LENGTH);
    let written = match code {
        Some(code) => format!("{code} {town}"),
        None => town,
    };
    changes.cut.push(Cut {
        line,
        text: city.into_owned(),
        written: written.clone(),
    });
    Cow::Owned(written)
}

//! Until when banks take orders: data with its evidence, which the office may override.

/// How we know the hours of a bank.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Evidence {
    /// The bank's or the clearing house's own publication.
    Published,
    /// A table in the press; banks change their hours, so look before you rely on it.
    Press,
    /// Nothing is known of this bank: what most of them do.
    Usual,
    /// The office has entered it.
    Office,
}

impl Evidence {
    /// The stable word.
    pub const fn word(self) -> &'static str {
        match self {
            Evidence::Published => "published",
            Evidence::Press => "press",
            Evidence::Usual => "usual",
            Evidence::Office => "office",
        }
    }
}

/// Until when a bank takes orders and when it books what comes in (godziny graniczne). All times are
/// minutes after midnight in Warsaw, on banking days.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct BankHours {
    /// The short name of the bank: `mbank`.
    pub bank: String,
    /// Until when an order leaves with each session of Elixir, in the order of the sessions.
    pub sends: Vec<u32>,
    /// When money of each session is booked for the payee.
    pub receives: Vec<u32>,
    /// Until when an order in euro or abroad leaves on the same day.
    pub abroad: u32,
    /// After so many banking days without the bank's line somebody asks what became of a transfer.
    pub ask_after: u32,
    /// How we know.
    pub evidence: Evidence,
}

const fn at(hour: u32, minute: u32) -> u32 {
    hour * 60 + minute
}

/// When the clearing house exchanges orders in Elixir (kir.pl: 9:30, 13:30 and 16:00 on banking
/// days).
pub const KIR_SESSIONS: [u32; 3] = [at(9, 30), at(13, 30), at(16, 0)];

/// A bank, its last times for the three sessions, and when it books what they bring.
type Row = (&'static str, [u32; 3], [u32; 3], Evidence);

/// What we take where nothing is known: orders an hour and a half before a session, and what comes
/// is booked after the settlement at the National Bank. An assumption, marked as such.
const USUAL: ([u32; 3], [u32; 3]) = (
    [at(8, 0), at(11, 45), at(14, 15)],
    [at(11, 0), at(15, 0), at(17, 30)],
);

/// Tables in the press: forsal.pl of April 2021 (alior, bgk, millennium, pekao, pocztowy,
/// santander, whose last booking is said to be until 18:00), banknoty24.pl (pko, and what mbank
/// books; what it sends is assumed).
const BANKS: &[Row] = &[
    (
        "alior",
        [at(8, 20), at(12, 20), at(15, 20)],
        [at(11, 0), at(15, 0), at(17, 0)],
        Evidence::Press,
    ),
    (
        "bgk",
        [at(8, 45), at(12, 0), at(15, 10)],
        [at(10, 30), at(14, 30), at(17, 0)],
        Evidence::Press,
    ),
    (
        "mbank",
        USUAL.0,
        [at(11, 15), at(15, 0), at(18, 15)],
        Evidence::Press,
    ),
    (
        "millennium",
        [at(8, 10), at(12, 10), at(14, 30)],
        [at(12, 0), at(15, 30), at(17, 15)],
        Evidence::Press,
    ),
    (
        "pekao",
        [at(8, 30), at(12, 30), at(15, 0)],
        USUAL.1,
        Evidence::Press,
    ),
    (
        "pko",
        [at(8, 0), at(11, 45), at(14, 30)],
        USUAL.1,
        Evidence::Press,
    ),
    (
        "pocztowy",
        [at(8, 0), at(12, 0), at(14, 30)],
        USUAL.1,
        Evidence::Press,
    ),
    (
        "santander",
        [at(8, 15), at(12, 15), at(14, 45)],
        [at(11, 0), at(15, 0), at(18, 0)],
        Evidence::Press,
    ),
];

/// The banks of the table.
pub fn known_banks() -> impl Iterator<Item = &'static str> {
    BANKS.iter().map(|row| row.0)
}

/// The hours of a bank as the program knows them; what most banks do where it knows nothing.
pub fn usual_hours(bank: Option<&str>) -> BankHours {
    let row = BANKS.iter().find(|row| Some(row.0) == bank);
    let (sends, receives, evidence) = match row {
        Some((_, sends, receives, evidence)) => (*sends, *receives, *evidence),
        None => (USUAL.0, USUAL.1, Evidence::Usual),
    };
    BankHours {
        bank: bank.unwrap_or_default().to_owned(),
        sends: sends.to_vec(),
        receives: receives.to_vec(),
        abroad: at(14, 0),
        ask_after: 1,
        evidence,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bank_takes_orders_before_the_session_and_books_after_it() {
        for bank in known_banks().map(Some).chain([None]) {
            let hours = usual_hours(bank);
            for (at, session) in KIR_SESSIONS.into_iter().enumerate() {
                assert!(hours.sends[at] < session, "{bank:?} session {at}");
                assert!(hours.receives[at] > session, "{bank:?} session {at}");
            }
            assert!(hours.sends.is_sorted() && hours.receives.is_sorted());
        }
        assert_eq!(usual_hours(Some("nobody")).evidence, Evidence::Usual);
        assert_eq!(usual_hours(Some("pko")).evidence, Evidence::Press);
    }
}

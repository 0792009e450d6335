//! Statements as a story writes them.
//!
//! ```text
//! statement mpln 12 from 1000.00 to 1430.00      (no `to`: an export of a running day)
//! statement mpln 5 as MT942                      (another format; no `from`: no balances)
//! statement mpln 7 from 1000.00 to 1000.00 on 2026-11-16       (the day of the closing balance,
//!                                                 where the last line does not tell it)
//!   2026-11-16 09:05   430.00  anna.pln   zakup EUR {1}
//! ```
//!
//! `#123` before the title is the bank's own reference, `%S34` its code of the operation.
//!
//! A line is a day (`?` where the bank gives none), a time where the bank gives one, an amount, who
//! paid or was paid (an account of a customer, or one of the office's own; `-` where the bank names no account, `stranger` for one that nobody has,
//! `reversal`, `return AC04` where the bank says why a payment came back), and the title. What stands
//! in square brackets are the transactions of a line: `[-50.00 {p1}] [{p2}]`. `{1}` is the reference of order 1, `{p1}` of payout 1, and
//! `{1 in lower case}`, `{1 in pieces}`, `{1 with look-alikes}`, `{1 mistyped}`, `{1 swapped}` are
//! what people make of it; `|` is a line break.

use kantor_engine::chain::{Marks, Says};
use kantor_engine::matching::{LineFacts, LinePart, Payer};
use kantor_engine::{Digest, OrderId, PayoutId, Reference, chain};
use kantor_model::{Currency, Format, Money};

use super::Story;
use super::acts::{date, moment, money};
use crate::fixture::Paper;

impl Story {
    pub(super) fn paper(
        &self,
        account: &str,
        number: &str,
        balances: &[&str],
        rows: &[&str],
    ) -> Paper {
        let account = self.names.account(account);
        let currency = self.office.state.accounts.get(&account).unwrap().currency();
        let word_after = |word: &str| {
            let at = balances.iter().position(|known| *known == word)?;
            balances.get(at + 1).copied()
        };
        let after = |word: &str| word_after(word).map(|amount| money(amount, currency).minor());
        let (opening, closing) = (after("from"), after("to"));
        let currency = word_after("in").map_or(currency, super::acts::currency);
        let format = word_after("as").unwrap_or("MT940");
        let text = format!("{account} {number} {balances:?} {rows:?}");
        let (lines, marks): (Vec<LineFacts>, Vec<Marks>) = rows
            .iter()
            .map(|row| self.bank_line(row, currency, format))
            .unzip();
        let last_day = lines.iter().filter_map(|line| line.booked_on).max();
        Paper {
            account,
            file: Digest::of(text.as_bytes()),
            number: Some(number.to_owned()),
            format: Format::from_name(format).unwrap_or_else(|| panic!("no format {format}")),
            opening,
            closing,
            closing_on: word_after("on")
                .map(date)
                .or(last_day)
                .filter(|_| closing.is_some()),
            lines,
            marks,
        }
    }

    fn bank_line(&self, row: &str, currency: Currency, format: &str) -> (LineFacts, Marks) {
        let mut words = row.split_whitespace().peekable();
        let day = words.next().expect("a day");
        let time = words.next_if(|word| word.contains(':'));
        let amount = words.next().expect("an amount");
        let who = words.next().expect("who, or -");
        let reference = words.next_if(|word| word.starts_with('#'));
        let code = words.next_if(|word| word.starts_with('%'));
        let returned = (who == "return")
            .then(|| words.next())
            .flatten()
            .map(str::to_owned);
        let title = self.title(&words.collect::<Vec<_>>().join(" "));
        let (title, parts) = self.parts(&title, currency);
        let account = match who {
            "-" | "reversal" | "return" => None,
            who => Some(who),
        };
        let source = format!("bank {format}");
        let says = Says {
            source: &source,
            reference: reference.map(|word| &word[1..]),
            title: Some(&title),
            account,
        };
        let facts = LineFacts {
            amount: money(amount, currency),
            booked_on: (day != "?").then(|| date(day)),
            booked_at: time.map(|time| moment(day, time)),
            payer: match who {
                "-" | "reversal" | "return" => Payer::NotGiven,
                "stranger" => Payer::Customers(Vec::new()),
                ours if self.names.accounts.iter().any(|name| name == ours) => {
                    Payer::Office(self.names.account(ours))
                }
                name => {
                    let id = self.names.customer_account(name);
                    let at = usize::try_from(id.0 - 1).expect("few");
                    Payer::Customers(vec![self.names.customer_accounts[at].1])
                }
            },
            code: code.map(|word| word[1..].to_owned()),
            virtual_account: None,
            reversal: who == "reversal",
            returned,
            parts,
            evidence: chain::evidence([reference.unwrap_or(""), title.as_str(), who]),
            text: title.clone(),
        };
        (facts, says.marks())
    }

    /// `salaries [-50.00 KW..] [KW..]`: the text before the brackets, and what stands in each.
    fn parts(&self, title: &str, currency: Currency) -> (String, Vec<LinePart>) {
        let (text, rest) = title.split_once('[').unwrap_or((title, ""));
        let part = |inside: &str| {
            let (first, words) = inside.split_once(' ').unwrap_or(("", inside));
            let amount = Money::parse(first, currency).ok();
            let text = if amount.is_some() { words } else { inside };
            LinePart {
                amount,
                text: text.to_owned(),
            }
        };
        let inside = rest
            .split('[')
            .map(|part| part.trim().trim_end_matches(']'));
        let parts = inside.filter(|inside| !inside.is_empty()).map(part);
        (text.trim().to_owned(), parts.collect())
    }

    fn title(&self, text: &str) -> String {
        let mut title = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let (inside, behind) = after.split_once('}').expect("a closing brace");
            title.push_str(before);
            title.push_str(&code(inside));
            rest = behind;
        }
        title.push_str(rest);
        title.replace('|', "\n")
    }
}

/// `1 in pieces`, as it stands in a title.
fn code(inside: &str) -> String {
    let (number, noise) = inside.split_once(' ').unwrap_or((inside, ""));
    let reference = match number.strip_prefix('p') {
        Some(payout) => Reference::of_payout(PayoutId(payout.parse().expect("a number"))),
        None => Reference::of_order(OrderId(number.parse().expect("a number"))),
    };
    let code = reference.expect("in range").to_string();
    match noise {
        "" => code,
        "in lower case" => code.to_lowercase(),
        "in pieces" => format!(
            "{} {}|{}-{}",
            &code[..2],
            &code[2..5],
            &code[5..8],
            &code[8..]
        ),
        "with look-alikes" => code.replace('0', "o").replace('1', "l"),
        "mistyped" => {
            let other = if code.ends_with('Z') { 'Y' } else { 'Z' };
            format!("{}{other}", &code[..8])
        }
        "swapped" => {
            let mut bytes = code.into_bytes();
            let at = (2..8)
                .find(|&at| bytes[at] != bytes[at + 1])
                .expect("two that differ");
            bytes.swap(at, at + 1);
            String::from_utf8(bytes).expect("ASCII")
        }
        _ => panic!("no noise `{noise}`"),
    }
}

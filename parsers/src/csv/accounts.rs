//! Whose rows these are: the own account of each row, where the file tells it in its own way.
//! What the file does not tell stays unknown; nothing is guessed.

use kantor_model::{Currency, Place};

use super::complaints::Problem;
use super::held::Held;
use super::layout::{Layout, folded};
use super::profile::CsvProfile;
use super::told::{Own, Told};
use super::value;
use crate::charset::Charset;

/// The rows of one account in one currency.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Group {
    pub(super) account: Option<String>,
    /// What the file says in place of the account, where that is not known.
    key: Option<u32>,
    pub(super) currency: Currency,
    /// The line of its first row.
    pub(super) line: u32,
}

impl Group {
    /// The statement without rows of an account.
    pub(super) fn of(account: String, currency: Currency) -> Group {
        Group {
            account: Some(account),
            key: None,
            currency,
            line: 1,
        }
    }
}

/// Who the rows belong to, and what is unclear about it.
pub(super) struct Owners {
    pub(super) groups: Vec<Group>,
    pub(super) problems: Vec<(Problem, Place)>,
    /// There are more than [`MOST_ACCOUNTS`].
    pub(super) too_many: bool,
}

/// Own accounts of one file; more of them are something else.
pub(super) const MOST_ACCOUNTS: usize = 1000;

/// What is known beside the rows.
pub(super) struct Known<'a> {
    pub(super) profile: &'a CsvProfile,
    pub(super) layout: &'a Layout,
    pub(super) told: &'a Told,
    /// The account that a person named.
    pub(super) said: Option<&'a str>,
    pub(super) charset: Charset,
}

/// Whose a row is: an account's, or unknown behind a text.
type Owner = Result<String, u32>;

/// Gives each row that is held its group.
pub(super) fn assign(held: &mut Held, known: &Known<'_>) -> Owners {
    let mut problems = Vec::new();
    let by_side = known.layout.sender_account.is_some() || known.layout.receiver_account.is_some();
    let owners = if by_side {
        owners_by_side(held, known, &mut problems)
    } else {
        let keys = owners_of_keys(held, known);
        let of = |own: u32| keys.get(own as usize).cloned().unwrap_or(Err(0));
        held.rows.iter().map(|row| of(row.own)).collect()
    };
    let mut groups: Vec<Group> = Vec::new();
    let mut too_many = false;
    for (row, owner) in held.rows.iter_mut().zip(owners) {
        let (account, key) = match owner {
            Ok(account) => (Some(account), None),
            Err(key) => (None, Some(key)),
        };
        let currency = row.amount.currency();
        let same = |group: &Group| {
            group.currency == currency && group.account == account && group.key == key
        };
        let at = groups.iter().position(same).unwrap_or_else(|| {
            groups.push(Group {
                account,
                key,
                currency,
                line: row.line,
            });
            groups.len() - 1
        });
        row.group = u32::try_from(at).unwrap_or(u32::MAX);
        too_many = groups.len() > MOST_ACCOUNTS;
        if too_many {
            break;
        }
    }
    name(&mut groups, held, known, &mut problems);
    Owners {
        groups,
        problems,
        too_many,
    }
}

/// A person's word fills the one gap that there is; where the file says otherwise it stands.
fn name(
    groups: &mut [Group],
    held: &Held,
    known: &Known<'_>,
    problems: &mut Vec<(Problem, Place)>,
) {
    let said = known.said.and_then(compact);
    let mut accounts: Vec<&Option<String>> = groups.iter().map(|group| &group.account).collect();
    accounts.dedup();
    let alone = accounts.len() == 1;
    let unknown = groups.iter().filter(|group| group.account.is_none());
    let mut keys: Vec<Option<u32>> = unknown.map(|group| group.key).collect();
    keys.dedup();
    let one_gap = keys.len() == 1;
    for group in groups {
        let place = Place {
            line: group.line,
            column: 1,
        };
        let text = group.key.and_then(|key| held.keys.get(key as usize));
        let text = known.charset.decode(text.map_or(&[][..], Vec::as_slice));
        match (&group.account, &said) {
            (Some(file), Some(said)) if alone && !same_number(file, said) => {
                let (file, said) = (file.clone(), said.clone());
                problems.push((Problem::AccountDiffers { file, said }, place));
            }
            (None, Some(said)) if one_gap => match mask(&text) {
                Some(ends) if !fits(ends, said) => {
                    let (file, said) = (text.clone().into_owned(), said.clone());
                    problems.push((Problem::AccountDiffers { file, said }, place));
                }
                Some(_) | None => group.account = Some(said.clone()),
            },
            (None, _) if !alone || known.told.accounts.len() > 1 => {
                let text = text.clone().into_owned();
                problems.push((Problem::AccountUnclear { text }, place));
            }
            (Some(_), _) | (None, _) => {}
        }
    }
}

fn compact(said: &str) -> Option<String> {
    let mut number = String::new();
    value::account(said.as_bytes(), &mut number).then_some(number)
}

/// One number, with or without the letters of the country.
pub(super) fn same_number(one: &str, other: &str) -> bool {
    let bare = |text: &str| text.strip_prefix("PL").unwrap_or(text).to_owned();
    bare(one) == bare(other)
}

/// What stands for the own account in the rows, as accounts.
fn owners_of_keys(held: &Held, known: &Known<'_>) -> Vec<Owner> {
    let mut number = String::new();
    let mut owners: Vec<Owner> = Vec::new();
    for (at, key) in held.keys.iter().enumerate() {
        let unknown = u32::try_from(at).unwrap_or(u32::MAX);
        let text = known.charset.decode(key);
        let owner = if value::account(key, &mut number) {
            Ok(number.clone())
        } else {
            listed(&text, &known.told.accounts).ok_or(unknown)
        };
        owners.push(owner);
    }
    // The only account there is also has the rows that name none.
    let mut accounts: Vec<String> = owners
        .iter()
        .filter_map(|owner| owner.clone().ok())
        .collect();
    accounts.extend(known.told.accounts.iter().map(|own| own.number.clone()));
    accounts.sort();
    accounts.dedup_by(|one, other| same_number(one, other));
    if let [only] = accounts.as_slice() {
        for (owner, key) in owners.iter_mut().zip(&held.keys) {
            let nothing = value::is_blank(key) || known.profile.cards;
            if owner.is_err() && nothing {
                *owner = Ok(only.clone());
            }
        }
    }
    owners
}

/// The account of the list above the rows that a text means: by its name, or by the first and the
/// last four digits around a gap.
fn listed(text: &str, accounts: &[Own]) -> Option<String> {
    let name = folded(text);
    let mut fitting = accounts.iter().filter(|own| match mask(text) {
        Some(ends) => fits(ends, &own.number),
        None => !own.name.is_empty() && own.name == name,
    });
    let found = fitting.next()?;
    fitting.next().is_none().then(|| found.number.clone())
}

/// The first and the last digits of a number that is told with a gap: `mKonto 8411 ... 3849`.
fn mask(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_end();
    let (before, last) = text.split_at_checked(text.len().checked_sub(4)?)?;
    let before = before.trim_end_matches([' ', '.', '\u{2026}', 'X', 'x', '*']);
    let (head, first) = before.split_at_checked(before.len().checked_sub(4)?)?;
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let gap = before.len() + 4 < text.len();
    let alone = !head.ends_with(|letter: char| letter.is_ascii_digit());
    (digits(first) && digits(last) && gap && alone).then_some((first, last))
}

fn fits((first, last): (&str, &str), number: &str) -> bool {
    let bare = number.strip_prefix("PL").unwrap_or(number);
    bare.starts_with(first) && bare.ends_with(last)
}

/// Both sides of each row are told: the own account is the sender of a debit and the receiver of a
/// credit, unless one account has part in every row.
fn owners_by_side(
    held: &Held,
    known: &Known<'_>,
    problems: &mut Vec<(Problem, Place)>,
) -> Vec<Owner> {
    let side = |row: usize, cell: Option<usize>| {
        let mut number = String::new();
        let cells = held.cells(row);
        let found = cell.is_some_and(|cell| value::account(cells.cell(cell), &mut number));
        found.then_some(number)
    };
    let sender = known.layout.sender_account;
    let receiver = known.layout.receiver_account;
    let mut by_sign: Vec<Option<String>> = Vec::new();
    let mut everywhere: Option<Vec<String>> = None;
    for (at, row) in held.rows.iter().enumerate() {
        let (from, to) = (side(at, sender), side(at, receiver));
        let sides: Vec<String> = [&from, &to].into_iter().flatten().cloned().collect();
        if !sides.is_empty() {
            everywhere = Some(match everywhere.take() {
                None => sides,
                Some(mut before) => {
                    before.retain(|account| sides.contains(account));
                    before
                }
            });
        }
        by_sign.push(if row.amount.is_negative() { from } else { to });
    }
    let mut distinct: Vec<&String> = by_sign.iter().flatten().collect();
    distinct.sort();
    distinct.dedup();
    let told = match known.told.accounts.as_slice() {
        [only] => Some(only.number.clone()),
        _ => None,
    };
    let only = match (distinct.as_slice(), everywhere.as_deref()) {
        ([one], _) => Some((*one).clone()),
        (several, Some([one])) if several.contains(&one) => Some(one.clone()),
        ([], _) => told,
        (_, _) => None,
    };
    let Some(only) = only else {
        return by_sign.into_iter().map(|own| own.ok_or(0)).collect();
    };
    for (row, own) in held.rows.iter().zip(&by_sign) {
        if own.as_ref().is_some_and(|own| *own != only) {
            let place = Place {
                line: row.line,
                column: 1,
            };
            problems.push((Problem::SignContradicts, place));
        }
    }
    held.rows.iter().map(|_| Ok(only.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_with_a_gap_is_known_by_its_ends() {
        assert_eq!(mask("mBiznes konto 8411 ... 3849"), Some(("8411", "3849")));
        assert_eq!(mask("eKonto 9511…4931 "), Some(("9511", "4931")));
        assert_eq!(mask("KONTO Z LWEM Direct (PLN)"), None);
        assert_eq!(mask("konto 3849"), None);
        assert_eq!(mask(""), None);
        assert!(fits(("9511", "4931"), "PL95114020040000370280414931"));
        assert!(!fits(("9511", "4932"), "95114020040000370280414931"));
    }

    #[test]
    fn an_account_of_the_list_is_meant_by_its_name() {
        let accounts = [
            Own {
                name: folded("Konto Żółte"),
                number: "1".repeat(26),
            },
            Own {
                name: folded("Smart Saver"),
                number: "2".repeat(26),
            },
        ];
        assert_eq!(listed("KONTO ŻÓŁTE", &accounts), Some("1".repeat(26)));
        assert_eq!(listed("Inne", &accounts), None);
        assert_eq!(listed("", &accounts), None);
    }
}

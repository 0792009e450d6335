//! What is asked for about money that goes out, in the words of a story.
//!
//! ```text
//! cashier batches everything for 2026-11-16        (every account in one act)
//! cashier proposes 1 as file-one                   (what the approver is shown)
//! boss approves 1 seeing 2 of 200.00 EUR in file-one
//! cashier writes 1 as file-one called M1 (1, 2)    (the names that the bank may use)
//! bank answers 1: accepted 1; rejected 2 AC04; unclear 3; whole AM04
//! cashier asks about 1
//! anna corrects p1 to anna.eur2 with code          (or: cashier corrects p1 to ...: reason)
//! cashier pays p1 again: reason; attested by Ewa and Jan
//! cashier returns mpln/3 as p1: reason             cashier reverses mpln/1 by mpln/2: reason
//! boss closes alarm 1: reason
//! boss sets four eyes above 1000.00 PLN            bank pko is asked about after 3 days
//! ```

use kantor_engine::alarm::AlarmId;
use kantor_engine::bank_answer::{BankAnswer, FileName, Rejection, SeenBatch};
use kantor_engine::batch::TransferFile;
use kantor_engine::calendar::usual_hours;
use kantor_engine::{AccountId, Command, Digest, PayoutId, WantedBatch};

use super::Story;
use super::acts::{currency, date, money};
use super::asks::{batch_id, plain};

impl Story {
    pub(super) fn asked_about_payouts(&self, words: &[&str], reason: &str) -> Option<Command> {
        Some(match words {
            ["batches", "everything", "for", day] => Command::MakeBatches {
                wanted: (1..=self.office.state.accounts.len() as u64)
                    .map(|account| WantedBatch {
                        account: AccountId(account),
                        date: date(day),
                        without: std::collections::BTreeSet::new(),
                    })
                    .collect(),
            },
            ["batches", account, "for", day, left_out @ ..] => Command::MakeBatch {
                account: self.names.account(account),
                date: date(day),
                without: left_out
                    .iter()
                    .filter_map(|word| word.parse().ok().map(PayoutId))
                    .collect(),
            },
            ["proposes", batch, "as", bytes] => Command::ProposeFile {
                batch: batch_id(batch),
                file: file(bytes),
            },
            ["approves", batch, seen @ ..] => Command::ApproveBatch {
                batch: batch_id(batch),
                seen: seen_batch(seen),
            },
            ["writes", batch, "as", bytes, names @ ..] => {
                let batch = batch_id(batch);
                let file = file(bytes);
                let names = file_names(names);
                Command::WriteBatch { batch, file, names }
            }
            ["voids", batch, ..] => {
                let (reason, attested_by) = attested(reason);
                Command::VoidBatch {
                    batch: batch_id(batch),
                    reason,
                    attested_by,
                }
            }
            ["answers", batch, ..] => Command::RecordBankAnswer {
                batch: batch_id(batch),
                answer: bank_answer(reason),
            },
            ["asks", "about", batch] => Command::AskAboutBatch {
                batch: batch_id(batch),
            },
            ["corrects", payout, "to", account, rest @ ..] => Command::CorrectPayee {
                payout: payout_id(payout),
                account: self.names.customer_account(plain(account)),
                reason: reason.to_owned(),
                second_factor: rest.starts_with(&["with", "code"]),
            },
            ["pays", payout, "again:", ..] => {
                let (reason, attested_by) = attested(reason);
                Command::PayAgain {
                    payout: payout_id(payout),
                    reason,
                    attested_by,
                }
            }
            ["returns", line, "as", payout, ..] => {
                let line = self.line(line);
                let kept = self.office.line(line)?;
                Command::ReturnPayout {
                    line,
                    amount: kept.facts.amount,
                    payout: payout_id(payout),
                    reason: reason.to_owned(),
                }
            }
            ["takes", receipt, "back", "by", line, ..] => {
                let line = self.line(line);
                let kept = self.office.line(line)?;
                Command::ReverseReceipt {
                    line,
                    amount: kept.facts.amount,
                    receipt: self.line(receipt),
                    reason: reason.to_owned(),
                }
            }
            ["closes", "alarm", alarm, ..] => Command::CloseAlarm {
                alarm: AlarmId(plain(alarm).parse().ok()?),
                reason: reason.to_owned(),
            },
            ["sets", rest @ ..] => self.rules(rest)?,
            _ => return None,
        })
    }

    fn rules(&self, words: &[&str]) -> Option<Command> {
        let mut rules = self.office.state.payout_rules.clone();
        match words {
            ["four", "eyes", "above", amount, code] => {
                rules.four_eyes_above.push(money(amount, currency(code)));
            }
            ["bank", bank, "asked", "after", days, "days"] => {
                let mut hours = usual_hours(Some(bank));
                hours.ask_after = days.parse().ok()?;
                rules.banks.push(hours);
            }
            _ => return None,
        }
        Some(Command::SetPayoutRules { rules })
    }
}

fn file(bytes: &str) -> TransferFile {
    TransferFile {
        digest: Digest::of(bytes.as_bytes()),
        length: bytes.len() as u64,
        format: "elixir0".to_owned(),
        written_by: "test 1".to_owned(),
    }
}

/// `seeing 2 of 200.00 EUR in file-one`.
fn seen_batch(words: &[&str]) -> Option<SeenBatch> {
    let ["seeing", count, "of", amount, code, rest @ ..] = words else {
        return None;
    };
    Some(SeenBatch {
        count: count.parse().expect("a number"),
        sum: money(amount, currency(code)),
        file: match rest {
            ["in", bytes] => Some(Digest::of(bytes.as_bytes())),
            _ => None,
        },
    })
}

/// `called M1 (1, 2) called B1 (1)`.
fn file_names(words: &[&str]) -> Vec<FileName> {
    let text = words.join(" ");
    text.split("called ")
        .filter_map(|part| {
            let (name, rest) = part.split_once(" (")?;
            let inside = rest.trim_end().trim_end_matches(')');
            Some(FileName {
                name: name.to_owned(),
                payouts: numbers(inside),
            })
        })
        .collect()
}

fn numbers(text: &str) -> Vec<PayoutId> {
    text.split([',', ' '])
        .filter_map(|word| word.parse().ok().map(PayoutId))
        .collect()
}

/// `accepted 1, 2; rejected 3 AC04, 4; unclear 5; whole AM04`.
fn bank_answer(text: &str) -> BankAnswer {
    let mut answer = BankAnswer {
        report: Digest::of(text.as_bytes()),
        accepted: Vec::new(),
        rejected: Vec::new(),
        unclear: Vec::new(),
        whole: None,
    };
    for part in text.split("; ") {
        let (word, rest) = part.split_once(' ').expect("a word and what of it");
        match word {
            "accepted" => answer.accepted = numbers(rest),
            "unclear" => answer.unclear = numbers(rest),
            "whole" => answer.whole = Some(rest.to_owned()),
            "rejected" => {
                for one in rest.split(", ") {
                    let (payout, code) = one.split_once(' ').unwrap_or((one, ""));
                    answer.rejected.push(Rejection {
                        payout: payout_id(payout),
                        code: (!code.is_empty()).then(|| code.to_owned()),
                    });
                }
            }
            _ => panic!("the bank says `{part}`"),
        }
    }
    answer
}

fn attested(reason: &str) -> (String, Vec<String>) {
    let (reason, people) = reason.split_once("; attested by ").unwrap_or((reason, ""));
    let people = people.split(" and ").filter(|name| !name.is_empty());
    (reason.to_owned(), people.map(str::to_owned).collect())
}

fn payout_id(word: &str) -> PayoutId {
    let number = plain(word).trim_start_matches('p');
    PayoutId(number.parse().expect("the number of a payout"))
}

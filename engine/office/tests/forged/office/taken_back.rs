//! A fee that a rule books, in a file that is taken back and loaded again.

use kantor_engine::Digest;
use kantor_engine::matching::{LineRule, LineRules, RuleDoes, Way};

use super::*;

impl Town {
    pub(super) fn a_file_is_taken_back(&self) {
        let rules = LineRules {
            version: 0,
            rules: vec![LineRule {
                name: "fees".to_owned(),
                account: None,
                way: Way::Out,
                code: None,
                words: vec!["opłata miesięczna".to_owned()],
                most: Some(Money::new(1_000, Currency::PLN)),
                ledger_account: "bank-fees".to_owned(),
                does: RuleDoes::Book,
            }],
        };
        self.does(Command::SetLineRules { rules });
        let fee = line(
            "-5,00",
            STRANGER.to_owned(),
            "OPLATA MIESIECZNA 11".to_owned(),
        );
        let opening = self
            .office
            .read(|seen| seen.accounts.get(&AccountId(1)).unwrap().balance);
        let text = |minor: i64| {
            let money = Money::new(minor, Currency::PLN);
            money.to_decimal_string().replace('.', ",")
        };
        let (from, to) = (text(opening), text(opening - 500));
        let file = statement(PLN_ACCOUNT, "215/1", &from, &[&fee], &to);
        self.imports(&file);
        self.does(Command::UndoImport {
            file: Digest::of(file.as_bytes()),
            reason: "the wrong file".to_owned(),
        });
        self.imports(&file);
    }
}

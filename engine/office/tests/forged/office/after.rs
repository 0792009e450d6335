//! What became of payouts after their file: the bank's answer, a return, a second debit, an alarm.

use kantor_engine::alarm::AlarmId;
use kantor_engine::bank_answer::{BankAnswer, Rejection};
use kantor_engine::batch::TransferFile;
use kantor_engine::payout_rules::PayoutRules;

use super::*;

/// The bank's answer to a file (pain.002): each payout taken, or refused with a code.
fn report(payouts: &[(u64, Option<&str>)]) -> String {
    let told = payouts.iter().map(|(payout, refused)| {
        let (status, reason) = match refused {
            None => ("ACSP", String::new()),
            Some(code) => (
                "RJCT",
                format!("<StsRsnInf><Rsn><Cd>{code}</Cd></Rsn></StsRsnInf>"),
            ),
        };
        format!(
            "<TxInfAndSts><OrgnlEndToEndId>{}</OrgnlEndToEndId><TxSts>{status}</TxSts>{reason}</TxInfAndSts>\n",
            payout_title(*payout)
        )
    });
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.002.001.03\"><CstmrPmtStsRpt>\n\
         <GrpHdr><MsgId>A1</MsgId><CreDtTm>2026-11-20T12:00:00</CreDtTm></GrpHdr>\n\
         <OrgnlGrpInfAndSts><OrgnlMsgId>M1</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId></OrgnlGrpInfAndSts>\n\
         <OrgnlPmtInfAndSts><OrgnlPmtInfId>M1</OrgnlPmtInfId>\n{}</OrgnlPmtInfAndSts>\n\
         </CstmrPmtStsRpt></Document>\n",
        told.collect::<String>()
    )
}

fn text(amount: Money) -> &'static str {
    let text = amount.to_decimal_string().replace('.', ",");
    Box::leak(text.into_boxed_str())
}

impl Town {
    fn balance(&self, account: u64) -> Money {
        self.office.read(|seen| {
            let account = seen.accounts.get(&AccountId(account)).unwrap();
            Money::new(account.balance, account.currency())
        })
    }

    fn exported(&self, account: u64) -> Vec<(u64, Money)> {
        self.office.read(|seen| {
            let of_account = seen.payouts.values();
            let of_account = of_account.filter(|it| it.facts.account == AccountId(account));
            of_account
                .filter(|it| it.state == PayoutState::Exported)
                .map(|it| (it.facts.payout.0, it.facts.amount))
                .collect()
        })
    }

    /// A statement that follows the last one of an account.
    fn next_statement(&self, account: u64, number: &str, lines: &[Line]) {
        let iban = if account == 1 {
            PLN_ACCOUNT
        } else {
            EUR_ACCOUNT
        };
        let opening = self.balance(account);
        let sum: i64 = lines
            .iter()
            .map(|line| {
                let digits: String = line.amount.chars().filter(|c| *c != ',').collect();
                digits.parse::<i64>().unwrap()
            })
            .sum();
        let closing = Money::new(opening.minor() + sum, opening.currency());
        let lines: Vec<&Line> = lines.iter().collect();
        self.imports(&statement(
            iban,
            number,
            text(opening),
            &lines,
            text(closing),
        ));
    }

    /// The bank takes one transfer of a file and refuses another; what it took comes back.
    pub(super) fn the_bank_answers(&self) {
        let sent = self.exported(2);
        let [(first, amount), .., (last, _)] = sent[..] else {
            panic!("two payouts are out: {sent:?}");
        };
        let told = report(&[(first, None), (last, Some("AC04"))]);
        let stored = self.office.store_file(&mut told.as_bytes()).unwrap();
        let batch = self
            .office
            .read(|seen| seen.payouts.get(&PayoutId(first)).unwrap().batch.unwrap());
        let answer = BankAnswer {
            report: stored.hash,
            accepted: vec![PayoutId(first)],
            rejected: vec![Rejection {
                payout: PayoutId(last),
                code: Some("AC04".to_owned()),
            }],
            unclear: Vec::new(),
            whole: None,
        };
        self.does(Command::RecordBankAnswer { batch, answer });
        let out: &'static str = Box::leak(format!("-{}", text(amount)).into_boxed_str());
        let back = format!("ZWROT {}", payout_title(first));
        let lines = [
            line(out, STRANGER.to_owned(), payout_title(first)),
            line(text(amount), STRANGER.to_owned(), back),
        ];
        self.next_statement(2, "214/1", &lines);
        self.does(Command::PayAgain {
            payout: PayoutId(first),
            reason: "he has opened the account again".to_owned(),
            attested_by: Vec::new(),
        });
    }

    /// A payout leaves a second time; somebody says what was done about it.
    pub(super) fn a_payout_leaves_twice(&self) {
        let (payout, amount) = self.office.read(|seen| {
            let mut paid = seen.payouts.values();
            let paid = paid.find(|it| it.state == PayoutState::Paid).unwrap();
            (paid.facts.payout.0, paid.facts.amount)
        });
        let out: &'static str = Box::leak(format!("-{}", text(amount)).into_boxed_str());
        let lines = [line(out, STRANGER.to_owned(), payout_title(payout))];
        self.next_statement(1, "214/1", &lines);
        self.says(
            "bolek",
            Command::CloseAlarm {
                alarm: AlarmId(1),
                reason: "the payee sends it back".to_owned(),
            },
        );
    }

    /// A batch above the limit: one shows its file, another approves it.
    pub(super) fn a_large_batch_is_shown(&self) {
        let rules = PayoutRules {
            four_eyes_above: vec![Money::new(1_000, Currency::EUR)],
            ..PayoutRules::default()
        };
        self.does(Command::SetPayoutRules { rules });
        let date = "2026-11-23".parse().unwrap();
        // What goes back to nobody's payer stays due.
        let without = self.office.read(|seen| {
            let nobodys = seen.payouts.values().filter(|it| it.facts.order.is_none());
            nobodys.map(|it| it.facts.payout).collect()
        });
        let make = Command::MakeBatch {
            account: AccountId(2),
            date,
            without,
        };
        let Answer::Batch(batch) = self.does(make) else {
            panic!("no batch");
        };
        let format = TransferFormat::Pain001V09;
        let transfers = self.office.transfers(batch).unwrap();
        let written = write_batch(format, &transfers, None).unwrap();
        let stored = self.office.store_file(&mut &written.bytes[..]).unwrap();
        let file = TransferFile {
            digest: stored.hash,
            length: stored.length,
            format: format.name().to_owned(),
            written_by: "mbank 0.1.0".to_owned(),
        };
        self.says("bolek", Command::ProposeFile { batch, file });
        let (count, sum) = self.office.read(|seen| {
            let payouts = &seen.batches.get(&batch).unwrap().payouts;
            let amounts = payouts
                .iter()
                .map(|id| seen.payouts.get(id).unwrap().facts.amount);
            let sum = Money::sum(Currency::EUR, amounts).unwrap();
            (payouts.len() as u64, sum)
        });
        let seen = kantor_engine::bank_answer::SeenBatch {
            count,
            sum,
            file: Some(stored.hash),
        };
        let seen = Some(seen);
        self.says("celina", Command::ApproveBatch { batch, seen });
    }

    /// Money without a title that is several orders together, a part of one, or both in two ways.
    pub(super) fn sums_come(&self) {
        let customer = |number: u64| {
            let account = |at: u64| CustomerAccountId(number * 2 - at);
            (CustomerId(number), account(1), account(0))
        };
        for (number, euros) in [
            (4, [4_000, 6_000].as_slice()),
            (5, &[7_000, 9_100]),
            (3, &[1_000, 2_000, 1_500, 1_500]),
        ] {
            euros
                .iter()
                .for_each(|euros| self.places(&customer(number), *euros));
        }
        let untitled =
            |amount, number| line(amount, paying(number, Currency::EUR), "WYMIANA".to_owned());
        let lines = [
            untitled("100,00", 4),
            untitled("30,00", 5),
            untitled("40,00", 5),
            untitled("30,00", 3),
        ];
        self.next_statement(2, "215/1", &lines);
    }
}

//! The stored form of everything that stands in an event.

use std::fmt::Display;
use std::str::FromStr;

use kantor_engine::access::{Help, KeyChange};
use kantor_engine::alarm::AlarmId;
use kantor_engine::bank_answer::{BankAnswer, FileName, Rejection};
use kantor_engine::batch::TransferFile;
use kantor_engine::calendar::{BankHours, Evidence as HowKnown};
use kantor_engine::chain::{ChainChange, Moved, Stretch};
use kantor_engine::ledger::{LedgerAccount, Posting};
use kantor_engine::matching::{
    Evidence, Explained, Explanation, LineRule, LineRules, Nearest, Question, Rule, RuleDoes,
    Verdict, Way,
};
use kantor_engine::order::{HeldReason, OrderFacts};
use kantor_engine::payout::{Payee, PayoutFacts, PayoutKind};
use kantor_engine::payout_rules::{Opening, PayoutRules};
use kantor_engine::policy::{
    Amounts, Decision, LateRule, MoneyRule, MoneyRules, MoneyVerdict, OverRule, PositionLimit,
    Rest, Scope, Shortage, Stopped, UnderRule, Unhonoured,
};
use kantor_engine::position::{CoverDeal, RevaluedCurrency};
use kantor_engine::rates::{RateLine, RateTable, Side, Terms};
use kantor_engine::{
    AccountId, Actor, BatchId, CoverDealId, CustomerAccountId, CustomerClass, CustomerId, DateOnly,
    Digest, LineId, NotBooked, OrderId, PairedBy, PayoutId, Policy, Provisional, RateVersion,
    StatementBooking, StatementFacts, StatementId,
};
use kantor_model::{Currency, Date, Decimal, Direction, Format, Iban, Moment, Money, Rate};
use serde_json_borrow::Value;

use super::json::{Fields, Object, Problem, Stored, as_text, is_written, text};

/// Types that are a number.
macro_rules! numbers {
    ($($name:ident),* $(,)?) => {$(
        impl Stored for $name {
            fn write(&self, out: &mut String) {
                self.0.write(out);
            }

            fn read(value: &Value<'_>) -> Result<$name, Problem> {
                u64::read(value).map($name)
            }
        }
    )*};
}

numbers! {
    CustomerId, CustomerAccountId, AccountId, OrderId, PayoutId, BatchId, StatementId, RateVersion,
    CoverDealId,
    AlarmId,
}

/// Types that are a text which `Display` writes.
macro_rules! texts {
    ($($name:ty: $what:literal, $read:expr;)*) => {$(
        impl Stored for $name {
            fn write(&self, out: &mut String) {
                text(&self.to_string(), out);
            }

            fn read(value: &Value<'_>) -> Result<$name, Problem> {
                read_text(value, $what, $read)
            }
        }
    )*};
}

texts! {
    Currency: "a currency code", |code| Currency::from_code(code).ok();
    Decimal: "a decimal number", |number| Decimal::from_str_exact(number).ok();
    Date: "a day such as 2026-11-02", |day| Date::from_str(day).ok();
    Moment: "a moment such as 2026-11-02T08:00:00Z", |moment| Moment::from_str(moment).ok();
    Iban: "an account number", |iban| Iban::parse(iban).ok();
    Digest: "a SHA-256 in hexadecimal digits", Digest::from_hex;
    LedgerAccount: "a ledger account", LedgerAccount::from_word;
    LineId: "a line such as 2/17", line_id;
    CustomerClass: "a class of customers", CustomerClass::new;
}

/// One value has one form: a text that reads well but would be written otherwise is refused.
fn read_text<T: Display>(
    value: &Value<'_>,
    what: &str,
    read: impl FnOnce(&str) -> Option<T>,
) -> Result<T, Problem> {
    let text = as_text(value)?;
    read(text)
        .filter(|value| is_written(value, text))
        .ok_or_else(|| Problem::expected(what, value))
}

fn line_id(text: &str) -> Option<LineId> {
    let (account, ordinal) = text.split_once('/')?;
    Some(LineId {
        account: AccountId(account.parse().ok()?),
        ordinal: ordinal.parse().ok()?,
    })
}

/// Types that are an object with these fields, in this order.
macro_rules! objects {
    ($($name:ident { $($field:ident),* $(,)? })*) => {$(
        impl Stored for $name {
            fn write(&self, out: &mut String) {
                let $name { $($field),* } = self;
                let mut object = Object::begin(out);
                $(object.field(stringify!($field), $field);)*
                object.end();
            }

            fn read(value: &Value<'_>) -> Result<$name, Problem> {
                let mut fields = Fields::of(value)?;
                $(let $field = fields.take(stringify!($field))?;)*
                fields.end()?;
                Ok($name { $($field),* })
            }
        }
    )*};
}

objects! {
    Posting { account, amount }
    Policy {
        version, order_seconds, quote_seconds, date_only, provisional, four_eyes, home, money,
        limits,
    }
    Scope { pair, class }
    MoneyRules { late, under, over, third_party, wrong_currency, after_end }
    LateRule { grace_seconds, honour_within, otherwise }
    UnderRule { tolerance, fees, shortage, minimum }
    OverRule { tolerance, scale_up, excess }
    PositionLimit { limit, calm }
    MoneyVerdict { policy, scope, rows }
    RevaluedCurrency { open, base, mid, value, remainder }
    CoverDeal { bought, sold, at_mid, covers }
    RateTable { version, published, source, lines }
    Terms { gives, gets, side, rate, mid, remainder }
    OrderFacts {
        order, customer, terms, rates, pays_from, paid_to, pay_in, pay_out, placed, deadline,
    }
    PayoutFacts { payout, order, kind, amount, account, payee }
    TransferFile { digest, length, format, written_by }
    Nearest { order, failed }
    Explanation { rule, version, evidence, rivals, nearest }
    Explained { ordinal, amount, booked_on, why }
    LineRule { name, account, way, code, words, most, ledger_account, does }
    LineRules { version, rules }
    FileName { name, payouts }
    Rejection { payout, code }
    BankAnswer { report, accepted, rejected, unclear, whole }
    PayoutRules { version, four_eyes_above, banks, opening, closed }
    BankHours { bank, sends, receives, abroad, ask_after, evidence }
    Opening { weekday, from, until }
    StatementFacts {
        account, file, index, read_by, format, number, opening, closing, closing_on, rows, lines,
    }
    Stretch { statement, rows, position, count, shift }
    Moved { from, to, count }
    ChainChange {
        keeps, cut, end, moves, withdrawn, net, proved_through, proved_balance,
    }
    StatementBooking { statement, facts, known, new, undecided, change }
}

/// Types that are one of several: a word, or an object whose only field is the word.
macro_rules! choices {
    ($($name:ident {
        $(words { $($word:literal: $unit:ident,)* })?
        $(values { $($with:literal: $tuple:ident,)* })?
        $(objects { $($of:literal: $braces:ident { $($field:ident),* },)* })?
    })*) => {$(
        impl Stored for $name {
            fn write(&self, out: &mut String) {
                match self {
                    $($($name::$unit => text($word, out),)*)?
                    $($($name::$tuple(value) => {
                        let mut object = Object::begin(out);
                        object.field($with, value);
                        object.end();
                    })*)?
                    $($($name::$braces { $($field),* } => {
                        let mut object = Object::begin(out);
                        let mut inner = Object::begin(object.raw($of));
                        $(inner.field(stringify!($field), $field);)*
                        inner.end();
                        object.end();
                    })*)?
                }
            }

            fn read(value: &Value<'_>) -> Result<$name, Problem> {
                if let Value::Str(word) = value {
                    return match &**word {
                        $($($word => Ok($name::$unit),)*)?
                        _ => Err(Problem::expected("another word", value)),
                    };
                }
                #[allow(unused_mut, unused_variables)] // a choice of words only has no object
                let mut fields = Fields::of(value)?;
                $($(if fields.holds($with) {
                    let read = $name::$tuple(fields.take($with)?);
                    return fields.end().map(|()| read);
                })*)?
                $($(if fields.holds($of) {
                    let read = fields.take_with($of, |value| {
                        let mut inner = Fields::of(value)?;
                        $(let $field = inner.take(stringify!($field))?;)*
                        inner.end()?;
                        Ok($name::$braces { $($field),* })
                    })?;
                    return fields.end().map(|()| read);
                })*)?
                Err(Problem::expected("another choice", value))
            }
        }
    )*};
}

choices! {
    Side {
        words {
            "buy": Buy,
            "sell": Sell,
        }
    }
    DateOnly {
        words {
            "in_time": InTime,
            "ask": Ask,
        }
    }
    HowKnown {
        words {
            "published": Published,
            "press": Press,
            "usual": Usual,
            "office": Office,
        }
    }
    Provisional {
        words {
            "fund": Fund,
            "wait": Wait,
        }
    }
    Help {
        words {
            "new_password": NewPassword,
            "locked": Locked,
            "unlocked": Unlocked,
            "second_factor_removed": SecondFactorRemoved,
        }
    }
    KeyChange {
        words {
            "issued": Issued,
            "rotated": Rotated,
            "revoked": Revoked,
        }
    }
    PairedBy {
        words {
            "same_bank": SameBank,
            "fallback": Fallback,
        }
    }
    PayoutKind {
        words {
            "exchange": Exchange,
            "refund": Refund,
            "difference": Difference,
        }
    }
    Stopped {
        words {
            "hold": Hold,
            "refund": Refund,
        }
    }
    Unhonoured {
        words {
            "hold": Hold,
            "refund": Refund,
        }
        values {
            "ask": Ask,
        }
    }
    Rest {
        words {
            "hold": Hold,
            "scale": Scale,
            "refund": Refund,
        }
    }
    Shortage {
        values {
            "wait": Wait,
            "at_once": AtOnce,
        }
    }
    Decision {
        words {
            "wait": Wait,
            "refund": Refund,
            "ask_consent": AskConsent,
            "as_agreed": AsAgreed,
        }
        values {
            "hold": Hold,
            "absorb": Absorb,
            "scale": Scale,
            "return": Return,
        }
    }
    Payee {
        values {
            "customer_account": CustomerAccount,
            "payer_of": PayerOf,
        }
    }
    Verdict {
        words {
            "certain": Certain,
            "likely": Likely,
            "ambiguous": Ambiguous,
            "none": None,
        }
    }
    Rule {
        words {
            "reference": Reference,
            "virtual_account": VirtualAccount,
            "payer_and_amount": PayerAndAmount,
            "sum": Sum,
            "own_transfer": OwnTransfer,
            "line_rule": LineRule,
            "by_hand": ByHand,
        }
    }
    Way {
        words {
            "in": In,
            "out": Out,
        }
    }
    RuleDoes {
        words {
            "book": Book,
            "propose": Propose,
        }
    }
    Evidence {
        words {
            "virtual_account": VirtualAccount,
            "amount_exact": AmountExact,
            "in_time": InTime,
            "only_candidate": OnlyCandidate,
            "mirror": Mirror,
            "no_reference": NoReference,
            "unknown_reference": UnknownReference,
            "payer_hidden": PayerHidden,
            "payer_unknown": PayerUnknown,
            "time_unknown": TimeUnknown,
            "after_end": AfterEnd,
            "has_its_money": HasItsMoney,
            "also_another_line": AlsoAnotherLine,
        }
        values {
            "reference": Reference,
            "payout_reference": PayoutReference,
            "payer_account": PayerAccount,
            "exact_sum": ExactSum,
            "almost_reference": AlmostReference,
            "payer_is_another": PayerIsAnother,
            "amount_below": AmountBelow,
            "amount_above": AmountAbove,
            "other_currency": OtherCurrency,
            "late_by_seconds": LateBySeconds,
            "late_by_days": LateByDays,
            "early_by_seconds": EarlyBySeconds,
            "early_by_days": EarlyByDays,
            "too_many": TooMany,
        }
    }
    HeldReason {
        words {
            "wrong_currency": WrongCurrency,
            "third_party_payer": ThirdPartyPayer,
            "after_end": AfterEnd,
            "late": Late,
            "time_unknown": TimeUnknown,
            "under": Under,
            "over": Over,
            "compliance": Compliance,
        }
    }
    Question {
        words {
            "no_reference": NoReference,
            "unknown_reference": UnknownReference,
            "wrong_direction": WrongDirection,
            "reversal": Reversal,
            "not_proved_yet": NotProvedYet,
            "taken_back": TakenBack,
        }
        values {
            "several_orders": SeveralOrders,
            "several_lines": SeveralLines,
            "covers_orders": CoversOrders,
            "part_of": PartOf,
            "order_has_its_money": OrderHasItsMoney,
            "payout_differs": PayoutDiffers,
            "paid_twice": PaidTwice,
            "own_transfer": OwnTransfer,
            "proposed": Proposed,
            "rest": Rest,
            "return_unsure": ReturnUnsure,
            "batch_differs": BatchDiffers,
        }
    }
    NotBooked {
        words {
            "no_opening": NoOpening,
            "ambiguous": Ambiguous,
        }
        objects {
            "unbalanced": Unbalanced { difference },
            "gap": Gap { opening, balance },
            "contradicts": Contradicts { ordinal, line },
            "day_missing": DayMissing { day },
            "undecided": Undecided { lines },
        }
    }
}

/// `MT940`, as interfaces show it.
impl Stored for Format {
    fn write(&self, out: &mut String) {
        text(self.name(), out);
    }

    fn read(value: &Value<'_>) -> Result<Format, Problem> {
        Format::from_name(as_text(value)?).ok_or_else(|| Problem::expected("a format", value))
    }
}

/// `customer:7`, `staff:anna`, `system`.
impl Stored for Actor {
    fn write(&self, out: &mut String) {
        match self {
            Actor::Customer(customer) => text(&format!("customer:{customer}"), out),
            Actor::Staff(name) => text(&format!("staff:{name}"), out),
            Actor::System => text("system", out),
        }
    }

    fn read(value: &Value<'_>) -> Result<Actor, Problem> {
        match as_text(value)?.split_once(':') {
            Some(("customer", number)) => {
                let number = number.parse().ok().map(CustomerId);
                let customer = number.ok_or_else(|| Problem::expected("a customer", value))?;
                Ok(Actor::Customer(customer))
            }
            Some(("staff", name)) => Ok(Actor::Staff(name.to_owned())),
            None if as_text(value)? == "system" => Ok(Actor::System),
            _ => Err(Problem::expected("who acted", value)),
        }
    }
}

/// Minor units, because they mean the same for ever: `{"minor":-1234,"currency":"PLN"}`.
impl Stored for Money {
    fn write(&self, out: &mut String) {
        let mut object = Object::begin(out);
        object.field("minor", &self.minor());
        object.field("currency", &self.currency());
        object.end();
    }

    fn read(value: &Value<'_>) -> Result<Money, Problem> {
        let mut fields = Fields::of(value)?;
        let money = Money::new(fields.take("minor")?, fields.take("currency")?);
        fields.end()?;
        Ok(money)
    }
}

/// A list of money, by currency.
impl Stored for Amounts {
    fn write(&self, out: &mut String) {
        self.iter().collect::<Vec<Money>>().write(out);
    }

    fn read(value: &Value<'_>) -> Result<Amounts, Problem> {
        let list = Vec::<Money>::read(value)?;
        let amounts: Amounts = list.iter().copied().collect();
        if amounts.iter().eq(list) {
            Ok(amounts)
        } else {
            Err(Problem::expected("one amount a currency, in order", value))
        }
    }
}

/// The stable word.
impl Stored for MoneyRule {
    fn write(&self, out: &mut String) {
        text(self.word(), out);
    }

    fn read(value: &Value<'_>) -> Result<MoneyRule, Problem> {
        MoneyRule::from_word(as_text(value)?).ok_or_else(|| Problem::expected("a rule", value))
    }
}

/// The pair once, then the three rates.
impl Stored for RateLine {
    fn write(&self, out: &mut String) {
        let mut object = Object::begin(out);
        object.field("base", &self.base());
        object.field("quote", &self.quote());
        object.field("buy", &self.buy.value());
        object.field("sell", &self.sell.value());
        object.field("mid", &self.mid.value());
        object.end();
    }

    fn read(value: &Value<'_>) -> Result<RateLine, Problem> {
        let mut fields = Fields::of(value)?;
        let pair = (fields.take("base")?, fields.take("quote")?);
        let line = RateLine {
            buy: rate(fields.take("buy")?, pair)?,
            sell: rate(fields.take("sell")?, pair)?,
            mid: rate(fields.take("mid")?, pair)?,
        };
        fields.end()?;
        Ok(line)
    }
}

fn rate<D: Direction>(
    value: Decimal,
    (base, quote): (Currency, Currency),
) -> Result<Rate<D>, Problem> {
    Rate::new(value, base, quote).map_err(|error| Problem::new(error.to_string()))
}

//! The arithmetic of an exchange, on fractions of whole numbers.

use kantor_model::{Currency, Decimal, Money};

use crate::values::{Moves, Side, Terms, moved};

/// Minor units of the quote currency for one minor unit of the base: `up / down`, where `down` is a
/// power of ten.
#[derive(Clone, Copy)]
struct Price {
    up: i128,
    down: i128,
    places: u32,
}

fn ten_to(power: u32) -> Option<i128> {
    10_i128.checked_pow(power)
}

fn price(rate: Decimal, base: Currency, quote: Currency) -> Option<Price> {
    let rate = rate.normalize();
    let mantissa = rate.mantissa();
    let (from, into) = (base.minor_digits(), quote.minor_digits());
    // A coarser base makes each of its minor units worth more of the quote's, and the other way.
    let up = mantissa.checked_mul(ten_to(into.saturating_sub(from))?)?;
    let places = rate.scale().checked_add(from.saturating_sub(into))?;
    (mantissa > 0).then_some(Price {
        up,
        down: ten_to(places)?,
        places,
    })
}

impl Side {
    /// Base and quote of an exchange.
    pub(crate) fn pair(self, gives: Currency, gets: Currency) -> (Currency, Currency) {
        match self {
            Side::Buy => (gives, gets),
            Side::Sell => (gets, gives),
        }
    }
}

/// A whole number of minor units, and what is left of the dividend.
struct Share {
    minor: i128,
    rest: i128,
}

fn down(dividend: i128, divisor: i128) -> Option<Share> {
    let minor = dividend.checked_div(divisor)?;
    let rest = dividend - minor * divisor;
    Some(Share { minor, rest })
}

fn up(dividend: i128, divisor: i128) -> Option<Share> {
    let share = down(dividend, divisor)?;
    Some(if share.rest == 0 {
        share
    } else {
        Share {
            minor: share.minor + 1,
            rest: share.rest - divisor,
        }
    })
}

impl Terms {
    fn price(&self) -> Option<Price> {
        let (base, quote) = self.side.pair(self.gives.currency(), self.gets.currency());
        price(self.rate, base, quote)
    }

    /// What the customer gets for what he gives, rounded down, as the office pays.
    fn by_gives(&self) -> Option<(Money, Decimal)> {
        let price = self.price()?;
        let given = i128::from(self.gives.minor());
        let share = match self.side {
            Side::Buy => down(given.checked_mul(price.up)?, price.down),
            Side::Sell => down(given.checked_mul(price.down)?, price.up),
        }?;
        self.rounded(share, self.gets.currency(), price)
    }

    /// What he gives for what he gets, rounded up, as the office asks.
    fn by_gets(&self) -> Option<(Money, Decimal)> {
        let price = self.price()?;
        let got = i128::from(self.gets.minor());
        let share = match self.side {
            Side::Buy => up(got.checked_mul(price.down)?, price.up),
            Side::Sell => up(got.checked_mul(price.up)?, price.down),
        }?;
        self.rounded(share, self.gives.currency(), price)
    }

    /// The amount, and what rounding took, in minor units of the quote currency.
    fn rounded(&self, share: Share, into: Currency, price: Price) -> Option<(Money, Decimal)> {
        let money = Money::new(i64::try_from(share.minor).ok()?, into);
        let remainder = Decimal::try_from_i128_with_scale(share.rest, price.places).ok()?;
        Some((money, remainder))
    }

    /// What a customer gets at this rate for what he gives.
    pub(crate) fn gets_for_gives(&self) -> Option<Money> {
        self.by_gives().map(|(gets, _)| gets)
    }

    /// Whether the amounts follow from the rate, whichever of them was fixed.
    pub(crate) fn are_reckoned(&self) -> bool {
        self.follow_from_gives()
            || self
                .by_gets()
                .is_some_and(|(gives, rest)| gives == self.gives && rest == self.remainder)
    }

    /// Whether what is got follows from what is given.
    pub(crate) fn follow_from_gives(&self) -> bool {
        self.by_gives()
            .is_some_and(|(gets, rest)| gets == self.gets && rest == self.remainder)
    }

    /// The base amount at the reference rate, to the nearest minor unit of the quote, half to even.
    pub(crate) fn value_at_mid(&self) -> Option<Money> {
        let (base, quote) = self.side.pair(self.gives.currency(), self.gets.currency());
        let amount = match self.side {
            Side::Buy => self.gives,
            Side::Sell => self.gets,
        };
        valued(amount, self.mid, base, quote).map(|(value, _)| value)
    }

    /// What an exchange moves: the given money into the position, the got money out of it at the
    /// reference rate, and the difference to the customer's rate into income.
    pub(crate) fn exchange(&self) -> Option<Moves> {
        let value = self.value_at_mid()?;
        let mut moves = Moves::new();
        match self.side {
            Side::Buy => {
                moved(&mut moves, "position", "customer-funds", self.gives);
                moved(&mut moves, "payouts-due", "position", self.gets);
                moved(
                    &mut moves,
                    "spread-income",
                    "position",
                    value.minus(self.gets).ok()?,
                );
            }
            Side::Sell => {
                moved(&mut moves, "position", "customer-funds", value);
                let spread = self.gives.minus(value).ok()?;
                moved(&mut moves, "spread-income", "customer-funds", spread);
                moved(&mut moves, "payouts-due", "position", self.gets);
            }
        }
        Some(moves)
    }
}

/// An amount at a reference rate, to the nearest minor unit, half to even, with what rounding took
/// in minor units of the rate's quote currency.
pub(crate) fn valued(
    amount: Money,
    mid: Decimal,
    base: Currency,
    quote: Currency,
) -> Option<(Money, Decimal)> {
    let price = price(mid, base, quote)?;
    let minor = i128::from(amount.minor());
    let (dividend, divisor, into) = if amount.currency() == base {
        (minor.checked_mul(price.up)?, price.down, quote)
    } else {
        (minor.checked_mul(price.down)?, price.up, base)
    };
    let toward_zero = down(dividend, divisor)?;
    let twice = toward_zero.rest.unsigned_abs().checked_mul(2)?;
    let size = divisor.unsigned_abs();
    let away = twice > size || (twice == size && toward_zero.minor % 2 != 0);
    let nearest = toward_zero.minor + i128::from(away) * dividend.signum();
    let rest = dividend - nearest * divisor;
    let remainder = Decimal::try_from_i128_with_scale(rest, price.places).ok()?;
    Some((Money::new(i64::try_from(nearest).ok()?, into), remainder))
}

/// The same movements the other way.
pub(crate) fn undone(moves: Moves) -> Moves {
    let negated = moves.into_iter().map(|(key, sum)| (key, -sum));
    negated.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// gives, gets, side, rate, mid, remainder; whether they agree; the value at the reference.
    #[track_caller]
    fn check(row: &str) {
        let cells: Vec<&str> = row.split_whitespace().collect();
        let [gives, gets, side, rate, mid, remainder, agrees, value] = cells[..] else {
            panic!("{row}");
        };
        let money = |text: &str| {
            let (amount, code) = text.split_at(text.len() - 3);
            let currency = Currency::from_code(code).expect("a currency");
            Money::parse(amount, currency).expect("an amount")
        };
        let decimal = |text| Decimal::from_str_exact(text).expect("a decimal");
        let terms = Terms {
            gives: money(gives),
            gets: money(gets),
            side: if side == "buy" { Side::Buy } else { Side::Sell },
            rate: decimal(rate),
            mid: decimal(mid),
            remainder: decimal(remainder),
        };
        assert_eq!(terms.are_reckoned(), agrees == "agrees", "{row}");
        assert_eq!(terms.value_at_mid(), Some(money(value)), "{row}");
    }

    #[test]
    fn amounts_follow_from_rates() {
        check("100.00EUR 428.15PLN buy 4.2815 4.3 0 agrees 430.00PLN");
        check("100.00EUR 428.16PLN buy 4.2815 4.3 0 differs 430.00PLN");
        check("33.33EUR 142.70PLN buy 4.28151 4.3 0.27283 agrees 143.32PLN");
        check("33.33EUR 142.70PLN buy 4.28151 4.3 0.27284 differs 143.32PLN");
        check("0.03EUR 0.12PLN buy 4.2815 4.5 0.8445 agrees 0.14PLN");
        check("431.85PLN 100.00EUR sell 4.3185 4.3 0 agrees 430.00PLN");
        check("431.86PLN 100.00EUR sell 4.3185 4.3 1 agrees 430.00PLN");
        check("1000JPY 26.40PLN buy 0.0264 0.0265 0 agrees 26.50PLN");
    }

    #[test]
    fn an_exchange_sums_to_nothing_in_each_currency() {
        for side in [Side::Buy, Side::Sell] {
            let terms = Terms {
                gives: Money::new(10_003, Currency::EUR),
                gets: Money::new(42_015, Currency::PLN),
                side,
                rate: Decimal::new(42, 1),
                mid: Decimal::new(425, 2),
                remainder: Decimal::ZERO,
            };
            let mut sums: std::collections::BTreeMap<Currency, i128> = Default::default();
            for ((_, currency), sum) in terms.exchange().expect("moves") {
                *sums.entry(currency).or_default() += sum;
            }
            assert!(sums.values().all(|sum| *sum == 0), "{side:?}: {sums:?}");
        }
    }
}

//! Exchanges in plain whole numbers: rates are ten-thousandths, money is minor units.
//!
//! Every currency of the simulated town has two decimals, so a rate joins minor units as it joins
//! units.

use kantor_model::{Currency, Money};

/// A rate of one.
const ONE: i128 = 10_000;

/// The three rates of a pair, in ten-thousandths of the quote currency.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Pair {
    pub(crate) base: Currency,
    pub(crate) quote: Currency,
    pub(crate) buy: i64,
    pub(crate) sell: i64,
    pub(crate) mid: i64,
}

impl Pair {
    /// What an amount of the base is worth at the reference rate, to the nearest, a half to the even.
    pub(crate) fn value(&self, minor: i128) -> i128 {
        let exact = minor * i128::from(self.mid);
        let (whole, rest) = (exact.div_euclid(ONE), exact.rem_euclid(ONE));
        let up = rest * 2 > ONE || (rest * 2 == ONE && whole % 2 != 0);
        whole + i128::from(up)
    }
}

/// What was agreed about an exchange.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Agreed {
    pub(crate) gives: Money,
    pub(crate) gets: Money,
    /// The customer's rate.
    pub(crate) rate: i64,
    pub(crate) mid: i64,
    /// Whether the customer gives the base currency.
    pub(crate) gives_base: bool,
}

impl Agreed {
    /// Base and quote.
    pub(crate) fn pair(&self) -> (Currency, Currency) {
        let (gives, gets) = (self.gives.currency(), self.gets.currency());
        if self.gives_base {
            (gives, gets)
        } else {
            (gets, gives)
        }
    }

    /// What a customer gets for what he gives, rounded down.
    pub(crate) fn gets_for(&self, gives: Money) -> i64 {
        let (given, rate) = (i128::from(gives.minor()), i128::from(self.rate));
        let got = if self.gives_base {
            given * rate / ONE
        } else {
            (given * ONE).checked_div(rate).unwrap_or(0)
        };
        i64::try_from(got).unwrap_or(i64::MAX)
    }

    /// What a customer gives for what he gets, rounded up.
    pub(crate) fn for_gets(gets: Money, rate: i64, gives_base: bool) -> i64 {
        let got = i128::from(gets.minor());
        let rate = i128::from(rate);
        let given = if gives_base {
            (got * ONE + rate - 1).checked_div(rate).unwrap_or(0)
        } else {
            (got * rate + ONE - 1) / ONE
        };
        i64::try_from(given).unwrap_or(i64::MAX)
    }

    /// The value of the base amount at the reference rate, to the nearest, a half to the even.
    pub(crate) fn value_at_mid(&self) -> i64 {
        let base = if self.gives_base {
            self.gives
        } else {
            self.gets
        };
        let (of, quote) = self.pair();
        let pair = Pair {
            base: of,
            quote,
            buy: self.rate,
            sell: self.rate,
            mid: self.mid,
        };
        i64::try_from(pair.value(base.minor().into())).unwrap_or(i64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_office_rounds_neither_way_for_itself_twice() {
        let pln = Money::new(100, Currency::PLN);
        let eur = Money::new(100, Currency::EUR);
        let deal = |gives, rate, gives_base| Agreed {
            gives,
            gets: pln,
            rate,
            mid: rate,
            gives_base,
        };
        assert_eq!(deal(pln, 43_333, false).gets_for(pln), 23);
        assert_eq!(deal(eur, 43_339, true).gets_for(eur), 433);
        assert_eq!(Agreed::for_gets(eur, 43_301, false), 434);
        assert_eq!(Agreed::for_gets(pln, 43_333, true), 24);
        let cent = Money::new(1, Currency::EUR);
        assert_eq!(deal(cent, 45_000, true).value_at_mid(), 4);
        assert_eq!(deal(cent, 55_000, true).value_at_mid(), 6);
    }
}

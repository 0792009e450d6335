//! Published rates and quotes made from them.

use kantor_model::{Buy, Currency, Decimal, Mid, Moment, Money, Rate, RateError, Rounding, Sell};

use crate::RateVersion;

/// The three rates of one pair of currencies.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct RateLine {
    /// What the office pays for one unit of base (kurs kupna).
    pub buy: Rate<Buy>,
    /// What the office asks for one unit of base (kurs sprzedaży).
    pub sell: Rate<Sell>,
    /// The reference between them (kurs średni).
    pub mid: Rate<Mid>,
}

impl RateLine {
    /// Three rates of one pair, ordered as an office needs them: buy ≤ mid ≤ sell.
    /// `None` when they are of different pairs or in another order.
    pub fn new(buy: Rate<Buy>, sell: Rate<Sell>, mid: Rate<Mid>) -> Option<RateLine> {
        let one_pair = buy.base() == sell.base()
            && buy.base() == mid.base()
            && buy.quote() == sell.quote()
            && buy.quote() == mid.quote();
        let ordered = buy.value() <= mid.value() && mid.value() <= sell.value();
        (one_pair && ordered).then_some(RateLine { buy, sell, mid })
    }

    /// The currency of which one unit is priced.
    pub fn base(&self) -> Currency {
        self.mid.base()
    }

    /// The currency in which the price is.
    pub fn quote(&self) -> Currency {
        self.mid.quote()
    }
}

/// A published table of rates (tabela kursów).
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct RateTable {
    /// Its number; a later table has a larger one.
    pub version: RateVersion,
    /// When it was published.
    pub published: Moment,
    /// Where the rates come from, in the office's words.
    pub source: String,
    /// One line a pair.
    pub lines: Vec<RateLine>,
}

/// Which side of the exchange the customer fixed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Fixed {
    /// He gives exactly this.
    Gives(Money),
    /// He gets exactly this.
    Gets(Money),
}

/// Which of the two rates an exchange uses, from the office's view.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Side {
    /// The office buys the base currency.
    Buy,
    /// The office sells the base currency.
    Sell,
}

/// The terms of one exchange: what a customer gives and gets, and why so much.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Terms {
    /// What the customer pays in.
    pub gives: Money,
    /// What the customer is paid.
    pub gets: Money,
    /// Which rate was used.
    pub side: Side,
    /// The customer's rate: units of quote for one unit of base.
    pub rate: Decimal,
    /// The reference rate at that moment, same pair.
    pub mid: Decimal,
    /// What rounding took, in minor units of the quote currency, exactly (law 6).
    pub remainder: Decimal,
}

/// Why no terms could be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QuoteError {
    /// No line of the table joins the two currencies.
    #[error("no rate is published between {gives} and {gets}; choose another pair")]
    NoRate {
        /// What the customer would give.
        gives: Currency,
        /// What he would get.
        gets: Currency,
    },
    /// Nothing, or less than nothing, is asked for, or rounds to nothing.
    #[error("the amount is too small to exchange; enter at least one minor unit on both sides")]
    TooSmall,
    /// The amount cannot be converted.
    #[error(transparent)]
    Rate(#[from] RateError),
}

impl RateTable {
    /// The reference rate of a pair, where the table has it.
    pub fn mid(&self, base: Currency, quote: Currency) -> Option<Decimal> {
        self.lines
            .iter()
            .find(|line| line.base() == base && line.quote() == quote)
            .map(|line| line.mid.value())
    }

    /// The customer's rate of a pair on one side, where the table has it.
    pub fn rate(&self, side: Side, base: Currency, quote: Currency) -> Option<Decimal> {
        let mut lines = self.lines.iter();
        let line = lines.find(|line| line.base() == base && line.quote() == quote)?;
        Some(match side {
            Side::Buy => line.buy.value(),
            Side::Sell => line.sell.value(),
        })
    }

    /// The terms of an exchange at this table's rates. What the office pays is rounded down,
    /// what it asks for is rounded up.
    pub fn terms(&self, fixed: Fixed, other: Currency) -> Result<Terms, QuoteError> {
        let (gives, gets) = match fixed {
            Fixed::Gives(money) => (money.currency(), other),
            Fixed::Gets(money) => (other, money.currency()),
        };
        for line in &self.lines {
            if line.base() == gives && line.quote() == gets {
                return terms_at(line.buy, Side::Buy, line.mid.value(), fixed);
            }
            if line.base() == gets && line.quote() == gives {
                return terms_at(line.sell, Side::Sell, line.mid.value(), fixed);
            }
        }
        Err(QuoteError::NoRate { gives, gets })
    }
}

/// The terms of an exchange at one rate.
pub fn terms_at<D: kantor_model::Direction>(
    rate: Rate<D>,
    side: Side,
    mid: Decimal,
    fixed: Fixed,
) -> Result<Terms, QuoteError> {
    let (known, rounding) = match fixed {
        Fixed::Gives(money) => (money, Rounding::Down),
        Fixed::Gets(money) => (money, Rounding::Up),
    };
    if !known.is_positive() {
        return Err(QuoteError::TooSmall);
    }
    let converted = if known.currency() == rate.base() {
        rate.to_quote(known, rounding)?
    } else {
        rate.to_base(known, rounding)?
    };
    if !converted.money.is_positive() {
        return Err(QuoteError::TooSmall);
    }
    let (gives, gets) = match fixed {
        Fixed::Gives(money) => (money, converted.money),
        Fixed::Gets(money) => (converted.money, money),
    };
    Ok(Terms {
        gives,
        gets,
        side,
        rate: rate.value(),
        mid,
        remainder: converted.remainder,
    })
}

impl Terms {
    /// The currency of which one unit is priced.
    pub fn base(&self) -> Currency {
        match self.side {
            Side::Buy => self.gives.currency(),
            Side::Sell => self.gets.currency(),
        }
    }

    /// The currency in which the price is.
    pub fn quote(&self) -> Currency {
        match self.side {
            Side::Buy => self.gets.currency(),
            Side::Sell => self.gives.currency(),
        }
    }

    /// The same exchange at another customer rate (same pair, same side), with what the customer
    /// gives unchanged.
    pub fn at_rate(&self, rate: Decimal) -> Result<Terms, QuoteError> {
        self.with_gives_at(self.gives, rate)
    }

    /// The same rate for another amount given: what a scaled order becomes.
    pub fn for_gives(&self, gives: Money) -> Result<Terms, QuoteError> {
        self.with_gives_at(gives, self.rate)
    }

    fn with_gives_at(&self, gives: Money, rate: Decimal) -> Result<Terms, QuoteError> {
        let rate = Rate::<Mid>::new(rate, self.base(), self.quote())?;
        terms_at(rate, self.side, self.mid, Fixed::Gives(gives))
    }

    /// The value of the base amount at the reference rate, in the quote currency, to the nearest:
    /// what the position moves by.
    pub fn value_at_mid(&self) -> Result<Money, RateError> {
        let base = match self.side {
            Side::Buy => self.gives,
            Side::Sell => self.gets,
        };
        let mid = Rate::<Mid>::new(self.mid, self.base(), self.quote())?;
        mid.to_quote(base, Rounding::HalfEven)
            .map(|converted| converted.money)
    }
}

//! The dictionary behind [`crate::Currency`]: ISO 4217, sorted by code.

/// What the dictionary knows of one currency.
pub(crate) struct Facts {
    pub(crate) code: &'static str,
    pub(crate) minor_digits: u8,
    pub(crate) english: &'static str,
    pub(crate) polish: &'static str,
    pub(crate) withdrawn: bool,
}

const fn now(
    code: &'static str,
    minor_digits: u8,
    english: &'static str,
    polish: &'static str,
) -> Facts {
    Facts {
        code,
        minor_digits,
        english,
        polish,
        withdrawn: false,
    }
}

pub(crate) const CURRENCIES: &[Facts] = &[
    now("CHF", 2, "Swiss Franc", "frank szwajcarski"),
    now("CNY", 2, "Yuan Renminbi", "yuan renminbi"),
    now("CZK", 2, "Czech Koruna", "korona czeska"),
    now("EUR", 2, "Euro", "euro"),
    now("GBP", 2, "Pound Sterling", "funt szterling"),
    now("HUF", 2, "Forint", "forint"),
    now("JPY", 0, "Yen", "jen"),
    now("KWD", 3, "Kuwaiti Dinar", "dinar kuwejcki"),
    now("PLN", 2, "Zloty", "złoty"),
    now("USD", 2, "US Dollar", "dolar amerykański"),
];

//! The names of things: plain numbers, given out in order by the office itself.

use std::fmt;

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub struct $name(
            /// The number; the first one is 1.
            pub u64,
        );

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}", self.0)
            }
        }
    )*};
}

id! {
    /// A customer (klient).
    CustomerId;
    /// A customer's own bank account.
    CustomerAccountId;
    /// A bank account of the office (rachunek kantoru).
    AccountId;
    /// An order (zlecenie).
    OrderId;
    /// Money owed out.
    PayoutId;
    /// A set of payouts for one account (paczka przelewów).
    BatchId;
    /// An exchange of the office itself, by which it closes a position.
    CoverDealId;
    /// A booked statement (wyciąg).
    StatementId;
    /// A published table of rates; a later table has a larger number.
    RateVersion;
}

/// A bank line by its place in its account's balance chain: that *is* its identity (law 1).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct LineId {
    /// The office account.
    pub account: AccountId,
    /// Its place since the account was opened here, from 1.
    pub ordinal: u64,
}

impl fmt::Display for LineId {
    /// `2/17`: account 2, line 17.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.account, self.ordinal)
    }
}

/// A SHA-256 of bytes that are kept elsewhere: files, rows of entries, personal data.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(
    /// The 32 bytes.
    pub [u8; 32],
);

impl Digest {
    /// The digest of some bytes.
    pub fn of(bytes: &[u8]) -> Digest {
        use sha2::Digest as _;
        Digest(sha2::Sha256::digest(bytes).into())
    }

    /// Reads 64 hexadecimal digits.
    pub fn from_hex(text: &str) -> Option<Digest> {
        if text.len() != 64 || !text.is_ascii() {
            return None;
        }
        let mut bytes = [0_u8; 32];
        for (at, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(text.get(at * 2..at * 2 + 2)?, 16).ok()?;
        }
        Some(Digest(bytes))
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

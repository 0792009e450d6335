//! Deliberate bugs, one at a time, to see that the auditor would find them.
//!
//! Each is built into the wrapper around the engine that the simulated office is ([`crate::office`]),
//! never into the engine itself: what a decision sees or answers is bent on its way.

macro_rules! plants {
    ($($(#[doc = $doc:literal])* $name:ident = $word:literal;)*) => {
        /// A deliberate bug.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum Plant {
            $($(#[doc = $doc])* $name,)*
        }

        impl Plant {
            /// Every one.
            pub const ALL: &'static [Plant] = &[$(Plant::$name),*];

            /// Its name on the command line.
            pub const fn word(self) -> &'static str {
                match self { $(Plant::$name => $word,)* }
            }

            /// What it does.
            pub const fn about(self) -> &'static str {
                match self { $(Plant::$name => concat!($($doc),*),)* }
            }
        }
    };
}

plants! {
    /// a line of a statement is taken for two
    DoubledLine = "doubled-line";
    /// a line of a statement is overlooked
    LostLine = "lost-line";
    /// the sign of a line is read the wrong way round
    ReversedSign = "reversed-sign";
    /// two identical payments are taken for one
    MergedTwins = "merged-twins";
    /// a line that is an order's money is open again, and serves a second order
    TwoOrders = "two-orders-for-one-line";
    /// a late line is given the deadline's time, and the expired order goes on
    ExpiredFunded = "expired-funded";
    /// who paid is forgotten, so that anybody's money will do
    PayerForgotten = "payer-forgotten";
    /// a line without a readable title is given to the newest order
    Guessed = "guessed-order";
    /// what is missing or too much is overlooked
    WrongSum = "wrong-sum-accepted";
    /// the customer's side is rounded up
    FlippedRounding = "flipped-rounding";
    /// postings that do not sum to zero
    Unbalanced = "unbalanced-postings";
    /// the fruit of an exchange goes to somebody else's account
    WrongAccount = "wrong-account-paid";
    /// money goes back to another account than it came from
    RefundToStranger = "refund-to-stranger";
    /// a batch is written to a second file with other bytes, and both are sent
    SecondExport = "second-export";
    /// a written payout counts as paid before the bank's line
    PaidUnseen = "paid-without-line";
    /// the last event before a crash is lost
    LostEvent = "lost-event";
    /// a request that is sent twice is carried out twice
    KeyForgotten = "key-forgotten";
    /// an order is never asked whether its time is over
    NeverExpires = "never-expires";
    /// a transfer that came back is booked away without a word
    ReturnIgnored = "return-ignored";
    /// a running day counts as booked before a closing balance proves it
    ProvedEarly = "proved-early";
}

impl Plant {
    /// The one of that name.
    pub fn of_word(word: &str) -> Option<Plant> {
        Plant::ALL
            .iter()
            .copied()
            .find(|plant| plant.word() == word)
    }
}

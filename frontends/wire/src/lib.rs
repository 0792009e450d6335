//! What crosses the wires of an office: the office API that the desk speaks, the customer API that
//! the panel speaks, problem details, and every word that people read.
//!
//! ```text
//! office      OfficeView · Changes · CurrencyView · AccountView · RateTableView
//! orders      OrderView · PayoutView · BatchView
//! intake      StatementWire · ImportAsk · ImportOutcome · LineView
//! rules       RulesDocument · LineRulesDocument · WhatIfView
//! customer    Registration · QuoteAsk · QuoteView · CustomerOrder
//! problem     Problem                        why something was refused
//! words       Words                          Polish and English
//! ```
//!
//! Amounts and rates are decimal strings, moments RFC 3339 in UTC, dates `YYYY-MM-DD`, ids opaque
//! text. An absent fact is `null`, never empty and never zero. The types carry; they judge nothing.
#![forbid(unsafe_code)]

/// An enum whose variants have one name on every wire.
macro_rules! named {
    (
        $(#[$about:meta])*
        $kind:ident { $($(#[$doc:meta])* $variant:ident = $name:literal,)+ }
    ) => {
        $(#[$about])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        pub enum $kind { $($(#[$doc])* #[serde(rename = $name)] $variant,)+ }

        impl $kind {
            /// Every value, in the order of the documentation.
            pub const ALL: &'static [$kind] = &[$($kind::$variant,)+];

            /// The name on the wire.
            pub const fn as_str(self) -> &'static str {
                match self { $($kind::$variant => $name,)+ }
            }

            /// The value of that name, if there is one.
            pub fn from_name(name: &str) -> Option<$kind> {
                $kind::ALL.iter().copied().find(|value| value.as_str() == name)
            }
        }

        impl std::fmt::Display for $kind {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

mod books;
mod common;
mod customer;
mod intake;
mod office;
mod orders;
mod payouts;
mod people;
mod problem;
mod rules;
mod words;

pub use books::{AccountBooks, BooksView, CoverView, PositionView, ResultView, RoundingView};
pub use common::{Amount, Page, PartyView, RateView, Sentence};
pub use customer::{
    ConsentAsk, CustomerAccount, CustomerOrder, CustomerView, FixedSide, LoginAsk,
    NewCustomerAccount, NewOrder, PublicRate, PublicRates, QuoteAsk, QuoteView, Registration,
    SessionView,
};
pub use intake::{
    AllocateAsk, BalanceWire, BookAsk, Candidate, ComplaintWire, CounterpartyWire, EntryWire,
    FileStored, ImportAsk, ImportOutcome, Learned, LineView, MatchView, PackUsed, PartWire,
    StatementImport, StatementOutcome, StatementWire, UndoAsk, Verdict,
};
pub use office::{
    AccountView, Change, Changes, CurrencyView, NewAccount, NewCurrency, NewRates, OfficeView,
    Opening, RateRow, RateTableView, Role,
};
pub use orders::{
    Act, CustomerRef, HeldReason, HistoryLine, OrderAsk, OrderState, OrderView, PayIn, PayeeView,
    ReasonAsk, RepriceAsk,
};
pub use payouts::{
    BatchDetail, BatchFile, BatchState, BatchView, NewBatch, PayoutKind, PayoutState, PayoutView,
    TransferView, VoidAsk,
};
pub use people::{KeyView, NewKey, PasswordCode, PersonView};
pub use problem::{FieldProblem, Problem};
pub use rules::{
    DateOnly, LateOtherwise, LateRule, LimitRule, LineRule, LineRuleDoes, LineRulesDocument,
    MoneyRule, Otherwise, OverRule, RulesDocument, Short, UnderRule, Unproved, Way, WhatIfView,
};
pub use words::{Language, Words};

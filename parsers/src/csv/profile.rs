//! How one bank lays out its table: the `[[csv]]` sections of a `profile.toml`.

use serde::Deserialize;

use super::value::{DateForm, Mark};

/// One layout of one bank. A bank that has several has several sections, which their signs tell
/// apart.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CsvProfile {
    /// What the layout is called for people: `history of mBank retail`.
    pub layout: String,
    /// What stands between two cells.
    pub separator: char,
    /// What stands around a cell that holds a separator; absent where the bank does not quote.
    pub quote: Option<char>,
    /// How dates are written; one layout may hold several ways.
    pub date: Vec<DateForm>,
    /// The decimal mark of amounts.
    pub decimal: Mark,
    /// The currency of every amount, where the layout never says it.
    pub currency: Option<String>,
    /// In which order the rows stand when neither dates nor balances tell.
    #[serde(default)]
    pub order: Order,
    /// Never recognised by content: only when a person or a pack names the bank.
    #[serde(default)]
    pub named_only: bool,
    /// Names that the line of columns has, beside those of the columns that are needed.
    #[serde(default)]
    pub signs: Vec<String>,
    /// Names that the line of columns does not have.
    #[serde(default)]
    pub without: Vec<String>,
    /// Of a table without a line of columns: what the cells of its lines look like.
    pub shape: Option<Shape>,
    /// Which column is what.
    pub columns: Columns,
    /// Texts of the form `Key: value`.
    pub keyed: Option<Keyed>,
    /// What stands above and below the rows.
    #[serde(default)]
    pub facts: Vec<Fact>,
    /// Beginnings of lines below the rows that say nothing of money.
    #[serde(default)]
    pub footers: Vec<String>,
    /// A line below the rows with one filled cell, which is no date, is a remark.
    #[serde(default)]
    pub remarks: bool,
    /// After the closing balance only remarks follow.
    #[serde(default)]
    pub closing_is_last: bool,
    /// How rows that are not booked yet are told.
    #[serde(default)]
    pub pending: Pending,
    /// In a file without quotes, texts that may hold the separator.
    pub unquoted: Option<Unquoted>,
    /// The first cell says what a line is.
    pub records: Option<Records>,
    /// Positions in a text at which the bank puts a space that does not belong there.
    #[serde(default)]
    pub injected_spaces: Vec<usize>,
    /// A text may end with the other side's account number.
    #[serde(default)]
    pub account_ends_text: bool,
    /// Title columns are pieces of one text that was cut: nothing stands between them.
    #[serde(default)]
    pub title_is_cut: bool,
    /// The own account's column may hold a card number; such a row is the account's all the same.
    #[serde(default)]
    pub cards: bool,
}

/// In which order rows stand.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Order {
    /// As they happened.
    #[default]
    OldestFirst,
    /// The last one first.
    NewestFirst,
}

/// Where a column is.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(untagged)]
pub enum Column {
    /// By its name; spellings that mean the same are divided by `|`.
    Named(String),
    /// By its number, from 1.
    Numbered(usize),
    /// One of several columns of the same name: the first after that other column.
    After {
        /// Its name.
        name: String,
        /// The name of the column before it.
        after: String,
    },
}

/// One column or several whose texts are put together.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(untagged)]
pub enum Texts {
    /// One.
    One(Column),
    /// Several, in this order.
    Several(Vec<Column>),
}

impl Texts {
    /// The columns.
    pub(super) fn columns(&self) -> &[Column] {
        match self {
            Texts::One(column) => std::slice::from_ref(column),
            Texts::Several(columns) => columns,
        }
    }
}

/// Which column is what. Needed are `amount`, or `debit` and `credit`, and one of the dates;
/// whatever else is absent from a file is absent from its entries.
#[derive(Clone, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Columns {
    /// The day of booking.
    pub booking_date: Option<Column>,
    /// The day of value, or of the operation.
    pub value_date: Option<Column>,
    /// The signed amount.
    pub amount: Option<Column>,
    /// What went out, with or without its sign.
    pub debit: Option<Column>,
    /// What came in.
    pub credit: Option<Column>,
    /// An amount that is held and not booked; counts where `amount` is empty.
    pub hold: Option<Column>,
    /// The currency of what is held.
    pub hold_currency: Option<Column>,
    /// The currency of the amount.
    pub currency: Option<Column>,
    /// The balance after the row.
    pub balance: Option<Column>,
    /// The amount in the currency that was ordered.
    pub original: Option<Column>,
    /// That currency.
    pub original_currency: Option<Column>,
    /// The own account: its number, or the name that a list above the rows gives it.
    pub own_account: Option<Column>,
    /// The account that money left: the own one of a debit, the other one of a credit.
    pub sender_account: Option<Column>,
    /// The account that money came to: the own one of a credit, the other one of a debit.
    pub receiver_account: Option<Column>,
    /// The other side's account.
    pub account: Option<Column>,
    /// The other side's bank.
    pub bank: Option<Column>,
    /// The other side's name and address.
    pub name: Option<Texts>,
    /// Who paid: the other side of a credit.
    pub sender_name: Option<Column>,
    /// Who was paid: the other side of a debit.
    pub receiver_name: Option<Column>,
    /// The title.
    pub title: Option<Texts>,
    /// The bank's word for the kind of operation.
    pub transaction_code: Option<Column>,
    /// The bank's own reference.
    pub bank_reference: Option<Column>,
    /// The reference that the customer gave.
    pub customer_reference: Option<Column>,
}

/// Texts of the form `Key: value`, a key a column or several keys in one column.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keyed {
    /// The first column of such texts; with `rest`, all after it are too.
    pub column: Column,
    /// The columns to the right hold such texts too.
    #[serde(default)]
    pub rest: bool,
    /// Keys of the title.
    #[serde(default)]
    pub title: Vec<String>,
    /// Keys of the other side's name.
    #[serde(default)]
    pub name: Vec<String>,
    /// Keys of the other side's account.
    #[serde(default)]
    pub account: Vec<String>,
    /// Keys of the reference that the customer gave.
    #[serde(default)]
    pub customer_reference: Vec<String>,
    /// Keys of the bank's own reference.
    #[serde(default)]
    pub bank_reference: Vec<String>,
}

/// What a cell of a table without a line of columns looks like.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Look {
    /// Whatever.
    Any,
    /// A word that is neither a day nor an amount.
    Name,
    /// A day in one of the profile's ways.
    Date,
    /// An amount, or nothing.
    Amount,
    /// An amount that must be there.
    SomeAmount,
    /// Three capital letters that are a currency, or nothing.
    Currency,
    /// An account number, or nothing.
    Account,
    /// An account number that must be there.
    SomeAccount,
    /// Digits only, or nothing.
    Count,
    /// A UUID.
    Uuid,
}

/// What the lines of a table without a line of columns look like.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shape {
    /// The cells of the first line, where that is not a row yet; cells past these are free.
    pub first: Option<Vec<Look>>,
    /// The cells of every row.
    pub row: Vec<Look>,
    /// One of these words stands in the row: `Nadawca:`.
    #[serde(default)]
    pub words: Vec<String>,
}

/// What is told above or below the rows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FactKind {
    /// The own account.
    Account,
    /// The own accounts with their names, a line each, until a line without an account number.
    Accounts,
    /// The currency of the account.
    Currency,
    /// The balance before the first entry.
    Opening,
    /// The balance after the last entry.
    Closing,
    /// The sum of what came in.
    Credits,
    /// The sum of what went out.
    Debits,
    /// How many entries there are: a file with another number is not whole.
    Count,
    /// How many rows the bank counted, which need not be these.
    AboutCount,
    /// The sum of all entries.
    Sum,
    /// The first and the last day.
    Period,
    /// The number of the statement.
    Number,
    /// A line that says nothing of money.
    Remark,
}

/// Where a fact is told.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fact {
    /// What it is.
    pub fact: FactKind,
    /// The beginning of the cell that names it; spellings are divided by `|`.
    pub label: Option<String>,
    /// Instead of a label: the word that the first cell of the line is.
    pub mark: Option<String>,
    /// Instead of a label: the number of the line, from 1.
    pub line: Option<u32>,
    /// The value stands so many cells to the right of the label (when nothing is said, in the
    /// first filled cell) ...
    pub right: Option<usize>,
    /// ... or in the next line, so many cells to the right of the label ...
    pub below: Option<usize>,
    /// ... or in the label's own cell, after it ...
    #[serde(default)]
    pub within: bool,
    /// ... or in the cell of that number, from 1.
    pub cell: Option<usize>,
}

/// How rows that are not booked yet are told.
#[derive(Clone, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pending {
    /// Words that stand in the place of the balance.
    #[serde(default)]
    pub balance_words: Vec<String>,
    /// The day of booking is empty.
    #[serde(default)]
    pub without_booking_date: bool,
}

/// In a file without quotes a text may hold the separator. Then the row has more cells than the
/// layout, and the cells whose look is known tell which text is in pieces.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unquoted {
    /// How many cells a row has.
    pub cells: usize,
    /// The first group of texts: its first and last cell, from 1.
    pub first: [usize; 2],
    /// The last group of texts.
    pub last: [usize; 2],
    /// Cells between the groups whose look is known: number and count of digits.
    pub anchors: Vec<[usize; 2]>,
}

/// The first cell says what a line is.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Records {
    /// The first line of the file.
    pub head: String,
    /// An entry.
    pub entry: String,
    /// The last line of the file, without which it is not whole.
    pub trailer: String,
}

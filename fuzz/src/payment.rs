//! Transfer files: any bytes read, and any batch written and read back.

use arbitrary::{Result, Unstructured};
use kantor_model::{Abroad, Batch, Currency, Date, Iban, Money, Party, Transfer};
use kantor_parsers::transfers::{TransferFormat, batches, read_transfers, write_batch};

/// Any bytes as a transfer file.
pub fn any(bytes: &[u8]) {
    let read = read_transfers(bytes, None, None);
    assert_eq!(read, read_transfers(bytes, None, None));
    assert!(
        !read.orders.is_empty() || !read.complaints.is_empty(),
        "nothing was read and nothing was said"
    );
    for order in &read.orders {
        assert!(order.amount.is_positive(), "{order:?}");
    }
}

/// A batch made of the bytes: refused with a reason, or written, and read back with the same
/// money for the same accounts.
pub fn pair(format: TransferFormat, bytes: &[u8]) {
    let Ok(batch) = batch(&mut Unstructured::new(bytes)) else {
        return;
    };
    let written = match write_batch(format, &batch, None) {
        Ok(written) => written,
        Err(unwritable) => {
            assert!(!unwritable.problems.is_empty());
            return;
        }
    };
    let again = write_batch(format, &batch, None);
    assert_eq!(
        Ok(&written),
        again.as_ref(),
        "the same batch, the same bytes"
    );
    let read = read_transfers(&written.bytes, Some(format), None);
    assert!(
        read.is_whole(),
        "{:?}\n{}",
        read.complaints,
        shown(&written.bytes)
    );
    assert_eq!(
        recognised(&written.bytes),
        recognised_as(format),
        "{}",
        shown(&written.bytes)
    );
    let back = batches(&read.orders).expect("accounts that were written are whole");
    let mut theirs: Vec<_> = back
        .iter()
        .flat_map(|it| &it.transfers)
        .map(money)
        .collect();
    let mut ours: Vec<_> = batch.transfers.iter().map(money).collect();
    theirs.sort();
    ours.sort();
    assert_eq!(theirs, ours, "{}", shown(&written.bytes));
    for other in &back {
        assert_eq!(other.debit_account, batch.debit_account);
        assert_eq!(other.date, batch.date);
    }
}

fn money(transfer: &Transfer) -> (String, i64, String) {
    (
        transfer.payee_account.as_str().to_owned(),
        transfer.amount.minor(),
        transfer.amount.currency().code().to_owned(),
    )
}

fn recognised(bytes: &[u8]) -> Option<&'static str> {
    kantor_parsers::transfers::recognise_transfers(bytes).map(family)
}

fn recognised_as(format: TransferFormat) -> Option<&'static str> {
    Some(family(format))
}

/// Versions of one message are one family.
fn family(format: TransferFormat) -> &'static str {
    match format {
        TransferFormat::Elixir0 => "elixir0",
        TransferFormat::Pain001V03 | TransferFormat::Pain001V09 => "pain.001",
        TransferFormat::Pla => "pla",
        TransferFormat::Mt101 => "mt101",
    }
}

fn shown(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

const ACCOUNTS: [&str; 6] = [
    "61109010140000071219812874",
    "27114020040000300201355387",
    "06114010100000111111001001",
    "DE89370400440532013000",
    "GB82WEST12345698765432",
    "AE070331234567890123456",
];

const CURRENCIES: [&str; 4] = ["PLN", "EUR", "USD", "JPY"];

fn batch(from: &mut Unstructured<'_>) -> Result<Batch> {
    let mut transfers = Vec::new();
    for _ in 0..from.int_in_range(1..=5)? {
        transfers.push(transfer(from)?);
    }
    Ok(Batch {
        debit_account: Iban::parse(ACCOUNTS[from.choose_index(3)?]).expect("a valid account"),
        owner: party(from)?,
        date: Date::constant(2026, 11, 23),
        transfers,
    })
}

fn transfer(from: &mut Unstructured<'_>) -> Result<Transfer> {
    let currency = CURRENCIES[from.choose_index(CURRENCIES.len())?];
    Ok(Transfer {
        reference: text(from, 20)?,
        amount: Money::new(
            from.int_in_range(-1..=i64::from(u32::MAX))?,
            Currency::from_code(currency).expect("a currency"),
        ),
        payee: party(from)?,
        payee_account: Iban::parse(ACCOUNTS[from.choose_index(ACCOUNTS.len())?])
            .expect("a valid account"),
        title: text(from, 160)?,
        abroad: Abroad::default(),
    })
}

fn party(from: &mut Unstructured<'_>) -> Result<Party> {
    Ok(Party {
        name: text(from, 90)?,
        street: text(from, 50)?,
        city: text(from, 50)?,
    })
}

/// Texts that a person types, and signs that grammars are made of.
const SIGNS: &str = "abcKZ019  ąćęłńóśźżŁÓ.,-/()+?':;&@$\"|<>_{}~^\u{a0}ßüŠ€\r\n\t—";

fn text(from: &mut Unstructured<'_>, longest: usize) -> Result<String> {
    let signs: Vec<char> = SIGNS.chars().collect();
    let length = from.int_in_range(0..=longest)?;
    (0..length).map(|_| from.choose(&signs).copied()).collect()
}

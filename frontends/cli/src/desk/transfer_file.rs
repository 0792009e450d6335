//! `kantor payouts read`: what a transfer file says, before it is given to the bank.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use clap::Args;
use kantor_model::{AccountNumber, Charges, Complaint, Currency, Money, Party, Severity};
use kantor_parsers::Charset;
use kantor_parsers::transfers::{Order, Read, TransferFormat, read_transfers, recognise_transfers};
use serde::Serialize;

use super::Failure;
use super::output::{print, print_json, table};

/// Which file, and how it is shown.
#[derive(Debug, Args)]
pub(crate) struct ReadFile {
    /// A file in Elixir-0, PLA, MT101 or pain.001
    file: PathBuf,
    /// Its format [default: told by its content]
    #[arg(long, value_parser = format)]
    format: Option<TransferFormat>,
    /// Its code page, such as Windows-1250 [default: told by its content]
    #[arg(long, value_parser = charset)]
    charset: Option<Charset>,
    /// One JSON object, for programs
    #[arg(long)]
    json: bool,
}

fn format(text: &str) -> Result<TransferFormat, String> {
    TransferFormat::from_name(text).ok_or_else(|| {
        let names = TransferFormat::ALL.map(TransferFormat::name);
        format!("the formats are {}", names.join(", "))
    })
}

fn charset(text: &str) -> Result<Charset, String> {
    Charset::try_from(text.to_owned())
}

pub(crate) fn run(asked: &ReadFile) -> Result<(), Failure> {
    let bytes = fs::read(&asked.file).map_err(|source| Failure::Read {
        path: asked.file.clone(),
        source,
    })?;
    let format = asked.format.or_else(|| recognise_transfers(&bytes));
    let read = read_transfers(&bytes, format, asked.charset);
    let sums = sums(&read.orders);
    if asked.json {
        print_json(&FileView::of(format, &read, &sums))?;
    } else {
        show(format, &read.orders, &sums)?;
    }
    for complaint in &read.complaints {
        eprintln!("{}:{complaint}", asked.file.display());
    }
    if read.is_whole() {
        Ok(())
    } else {
        Err(Failure::Asked(format!(
            "{} is not to be sent as it is: see the complaints above, and write it again",
            asked.file.display()
        )))
    }
}

/// How many transfers there are in a currency, and their sum; none where it is too large.
struct Sum {
    currency: Currency,
    count: usize,
    amount: Option<Money>,
}

fn sums(orders: &[Order]) -> Vec<Sum> {
    let mut by_currency: BTreeMap<Currency, Vec<Money>> = BTreeMap::new();
    for order in orders {
        let amounts = by_currency.entry(order.amount.currency()).or_default();
        amounts.push(order.amount);
    }
    by_currency
        .into_iter()
        .map(|(currency, amounts)| Sum {
            currency,
            count: amounts.len(),
            amount: Money::sum(currency, amounts).ok(),
        })
        .collect()
}

fn show(format: Option<TransferFormat>, orders: &[Order], sums: &[Sum]) -> Result<(), Failure> {
    let rows: Vec<Vec<String>> = orders
        .iter()
        .map(|order| {
            vec![
                order.place.line.to_string(),
                order.date.to_string(),
                order.debit_account.to_string(),
                order.payee_account.to_string(),
                order.payee.name.clone(),
                order.amount.to_string(),
                order.title.clone(),
            ]
        })
        .collect();
    if !rows.is_empty() {
        let titles = ["line", "date", "from", "to", "payee", "amount", "title"];
        print(&table(&titles, &rows))?;
    }
    let format = format.map_or_else(|| "no transfer file".to_owned(), |it| it.to_string());
    for sum in sums {
        let amount = sum
            .amount
            .map_or_else(|| format!("too much {}", sum.currency), |it| it.to_string());
        print(&format!("{format}: {} transfers, {amount}", sum.count))?;
    }
    Ok(())
}

/// A file as programs see it. Absent facts are null.
#[derive(Serialize)]
struct FileView<'a> {
    format: Option<&'static str>,
    transfers: Vec<TransferView<'a>>,
    sums: Vec<SumView>,
    complaints: Vec<ComplaintView<'a>>,
}

#[derive(Serialize)]
struct SumView {
    currency: String,
    count: usize,
    amount: Option<String>,
}

#[derive(Serialize)]
struct PartyView<'a> {
    name: &'a str,
    street: Option<&'a str>,
    city: Option<&'a str>,
    account: &'a str,
}

#[derive(Serialize)]
struct TransferView<'a> {
    line: u32,
    date: String,
    amount: String,
    currency: String,
    payer: PartyView<'a>,
    payee: PartyView<'a>,
    title: &'a str,
    reference: Option<&'a str>,
    classification: Option<&'a str>,
    country: Option<String>,
    bic: Option<String>,
    charges: Option<&'static str>,
}

#[derive(Serialize)]
struct ComplaintView<'a> {
    line: u32,
    column: u32,
    code: &'a str,
    fatal: bool,
    message: &'a str,
    excerpt: &'a str,
}

impl<'a> FileView<'a> {
    fn of(format: Option<TransferFormat>, read: &'a Read, sums: &[Sum]) -> FileView<'a> {
        let sum = |sum: &Sum| SumView {
            currency: sum.currency.to_string(),
            count: sum.count,
            amount: sum.amount.map(Money::to_decimal_string),
        };
        FileView {
            format: format.map(TransferFormat::name),
            transfers: read.orders.iter().map(TransferView::of).collect(),
            sums: sums.iter().map(sum).collect(),
            complaints: read.complaints.iter().map(ComplaintView::of).collect(),
        }
    }
}

impl<'a> TransferView<'a> {
    fn of(order: &'a Order) -> TransferView<'a> {
        TransferView {
            line: order.place.line,
            date: order.date.to_string(),
            amount: order.amount.to_decimal_string(),
            currency: order.amount.currency().to_string(),
            payer: party(&order.owner, &order.debit_account),
            payee: party(&order.payee, &order.payee_account),
            title: &order.title,
            reference: order.reference.as_deref(),
            classification: order.classification.as_deref(),
            country: order.abroad.country.map(|country| country.to_string()),
            bic: order.abroad.bank.map(|bank| bank.to_string()),
            charges: order.abroad.charges.map(charges),
        }
    }
}

fn party<'a>(party: &'a Party, account: &'a AccountNumber) -> PartyView<'a> {
    let present = |text: &'a str| Some(text).filter(|text| !text.is_empty());
    PartyView {
        name: &party.name,
        street: present(&party.street),
        city: present(&party.city),
        account: account.as_str(),
    }
}

fn charges(charges: Charges) -> &'static str {
    match charges {
        Charges::Shared => "SHA",
        Charges::Payer => "OUR",
        Charges::Payee => "BEN",
    }
}

impl<'a> ComplaintView<'a> {
    fn of(complaint: &'a Complaint) -> ComplaintView<'a> {
        ComplaintView {
            line: complaint.place.line,
            column: complaint.place.column,
            code: &complaint.code,
            fatal: match complaint.severity {
                Severity::Notice => false,
                Severity::Fatal => true,
            },
            message: &complaint.message,
            excerpt: &complaint.excerpt,
        }
    }
}

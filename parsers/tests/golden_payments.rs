//! Our own payment messages (`corpus/payments`): those that we write, byte for byte, and what each
//! says when it is read, as text; in `broken/`, one file a complaint. `UPDATE_EXPECT=1` writes them
//! anew.

mod payments;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use kantor_model::{Abroad, Batch, Bic, Charges, Country, Party, Severity};
use kantor_parsers::pain001::{
    AddressForm, Agent, Block, Choice, Message, Priority, Profile, Service, Totals, read, write,
};
use kantor_parsers::transfers::{Order, TransferFormat};
use payments::{ARABIAN, GERMAN, POLISH, assert_valid, batch, party, transfer};

fn folder(name: &str) -> PathBuf {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    corpus.join("payments").join(name)
}

/// The messages of a folder, by name.
fn inputs(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "xml"))
        .collect();
    files.sort();
    files
}

#[track_caller]
fn check(path: &Path, found: &str) {
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(path, found).unwrap();
    }
    let expected = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        found == expected,
        "{} differs (UPDATE_EXPECT=1 accepts what was found):\n{found}",
        path.display()
    );
}

fn domestic() -> Batch {
    let mut letters = transfer("PLN", 1_234_56, POLISH, "EX123456782");
    letters.payee = party("Łucja Żak-Święcka|ul. Źródlana 2/4|30-001 Kraków");
    let mut nameless = transfer("PLN", 50, POLISH, "EX123456790");
    nameless.payee = party("Zażółć & Syn <gęślą> \"jaźń\"||");
    batch(vec![letters, nameless])
}

fn mixed() -> Batch {
    let mut dollars = transfer("USD", 7_000_00, ARABIAN, "EX3");
    dollars.payee = party("Amina Khan|12 Marina Walk|Dubai");
    dollars.abroad = Abroad {
        country: Country::parse("AE"),
        bank: Bic::parse("BARBAEAD").ok(),
        charges: Some(Charges::Payer),
    };
    let mut euro = transfer("EUR", 99_99, GERMAN, "EX2");
    euro.payee = party("Jörg Müller|Lange Straße 7|10115 Berlin");
    let more = transfer("PLN", 4_00, POLISH, "EX4");
    let mut yen = transfer("JPY", 1_000, POLISH, "EX5");
    yen.payee = party("Jan Nowak|Rynek 1|50-101 Wrocław");
    batch(vec![
        transfer("PLN", 1_00, POLISH, "EX1"),
        euro,
        dollars,
        more,
        yen,
    ])
}

fn own_ways() -> Profile {
    Profile {
        polish_letters: false,
        address: Some(AddressForm::Hybrid),
        debtor_agent: Agent::Clearing,
        domestic_agent: true,
        account_currency: false,
        domestic_charges: false,
        contract: Some("K-2026/17".to_owned()),
        domestic: Service {
            priority: Some(Priority::High),
            service_level: Some(Choice::Proprietary("SORBNET".to_owned())),
            local_instrument: Some(Choice::Code("INST".to_owned())),
            category_purpose: Some(Choice::Code("CASH".to_owned())),
        },
        ..Profile::default()
    }
}

#[test]
fn what_is_written_stays_as_it_is() {
    let check = |name: &str, batch: Batch, version: TransferFormat, profile: Profile| {
        let file = write(&batch, version, &profile).unwrap();
        assert_valid(&file.bytes, version);
        check(&folder(name), std::str::from_utf8(&file.bytes).unwrap());
    };
    let (old, new) = (TransferFormat::Pain001V03, TransferFormat::Pain001V09);
    check(
        "written-domestic-03.xml",
        domestic(),
        old,
        Profile::default(),
    );
    check(
        "written-domestic-09.xml",
        domestic(),
        new,
        Profile::default(),
    );
    check("written-mixed-03.xml", mixed(), old, Profile::default());
    check("written-mixed-09.xml", mixed(), new, Profile::default());
    check("written-own-ways-03.xml", domestic(), old, own_ways());
}

fn fact(name: &str, value: Option<&str>, out: &mut String) {
    if let Some(value) = value {
        writeln!(out, "    {name}: {value}").unwrap();
    }
}

fn totals(what: &str, told: &Totals, out: &mut String) {
    let count = told
        .transfers
        .map_or("none".to_owned(), |count| count.to_string());
    let sum = told.sum.as_deref().unwrap_or("none");
    writeln!(out, "  {what}: {count} transfers of {sum}").unwrap();
}

fn home(party: &Party) -> String {
    format!("{} / {} / {}", party.name, party.street, party.city)
}

fn order(order: &Order, out: &mut String) {
    writeln!(
        out,
        "  line {}: {} to {} {}",
        order.place.line,
        order.amount,
        order.payee_account,
        home(&order.payee)
    )
    .unwrap();
    fact("reference", order.reference.as_deref(), out);
    fact("title", Some(&order.title), out);
    let Abroad {
        country,
        bank,
        charges,
    } = order.abroad;
    fact("country", country.as_ref().map(Country::as_str), out);
    fact("bank", bank.as_ref().map(Bic::as_str), out);
    let charges = charges.map(|charges| match charges {
        Charges::Shared => "shared",
        Charges::Payer => "payer",
        Charges::Payee => "payee",
    });
    fact("charges", charges, out);
}

fn block(message: &Message, block: &Block, out: &mut String) {
    let date = block
        .date
        .map_or("none".to_owned(), |date| date.to_string());
    let account = block
        .account
        .as_ref()
        .map_or("none", |account| account.as_str());
    writeln!(
        out,
        "block {} at line {}: on {date} from {account} {}",
        block.id.as_deref().unwrap_or("none"),
        block.place.line,
        home(&block.owner)
    )
    .unwrap();
    fact("service level", block.service_level.as_deref(), out);
    let together = block
        .booked_together
        .map(|it| if it { "yes" } else { "no" });
    fact("booked together", together, out);
    totals("told", &block.told, out);
    totals("found", &block.found, out);
    for one in &message.read.orders[block.orders.clone()] {
        order(one, out);
    }
}

fn shown(message: &Message) -> String {
    let mut out = String::new();
    let or_none = |text: &Option<String>| text.clone().unwrap_or("none".to_owned());
    writeln!(
        out,
        "{} {} of {} by {}",
        or_none(&message.version),
        or_none(&message.id),
        or_none(&message.created),
        or_none(&message.sender)
    )
    .unwrap();
    totals("told", &message.told, &mut out);
    totals("found", &message.found, &mut out);
    for one in &message.blocks {
        block(message, one, &mut out);
    }
    complaints(message, &mut out);
    out
}

fn complaints(message: &Message, out: &mut String) {
    for complaint in &message.read.complaints {
        writeln!(out, "{complaint}").unwrap();
        if !complaint.excerpt.is_empty() {
            writeln!(out, "    | {}", complaint.excerpt).unwrap();
        }
    }
}

#[test]
fn each_message_says_what_is_expected() {
    let files = inputs(&folder(""));
    assert!(files.len() >= 7, "{files:?}");
    for path in files {
        let message = read(&std::fs::read(&path).unwrap(), None);
        assert!(message.read.is_whole(), "{}", path.display());
        check(&path.with_extension("xml.expected"), &shown(&message));
    }
}

#[test]
fn each_broken_message_is_named_after_its_complaint() {
    let mut codes = BTreeSet::new();
    for path in inputs(&folder("broken")) {
        let message = read(&std::fs::read(&path).unwrap(), None);
        let code = path.file_stem().unwrap().to_string_lossy().into_owned();
        let fatal = |code: &str| {
            let mut all = message.read.complaints.iter();
            all.any(|it| it.code == code && it.severity == Severity::Fatal)
        };
        assert!(fatal(&code), "{}: {:?}", path.display(), message.read);
        let mut out = String::new();
        complaints(&message, &mut out);
        check(&path.with_extension("xml.expected"), &out);
        codes.insert(code);
    }
    assert!(codes.len() >= 12, "{codes:?}");
}

//! The two descriptions of the contract, `abi.rs` and `bank_plugin.h`, lay every structure out
//! alike, and as they did when version 1 was fixed.
//!
//! Sizes may grow at the end of a structure that has a `struct_size`; an offset that changes is a
//! new major version. `UPDATE_EXPECT=1` rewrites `layout.txt`: decide first which of the two it is.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use kantor_plugin_sdk::abi;

/// Appends `name size align` and `name.field offset` lines.
macro_rules! layout {
    ($text:ident, $($rust:ident = $c:literal { $($field:ident),* })*) => {
        $(
            writeln!($text, "{} size {} align {}", $c, size_of::<abi::$rust>(), align_of::<abi::$rust>()).unwrap();
            $(
                writeln!($text, "{}.{} at {}", $c, stringify!($field), std::mem::offset_of!(abi::$rust, $field)).unwrap();
            )*
        )*
    };
}

fn rust_layout() -> String {
    let mut text = String::new();
    layout! { text,
        Text = "bank_text" { data, length }
        Bytes = "bank_bytes" { data, length }
        Date = "bank_date" { year, month, day }
        Place = "bank_place" { line, column }
        Currency = "bank_currency" { letters, scale }
        Money = "bank_money" { minor, currency, reserved }
        Balance = "bank_balance" { amount, date, reserved }
        Complaint = "bank_complaint" { struct_size, severity, place, code, message, excerpt }
        Source = "bank_source" { struct_size, reserved, context, pull }
        StatementHead = "bank_statement_head" {
            struct_size, reserved, place, format, dialect, account, number, opening, currency, reserved2
        }
        Entry = "bank_entry" {
            struct_size, flags, place, amount, value_date, booking_date, status, reserved,
            transaction_code, bank_reference, customer_reference, counterparty_name,
            counterparty_account, remittance
        }
        StatementFoot = "bank_statement_foot" { struct_size, reserved, closing, available }
        StatementSink = "bank_statement_sink" {
            struct_size, reserved, context, begin, entry, end, complaint
        }
        Recognition = "bank_recognition" { struct_size, confidence, format, dialect, why }
        RecognitionSink = "bank_recognition_sink" { struct_size, reserved, context, found }
        Statements = "bank_statements" { struct_size, reserved, formats, recognise, read }
        TransferFormat = "bank_transfer_format" { struct_size, reserved, format, currencies, extension }
        Transfer = "bank_transfer" {
            struct_size, reserved, amount, reference, payee_name, payee_street, payee_city,
            payee_account, title
        }
        Batch = "bank_batch" {
            struct_size, date, debit_account, owner_name, owner_street, owner_city, transfers,
            context, next
        }
        ByteSink = "bank_byte_sink" { struct_size, reserved, context, push, complaint }
        Transfers = "bank_transfers" { struct_size, format_count, formats, write }
        Plugin = "bank_plugin" {
            struct_size, reserved, id, name, version, build, banks, get_extension
        }
    }
    text
}

/// The numbers and ids that both sides spell out, as C expressions that must hold.
fn constants() -> Vec<String> {
    let numbers = [
        ("BANK_TEXT_MAX", abi::TEXT_MAX as i64),
        ("BANK_PIECE_MAX", abi::PIECE_MAX as i64),
        ("BANK_ID_MAX", abi::ID_MAX as i64),
        ("BANK_OK", abi::OK.into()),
        ("BANK_UNREADABLE", abi::UNREADABLE.into()),
        ("BANK_REFUSED", abi::REFUSED.into()),
        ("BANK_SOURCE_FAILED", abi::SOURCE_FAILED.into()),
        ("BANK_PANICKED", abi::PANICKED.into()),
        ("BANK_CONTINUE", abi::CONTINUE.into()),
        ("BANK_STOP", abi::STOP.into()),
        ("BANK_NOTICE", abi::NOTICE.into()),
        ("BANK_FATAL", abi::FATAL.into()),
        ("BANK_ENTRY_REVERSAL", abi::ENTRY_REVERSAL.into()),
        ("BANK_BOOKED", abi::BOOKED.into()),
        ("BANK_PENDING", abi::PENDING.into()),
        ("BANK_INFO", abi::INFO.into()),
        ("BANK_CONFIDENCE_NONE", abi::CONFIDENCE_NONE.into()),
        ("BANK_CONFIDENCE_GENERIC", abi::CONFIDENCE_GENERIC.into()),
        ("BANK_CONFIDENCE_LIKELY", abi::CONFIDENCE_LIKELY.into()),
        ("BANK_CONFIDENCE_CERTAIN", abi::CONFIDENCE_CERTAIN.into()),
    ];
    let mut all: Vec<String> = numbers
        .iter()
        .map(|(name, value)| format!("{name} == {value}"))
        .collect();
    for (name, id) in [
        ("BANK_STATEMENTS_ID", abi::STATEMENTS_ID),
        ("BANK_TRANSFERS_ID", abi::TRANSFERS_ID),
    ] {
        all.push(format!("sizeof({name}) == {}", id.len() + 1));
        for (at, byte) in id.bytes().enumerate() {
            all.push(format!("{name}[{at}] == {byte}"));
        }
    }
    all
}

/// One C assertion a line of the layout.
fn assertion(line: &str) -> String {
    let words: Vec<&str> = line.split(' ').collect();
    match words.as_slice() {
        [name, "size", size, "align", align] => format!(
            "_Static_assert(sizeof({name}) == {size} && _Alignof({name}) == {align}, \"{line}\");"
        ),
        [place, "at", offset] => {
            let (name, field) = place.split_once('.').unwrap();
            format!("_Static_assert(offsetof({name}, {field}) == {offset}, \"{line}\");")
        }
        other => panic!("not a line of the layout: {other:?}"),
    }
}

fn sdk() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_path_buf()
}

#[test]
fn layout_is_the_one_that_version_1_fixed() {
    let path = sdk().join("tests/layout.txt");
    let found = rust_layout();
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(&path, &found).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap();
    assert_eq!(
        found, expected,
        "abi.rs no longer has the layout of layout.txt"
    );
}

#[test]
fn c_compiler_lays_the_header_out_alike() {
    let mut program = String::from("#include \"bank_plugin.h\"\n#include <stddef.h>\n");
    for line in rust_layout().lines() {
        writeln!(program, "{}", assertion(line)).unwrap();
    }
    let mut numbers = String::new();
    for fact in constants() {
        // Letters of a string are no constant expression in C: these run.
        writeln!(numbers, "    if (!({fact})) return __LINE__;").unwrap();
    }
    write!(program, "int main(void) {{\n{numbers}    return 0;\n}}\n").unwrap();

    let folder = tempfile::tempdir().unwrap();
    let (source, binary) = (folder.path().join("layout.c"), folder.path().join("layout"));
    std::fs::write(&source, program).unwrap();
    let compiled = Command::new("cc")
        .args(["-std=c11", "-Wall", "-Wextra", "-Werror", "-pedantic", "-I"])
        .arg(sdk().join("include"))
        .args([&source])
        .arg("-o")
        .arg(&binary)
        .output()
        .expect("a C compiler called `cc` is needed for this test");
    assert!(
        compiled.status.success(),
        "the header differs from abi.rs:\n{}",
        String::from_utf8_lossy(&compiled.stderr)
    );
    let run = Command::new(&binary).status().unwrap();
    assert!(
        run.success(),
        "a constant differs; line {:?} of the generated program",
        run.code()
    );
}

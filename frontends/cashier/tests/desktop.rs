//! The window itself: opened on a display without a screen, driven by keys and clicks as a person
//! drives it, against a small office behind a real socket.
//!
//! The test starts a display of its own (Xvfb) and then itself again as the program on it.
#![allow(missing_docs)]

#[path = "desktop/display.rs"]
mod display;
#[path = "../../desk/tests/fake/mod.rs"]
mod fake;
#[path = "desktop/hand.rs"]
mod hand;
#[path = "desktop/office.rs"]
mod office;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use fake::packs::FakePacks;
use fake::samples::{PLN_ACCOUNT, small_office};
use fake::{FakeOffice, TOKEN};
use hand::Hand;
use kantor_cashier::Cashier;
use kantor_cashier::chooser::Chooser;
use kantor_cashier::worker::Desk;
use kantor_desk::{DeskSettings, InstalledPacks, Office};
use kantor_wire::{Language, OrderState, PayoutState, Words};
use office::ServedOffice;

fn main() -> ExitCode {
    // `cargo test NAME` and `--list` reach every test program; this one always tells its two stories.
    if std::env::args().any(|argument| argument == "--list") {
        println!("the_cashiers_morning: test\nthe_late_payment_of_the_demo: test");
        return ExitCode::SUCCESS;
    }
    if !display::is_ours() {
        return display::run_on_a_display();
    }
    // FLTK catches what panics in a callback and goes on; the test does not.
    let tell = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        tell(panic);
        std::process::exit(101);
    }));
    let _app = fltk::app::App::default();
    the_cashiers_morning();
    println!("test the_cashiers_morning ... ok");
    the_late_payment_of_the_demo();
    println!("test the_late_payment_of_the_demo ... ok");
    println!("test result: ok. 2 passed; 0 failed");
    ExitCode::SUCCESS
}

/// Chooses what the test laid out.
struct LaidOut {
    statements: Vec<Vec<PathBuf>>,
    folder: PathBuf,
}

impl Chooser for LaidOut {
    fn statements(&mut self, _: &Words) -> Vec<PathBuf> {
        self.statements.remove(0)
    }

    fn folder(&mut self, _: &Words, _: &Path) -> Option<PathBuf> {
        Some(self.folder.clone())
    }
}

fn the_cashiers_morning() {
    let folder = tempfile::tempdir().expect("a folder");
    let statement = folder.path().join("wyciąg-12.sta");
    fs::write(
        &statement,
        format!("{PLN_ACCOUNT} PLN 12/1 125000.00 129381.50\n4281.50 KZ11111A7\n100.00 za prąd\n"),
    )
    .expect("written");
    let broken = folder.path().join("zepsuty.sta");
    fs::write(
        &broken,
        format!("{PLN_ACCOUNT} PLN 13/1 1.00 2.00\n1O,OO KZ22222B4\n"),
    )
    .expect("written");
    let transfers = folder.path().join("przelewy");

    let office = FakeOffice::start(small_office());
    let cashier = Cashier::open(
        Desk {
            office: Office::new(&office.url, TOKEN).expect("a desk"),
            packs: Box::new(FakePacks),
        },
        Language::Pl,
        folder.path().to_owned(),
        Box::new(LaidOut {
            statements: vec![vec![broken], vec![statement]],
            folder: transfers.clone(),
        }),
    );
    let mut hand = Hand::on(cashier);

    hand.sees("● Połączono · Zofia · administrator");
    hand.sees("Zlecenia (4)");
    hand.sees(
        "KZ11111A7 | Anna Wiśniewska | 4 281,50 PLN | 1 000,00 EUR | Czeka na wpłatę | 14:20",
    );
    hand.sees(
        "KZ22222B4 | Bogdan Święty | 4 281,50 PLN | 1 000,00 EUR | Wstrzymane: wpłata po terminie",
    );
    hand.sees("mBank PLN | 125 000,00 PLN | 125 000,00 PLN | 0,00 PLN");
    hand.sees("PKO BP EUR | 40 210,55 EUR");
    hand.photograph("1-orders");

    // A file that cannot be trusted: nothing is sent, and the window says where and why.
    hand.presses("ctrl+o");
    hand.sees("zepsuty.sta: nie wczytano wyciągu");
    hand.sees("zepsuty.sta:2:1: amount-unreadable: ");
    assert!(office.state().files.is_empty());
    hand.photograph("2-refused-file");
    hand.presses("Escape");
    hand.sees_no_more("zepsuty.sta:2:1: amount-unreadable: ");

    // The good one moves an order, a balance and the suspense list.
    hand.presses("ctrl+o");
    hand.sees("KZ11111A7 | Anna Wiśniewska | 4 281,50 PLN | 1 000,00 EUR | Opłacone");
    hand.sees("mBank PLN | 129 381,50 PLN");
    hand.sees("Wpłaty do wyjaśnienia (1)");
    hand.sees("100,00 PLN | Łucja Żółć | za prąd");
    hand.sees("Dopasowane: 1, prawdopodobne: 0, do wyjaśnienia: 1.");
    hand.sees("PKO BP EUR | KW11111A7 | Anna Wiśniewska | 1 000,00 EUR | Do wypłaty");
    assert_eq!(office.state().files.len(), 1);

    // The line that is nobody's order: without a reason nothing happens.
    hand.points_at("za prąd");
    hand.sees("[Przypisz do zlecenia] [Zaksięguj bez zlecenia]");
    hand.photograph("3-suspense");
    hand.clicks("Zaksięguj bez zlecenia");
    hand.sees("Konto księgowe");
    hand.presses("Tab Return");
    hand.sees("Wpisz powód: zostanie w historii.");
    hand.photograph("4-reason-missing");
    hand.presses("Escape");
    hand.sees_no_more("Wpisz powód: zostanie w historii.");
    assert_eq!(office.state().suspense.len(), 1);

    // Arrows move what is pointed at.
    hand.points_at("KZ22222B4");
    hand.sees("Zlecenie KZ22222B4");
    hand.presses("Down Down");
    hand.sees("Zlecenie KZ33333C1");
    hand.presses("Home");
    hand.sees("Zlecenie KZ22222B4");
    hand.sees("14:05 | Bogdan Święty: 4281.50 PLN → 1000.00 EUR");

    // The held order is accepted as it is.
    hand.clicks("Przyjmij tak, jak jest");
    hand.sees("Przyjmij tak, jak jest: KZ22222B4");
    hand.types("bank zaksiegowal w terminie");
    hand.photograph("5-confirm");
    hand.presses("Return");
    hand.sees("KZ22222B4: Przyjmij tak, jak jest – zrobione.");
    let state = office.state().orders[1].state;
    assert_eq!(state, OrderState::Funded);

    // Both payouts leave in one file, archived before it is saved, in the folder that was chosen.
    hand.presses("ctrl+e");
    hand.sees("PKO BP EUR: 2 przelewy, 2 000,00 EUR");
    hand.clicks("Zmień folder…");
    hand.sees("przelewy");
    hand.photograph("6-export");
    hand.clicks("Zapisz przelewy");
    hand.sees("Wczytaj plik w banku.");
    hand.sees("Zapisana w pliku");
    let saved = fs::read(transfers.join("przelewy-b1.pli")).expect("the file was saved");
    assert_eq!(office.state().batch_files.get("b1"), Some(&saved));
    assert!(String::from_utf8_lossy(&saved).contains("KW22222B4"));
    let written = office.state().payouts[0].state;
    assert_eq!(written, PayoutState::Exported);
    hand.photograph("7-exported");

    // What another station does shows by itself.
    {
        let mut state = office.state();
        state.orders[3].state = OrderState::Cancelled;
        state.happened("OrderCancelled");
    }
    hand.sees("KZ44444D9 | Damian Źrebak | 4 281,50 PLN | 1 000,00 EUR | Anulowane");

    // English at a press.
    hand.clicks("English");
    hand.sees("Payments to explain (1)");
    hand.sees("KZ44444D9 | Damian Źrebak | 4,281.50 PLN | 1,000.00 EUR | Cancelled");
    hand.photograph("8-english");
}

/// The demo leaves an order whose money came a day late. The cashier takes it as it is and writes
/// the transfer file: with a real server, a real database, and the bank packs in their children.
fn the_late_payment_of_the_demo() {
    let folder = tempfile::tempdir().expect("a folder");
    let served = ServedOffice::after_the_demo(&folder.path().join("office"));
    let config = DeskSettings::default()
        .over(&served.config())
        .expect("the demo writes a configuration");
    let transfers = folder.path().join("przelewy");
    let cashier = Cashier::open(
        Desk {
            office: Office::with_token_file(&config.url, &config.token_file).expect("a desk"),
            packs: Box::new(InstalledPacks::find(None)),
        },
        Language::Pl,
        transfers.clone(),
        Box::new(LaidOut {
            statements: vec![served.statements()],
            folder: transfers.clone(),
        }),
    );
    let mut hand = Hand::on(cashier);
    hand.sees("● Połączono");
    hand.sees("Zofia Wiśniewska | 750,00 EUR | 3 173,25 PLN | Wstrzymane: wpłata po terminie");
    let balances = hand.pane("Salda rachunków");

    // Every file of the banks once more, through the packs: nothing changes.
    hand.presses("ctrl+o");
    for name in served
        .statements()
        .iter()
        .filter_map(|file| file.file_name())
    {
        hand.sees(&format!("{} · ", name.to_string_lossy()));
    }
    hand.sees("jest już znany; nic się nie zmieniło");
    assert_eq!(hand.pane("Salda rachunków"), balances);

    hand.points_at("Zofia Wiśniewska");
    hand.clicks("Przyjmij tak, jak jest");
    hand.sees("Powód");
    hand.types("bank spoznil sie z ksiegowaniem");
    hand.presses("Return");
    hand.sees("Przyjmij tak, jak jest – zrobione.");
    hand.sees("Zofia Wiśniewska | 3 173,25 PLN | Do wypłaty");
    hand.presses("ctrl+e");
    hand.sees("1 przelew, 3 173,25 PLN");
    hand.presses("Return");
    hand.sees("Zofia Wiśniewska | 3 173,25 PLN | Zapisana w pliku");
    hand.photograph("9-demo");
    let files: Vec<PathBuf> = fs::read_dir(&transfers)
        .expect("the folder of the transfers")
        .map(|entry| entry.expect("a file").path())
        .collect();
    let [file] = files.as_slice() else {
        panic!("one transfer file, and no half of one: {files:?}");
    };
    let bytes = fs::read(file).expect("the file");
    assert!(bytes.starts_with(b"110,"), "Elixir-0");
    drop(hand);
    served.verifies();
}

//! The cashier's window; see the library.
use std::process::ExitCode;

fn main() -> ExitCode {
    kantor_cashier::run()
}

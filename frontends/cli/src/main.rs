//! The command line of an exchange office: demo, server, desk, verification.
#![forbid(unsafe_code)]

mod administer;
mod backup;
mod config;
mod database;
mod demo;
mod desk;
mod init;
mod listeners;
mod mail;
mod manager;
mod private;
mod serve;
mod server;
mod verify;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Software for an Internet currency-exchange office.
#[derive(Parser)]
#[command(name = "kantor", version, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// A whole office, on the embedded store or on PostgreSQL, with simulated customers and banks.
    Demo(demo::DemoArgs),
    /// A new office: configuration, database, first administrator token.
    Init(init::InitArgs),
    /// Customer panel and office API.
    Serve(serve::ServeArgs),
    /// Recompute an office from its log, its bank lines and its files.
    Verify(verify::VerifyArgs),
    /// Write everything that an office is into one file, also while its server runs.
    Backup(backup::BackupArgs),
    /// Make an office of such a file in an empty database, or check that one could be made.
    Restore(backup::RestoreArgs),
    /// A PostgreSQL database: its tables, and the rights of its roles.
    #[command(subcommand)]
    Database(administer::DatabaseCommand),
    #[command(flatten)]
    Desk(desk::Command),
}

/// Whoever read our output has read enough (`kantor demo | head`): that ends the program, quietly.
fn end_quietly_when_nobody_reads() {
    let tell = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let said = panic.payload_as_str().unwrap_or_default();
        if said.starts_with("failed printing to stdout") && said.contains("Broken pipe") {
            std::process::exit(0);
        }
        tell(panic);
    }));
}

fn main() -> ExitCode {
    end_quietly_when_nobody_reads();
    match run(&Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("kantor: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: &Command) -> Result<(), Box<dyn std::error::Error>> {
    match command {
        Command::Demo(args) => demo::run(args)?,
        Command::Init(args) => init::run(args)?,
        Command::Serve(args) => serve::run(args)?,
        Command::Verify(args) => verify::run(args)?,
        Command::Backup(args) => backup::back(args)?,
        Command::Restore(args) => backup::restore(args)?,
        Command::Database(command) => administer::run(command)?,
        Command::Desk(command) => desk::run(command)?,
    }
    Ok(())
}

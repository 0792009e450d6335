//! The command line of an exchange office: demo, server, desk, verification.
#![forbid(unsafe_code)]

mod desk;

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
    #[command(flatten)]
    Desk(desk::Command),
}

fn main() -> ExitCode {
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
        Command::Desk(command) => desk::run(command)?,
    }
    Ok(())
}

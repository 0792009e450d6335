//! The command line of an exchange office: demo, server, desk, verification.
#![forbid(unsafe_code)]

mod config;
mod demo;
mod desk;
mod init;
mod mail;
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
    /// A whole office on the embedded store, with simulated customers and banks.
    Demo(demo::DemoArgs),
    /// A new office: configuration, database, first administrator token.
    Init(init::InitArgs),
    /// Customer panel and office API.
    Serve(serve::ServeArgs),
    /// Recompute an office from its log, its bank lines and its files.
    Verify(verify::VerifyArgs),
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
        Command::Demo(args) => demo::run(args)?,
        Command::Init(args) => init::run(args)?,
        Command::Serve(args) => serve::run(args)?,
        Command::Verify(args) => verify::run(args)?,
        Command::Desk(command) => desk::run(command)?,
    }
    Ok(())
}

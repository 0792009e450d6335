//! What the command line says.

use std::path::PathBuf;

use clap::{Parser, ValueEnum};
use kantor_desk::{ConfigError, DeskConfig, DeskSettings};
use kantor_wire::Language;

/// The cashier's window of a Kantor office: orders, balances, statements in, transfers out.
#[derive(Debug, Parser)]
#[command(name = "kantor-cashier", version)]
pub struct Options {
    /// The configuration; its desk section says where the office is
    #[arg(long, value_name = "FILE", default_value = "kantor.toml")]
    pub config: PathBuf,
    /// The office's address, such as http://127.0.0.1:8081 [instead of the configuration's]
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,
    /// The file with this cashier's token [instead of the configuration's]
    #[arg(long, value_name = "FILE")]
    pub token_file: Option<PathBuf>,
    /// The certificates that the office's address is trusted by [instead of the configuration's]
    #[arg(long, value_name = "FILE")]
    pub authority: Option<PathBuf>,
    /// The folder of the bank packs [instead of the configuration's]
    #[arg(long, value_name = "DIR")]
    pub packs: Option<PathBuf>,
    /// Where transfer files are saved [instead of the configuration's]
    #[arg(long, value_name = "DIR")]
    pub transfers: Option<PathBuf>,
    /// The language of the window
    #[arg(long, value_enum, default_value_t = Tongue::Pl)]
    pub lang: Tongue,
}

/// A language that the window speaks.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Tongue {
    /// Polish
    Pl,
    /// English
    En,
}

impl From<Tongue> for Language {
    fn from(tongue: Tongue) -> Language {
        match tongue {
            Tongue::Pl => Language::Pl,
            Tongue::En => Language::En,
        }
    }
}

impl Options {
    /// The desk that these options and the configuration file describe. The file may be missing
    /// when the options say everything.
    pub fn desk(&self) -> Result<DeskConfig, ConfigError> {
        let flags = DeskSettings {
            url: self.url.clone(),
            token_file: self.token_file.clone(),
            authority: self.authority.clone(),
            packs: self.packs.clone(),
            watch: None,
            transfers: self.transfers.clone(),
            queue: None,
        };
        flags.over(&self.config)
    }
}

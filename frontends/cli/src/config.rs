//! kantor.toml: one file for the server half and the desk half of an office.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use kantor_model::Party;
use kantor_office::Settings;
use kantor_store::OfficeId;
use serde::{Deserialize, Serialize};

/// The name of the file in an office's folder.
pub(crate) const FILE_NAME: &str = "kantor.toml";

/// The server half of kantor.toml. The desk reads its own section.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// Who we are.
    pub office: OfficeSection,
    /// Where customers come in.
    pub panel: PanelSection,
    /// Where the desk comes in.
    pub office_api: ApiSection,
    /// The desk's section; read by `kantor-desk`.
    pub desk: DeskSection,
}

/// `[office]`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OfficeSection {
    /// The name of the business; stands in transfers as the ordering party.
    pub name: String,
    /// Street and number.
    pub street: String,
    /// Postal code and town.
    pub city: String,
    /// The database file, relative to this file.
    pub database: PathBuf,
    /// The office's number in the database.
    #[serde(default = "first_office")]
    pub number: i64,
}

fn first_office() -> i64 {
    1
}

/// `[panel]`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PanelSection {
    /// Address and port.
    pub listen: SocketAddr,
    /// The path under which the pages live; empty for `/`.
    #[serde(default)]
    pub prefix: String,
    /// A proxy of ours ends TLS in front of the panel.
    #[serde(default)]
    pub behind_tls_proxy: bool,
    /// Where notices to customers are put as mail files, relative to this file.
    pub outbox: PathBuf,
}

/// `[office_api]`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ApiSection {
    /// Address and port; the loopback unless the desk is elsewhere.
    pub listen: SocketAddr,
}

/// `[desk]`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DeskSection {
    /// The office's address.
    pub url: String,
    /// The file with the bearer token.
    pub token_file: PathBuf,
    /// Where transfer files are saved.
    pub transfers: PathBuf,
}

/// Why a configuration could not be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigError {
    /// The file cannot be read.
    #[error("{} cannot be read: {source}; make an office with `kantor init DIR`, or name its file with --config", path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A key is missing or wrong.
    #[error("{}: {what}; correct this key and start again", path.display())]
    Wrong {
        /// Which file.
        path: PathBuf,
        /// Key, place and reason.
        what: String,
    },
    /// The file cannot be written.
    #[error("{} cannot be written: {source}; check the folder's rights", path.display())]
    Unwritable {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

impl Config {
    /// The configuration of a new office; ports on the loopback.
    pub(crate) fn new(owner: &Party, panel: SocketAddr, api: SocketAddr) -> Config {
        Config {
            office: OfficeSection {
                name: owner.name.clone(),
                street: owner.street.clone(),
                city: owner.city.clone(),
                database: PathBuf::from("kantor.db"),
                number: first_office(),
            },
            panel: PanelSection {
                listen: panel,
                prefix: String::new(),
                behind_tls_proxy: false,
                outbox: PathBuf::from("outbox"),
            },
            office_api: ApiSection { listen: api },
            desk: DeskSection {
                url: format!("http://{api}"),
                token_file: PathBuf::from("administrator.token"),
                transfers: PathBuf::from("transfers"),
            },
        }
    }

    /// Reads a file; its paths become relative to where the program runs.
    pub(crate) fn read(path: &Path) -> Result<Config, ConfigError> {
        let text = fs::read_to_string(path).map_err(|source| ConfigError::Unreadable {
            path: path.to_owned(),
            source,
        })?;
        let mut config: Config = toml::from_str(&text).map_err(|error| ConfigError::Wrong {
            path: path.to_owned(),
            what: error.to_string().trim().replace('\n', " "),
        })?;
        let folder = path.parent().unwrap_or(Path::new(""));
        config.office.database = folder.join(&config.office.database);
        config.panel.outbox = folder.join(&config.panel.outbox);
        config.desk.token_file = folder.join(&config.desk.token_file);
        config.desk.transfers = folder.join(&config.desk.transfers);
        Ok(config)
    }

    /// Writes the file into an office's folder.
    pub(crate) fn write(&self, folder: &Path) -> Result<PathBuf, ConfigError> {
        let path = folder.join(FILE_NAME);
        let unwritable = |source| ConfigError::Unwritable {
            path: path.clone(),
            source,
        };
        let text = toml::to_string(self)
            .map_err(|error| unwritable(std::io::Error::other(error.to_string())))?;
        fs::write(&path, text).map_err(unwritable)?;
        Ok(path)
    }

    /// What the office is.
    pub(crate) fn settings(&self) -> Settings {
        Settings {
            office: OfficeId(self.office.number),
            owner: Party {
                name: self.office.name.clone(),
                street: self.office.street.clone(),
                city: self.office.city.clone(),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config() -> Config {
        let owner = Party {
            name: "Kantor Złoty".to_owned(),
            street: "ul. Żurawia 1".to_owned(),
            city: "00-001 Łódź".to_owned(),
        };
        let at = |port| SocketAddr::from(([127, 0, 0, 1], port));
        Config::new(&owner, at(8080), at(8081))
    }

    #[test]
    fn what_is_written_is_read_back_with_paths_from_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let path = config().write(folder.path()).unwrap();
        let read = Config::read(&path).unwrap();
        assert_eq!(read.office.database, folder.path().join("kantor.db"));
        assert_eq!(read.settings().owner, config().settings().owner);
    }

    #[test]
    fn a_wrong_key_is_named_with_its_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE_NAME);
        fs::write(&path, "[office]\nname = 7\n").unwrap();
        let error = Config::read(&path).unwrap_err().to_string();
        assert!(
            error.contains("kantor.toml") && error.contains("name"),
            "{error}"
        );
    }
}

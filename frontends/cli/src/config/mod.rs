//! kantor.toml: one file for the server half and the desk half of an office.

mod panel;

use std::fs;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use kantor_model::Party;
use kantor_office::Settings;
use kantor_panel::{CONNECTIONS, Limits, TlsFiles};
use kantor_store::OfficeId;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use self::panel::outbox;
pub(crate) use self::panel::{PanelConfig, PanelSection};
use crate::database::{Database, DatabaseError};
use crate::private::write_private;

/// The name of the file in an office's folder.
pub(crate) const FILE_NAME: &str = "kantor.toml";

/// The server half of kantor.toml. The desk reads its own section.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// Where it was read.
    #[serde(skip)]
    pub path: PathBuf,
    /// Who we are.
    pub office: OfficeSection,
    /// Where customers come in.
    pub panel: PanelSection,
    /// Where the desk comes in.
    pub office_api: ApiSection,
    /// Where panels in processes of their own come in; nowhere without this section.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fronts: Option<ApiSection>,
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
    /// The database file, relative to this file, or the address of a PostgreSQL database.
    pub database: Database,
    /// The office's number in the database.
    #[serde(default = "first_office")]
    pub number: i64,
}

fn first_office() -> i64 {
    1
}

fn connections() -> NonZeroUsize {
    NonZeroUsize::new(CONNECTIONS).unwrap_or(NonZeroUsize::MIN)
}

fn are_as_many_as_ever(wanted: &NonZeroUsize) -> bool {
    *wanted == connections()
}

/// What a listener bears that may hold so many connections.
fn limits(connections: NonZeroUsize) -> Limits {
    Limits {
        connections: connections.get(),
        ..Limits::default()
    }
}

/// `[office_api]` and `[fronts]`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ApiSection {
    /// Address and port; the loopback unless the other side is elsewhere.
    pub listen: SocketAddr,
    /// The certificate that is shown, PEM, relative to this file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<PathBuf>,
    /// Its private key, PEM, relative to this file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<PathBuf>,
    /// How many connections are open at a time; whoever comes then is told to come again.
    #[serde(default = "connections", skip_serializing_if = "are_as_many_as_ever")]
    pub connections: NonZeroUsize,
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
    /// Whose certificates to trust when `url` begins with https://, PEM.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authority: Option<PathBuf>,
}

/// Why a configuration could not be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigError {
    /// There is no such file.
    #[error("there is no {}; make an office with `kantor init DIR`, or name its file with --config", .0.display())]
    Missing(PathBuf),
    /// The file cannot be read.
    #[error("{} cannot be read: {source}; it has to be a text in UTF-8 that this user may read", path.display())]
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
    /// One of two settings that belong together is missing, or one is needed.
    #[error("{}: {key} {why}", path.display())]
    Setting {
        /// Which file.
        path: PathBuf,
        /// Section and key.
        key: String,
        /// What is wrong with it, and what to do.
        why: &'static str,
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
            path: PathBuf::new(),
            office: OfficeSection {
                name: owner.name.clone(),
                street: owner.street.clone(),
                city: owner.city.clone(),
                database: Database::File(PathBuf::from("kantor.db")),
                number: first_office(),
            },
            panel: PanelSection {
                listen: panel,
                prefix: String::new(),
                behind_tls_proxy: false,
                outbox: outbox(),
                address: None,
                certificate: None,
                key: None,
                connections: connections(),
            },
            office_api: ApiSection {
                listen: api,
                certificate: None,
                key: None,
                connections: connections(),
            },
            fronts: None,
            desk: DeskSection {
                url: format!("http://{api}"),
                token_file: PathBuf::from("administrator.token"),
                transfers: PathBuf::from("transfers"),
                authority: None,
            },
        }
    }

    /// Keeps a new office in a database on a server, under a number that is free there.
    pub(crate) fn keep_in(&mut self, url: Option<&str>) -> Result<(), DatabaseError> {
        if let Some(url) = url {
            let database = Database::on_server(url)?;
            self.office.number = database.next_office()?.0;
            self.office.database = database;
        }
        Ok(())
    }

    /// Reads a file; its paths become relative to where the program runs.
    pub(crate) fn read(path: &Path) -> Result<Config, ConfigError> {
        let mut config: Config = read_toml(path)?;
        path.clone_into(&mut config.path);
        let folder = path.parent().unwrap_or(Path::new(""));
        config.office.database.settle(folder);
        config.desk.token_file = folder.join(&config.desk.token_file);
        config.desk.transfers = folder.join(&config.desk.transfers);
        config.panel.settle(folder);
        config.office_api.settle(folder);
        if let Some(fronts) = &mut config.fronts {
            fronts.settle(folder);
        }
        for (section, api) in [
            ("office_api", Some(&config.office_api)),
            ("fronts", config.fronts.as_ref()),
        ] {
            if let Some(api) = api {
                api.check(path, section)?;
            }
        }
        config.panel.check(path)?;
        if config.office.name.trim().is_empty() {
            return Err(ConfigError::Setting {
                path: path.to_owned(),
                key: "office.name".to_owned(),
                why: "is empty, and stands in every transfer: write the name of the business",
            });
        }
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
        if self.office.database.is_secret() {
            write_private(&path, &text).map_err(unwritable)?;
        } else {
            fs::write(&path, text).map_err(unwritable)?;
        }
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

impl ApiSection {
    fn settle(&mut self, folder: &Path) {
        settle(folder, &mut self.certificate);
        settle(folder, &mut self.key);
    }

    /// What its listener bears.
    pub(crate) fn limits(&self) -> Limits {
        limits(self.connections)
    }

    /// Its certificate and key, when it speaks TLS.
    pub(crate) fn tls(&self, section: &'static str) -> Option<TlsFiles> {
        pair(section, &self.certificate, &self.key)
    }

    /// Tokens and keys cross a network under TLS only.
    fn check(&self, path: &Path, section: &'static str) -> Result<(), ConfigError> {
        let files = tls_files(path, section, &self.certificate, &self.key)?;
        if files.is_none() && !self.listen.ip().is_loopback() {
            return Err(ConfigError::Setting {
                path: path.to_owned(),
                key: format!("{section}.listen"),
                why: "is an address that other machines reach, and secrets cross it: name a \
                      certificate and its key in the same section, or listen on 127.0.0.1",
            });
        }
        Ok(())
    }
}

fn settle(folder: &Path, path: &mut Option<PathBuf>) {
    if let Some(path) = path {
        *path = folder.join(&*path);
    }
}

fn pair(
    section: &'static str,
    certificate: &Option<PathBuf>,
    key: &Option<PathBuf>,
) -> Option<TlsFiles> {
    Some(TlsFiles {
        section,
        certificate: certificate.clone()?,
        key: key.clone()?,
    })
}

/// Both files of a section, or neither.
fn tls_files(
    path: &Path,
    section: &'static str,
    certificate: &Option<PathBuf>,
    key: &Option<PathBuf>,
) -> Result<Option<TlsFiles>, ConfigError> {
    let missing = match (certificate, key) {
        (Some(_), None) => "key",
        (None, Some(_)) => "certificate",
        (Some(_), Some(_)) | (None, None) => return Ok(pair(section, certificate, key)),
    };
    Err(ConfigError::Setting {
        path: path.to_owned(),
        key: format!("{section}.{missing}"),
        why: "is missing: certificate and key belong together; name both files, or none",
    })
}

fn read_toml<T: DeserializeOwned>(path: &Path) -> Result<T, ConfigError> {
    let text = fs::read_to_string(path).map_err(|source| match source.kind() {
        ErrorKind::NotFound => ConfigError::Missing(path.to_owned()),
        _ => ConfigError::Unreadable {
            path: path.to_owned(),
            source,
        },
    })?;
    toml::from_str(&text).map_err(|error| ConfigError::Wrong {
        path: path.to_owned(),
        what: what_is_wrong(&error, &text),
    })
}

/// Place, what stands there, and the reason, in one line. The line of a database's address is never
/// shown: a password may stand in it.
fn what_is_wrong(error: &toml::de::Error, text: &str) -> String {
    let place = error.span().map_or(0, |span| span.start);
    // A section that is missing has no place.
    if place == 0 {
        return error.message().to_owned();
    }
    let before = text.get(..place).unwrap_or_default();
    let line = before.matches('\n').count();
    let shown = text.lines().nth(line).unwrap_or_default().trim();
    let line = line + 1;
    if shown.contains("postgres") {
        return format!("line {line}: {}", error.message());
    }
    format!("line {line}, `{shown}`: {}", error.message())
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
        let database = Database::File(folder.path().join("kantor.db"));
        assert_eq!(read.office.database, database);
        assert_eq!(read.settings().owner, config().settings().owner);
    }

    #[test]
    fn a_wrong_key_is_named_with_its_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE_NAME);
        fs::write(&path, "[office]\nname = 7\n").unwrap();
        let error = Config::read(&path).unwrap_err().to_string();
        assert!(
            error.ends_with(
                "kantor.toml: line 2, `name = 7`: invalid type: integer `7`, expected a string; \
                 correct this key and start again"
            ),
            "{error}"
        );
    }

    #[test]
    fn a_file_that_is_not_there_or_cannot_be_read_is_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE_NAME);
        let error = |path: &Path| Config::read(path).unwrap_err().to_string();
        assert!(error(&path).contains("`kantor init DIR`"));
        fs::write(&path, b"\xff\xfe[\0o\0").unwrap();
        assert!(error(&path).contains("UTF-8"), "{}", error(&path));
        let text = config().write(folder.path()).unwrap();
        let text = fs::read_to_string(text).unwrap();
        let cut = text.find("[desk]").unwrap();
        fs::write(&path, &text[..cut]).unwrap();
        let missing = error(&path);
        assert!(
            missing.contains("kantor.toml: missing field `desk`"),
            "{missing}"
        );
    }

    fn wrong(change: impl FnOnce(&mut Config)) -> String {
        let folder = tempfile::tempdir().unwrap();
        let mut config = config();
        change(&mut config);
        let path = config.write(folder.path()).unwrap();
        Config::read(&path).unwrap_err().to_string()
    }

    #[test]
    fn what_is_wrong_with_tls_is_said_with_its_key_and_the_remedy() {
        let half = wrong(|config| config.panel.certificate = Some("panel.pem".into()));
        assert!(
            half.contains("kantor.toml") && half.contains("panel.key is missing"),
            "{half}"
        );
        let open = wrong(|config| config.office_api.listen = ([0, 0, 0, 0], 8081).into());
        assert!(
            open.contains("office_api.listen") && open.contains("name a certificate"),
            "{open}"
        );
        let open = wrong(|config| config.panel.listen = ([0, 0, 0, 0], 80).into());
        assert!(
            open.contains("panel.listen") && open.contains("behind_tls_proxy = true"),
            "{open}"
        );
        let folder = tempfile::tempdir().unwrap();
        let mut proxied = config();
        proxied.panel.listen = ([0, 0, 0, 0], 80).into();
        proxied.panel.behind_tls_proxy = true;
        Config::read(&proxied.write(folder.path()).unwrap()).unwrap();
    }

    #[test]
    fn a_panel_that_knows_a_database_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE_NAME);
        let panel = "[panel]\nlisten = \"127.0.0.1:8080\"\n[front]\nkey_file = \"front.key\"\n";
        fs::write(&path, panel).unwrap();
        let read = PanelConfig::read(&path).unwrap();
        assert_eq!(read.front.key_file, folder.path().join("front.key"));
        fs::write(
            &path,
            format!("{panel}[office]\ndatabase = \"kantor.db\"\n"),
        )
        .unwrap();
        let error = PanelConfig::read(&path).unwrap_err().to_string();
        assert!(error.contains("office"), "{error}");
    }

    #[test]
    fn links_lead_to_where_customers_find_the_panel() {
        let check = |change: fn(&mut PanelSection), link: Option<&str>| {
            let mut panel = config().panel;
            change(&mut panel);
            assert_eq!(panel.link("/password/A").as_deref(), link);
        };
        check(|_| {}, Some("http://127.0.0.1:8080/password/A"));
        check(|panel| panel.behind_tls_proxy = true, None);
        check(|panel| panel.listen = ([0, 0, 0, 0], 443).into(), None);
        let public = |panel: &mut PanelSection| {
            panel.behind_tls_proxy = true;
            panel.prefix = "wymiana/".to_owned();
            panel.address = Some("https://kantor.example.pl/".to_owned());
        };
        check(public, Some("https://kantor.example.pl/wymiana/password/A"));
        let path = wrong(|config| config.panel.prefix = "wymiana walut?".to_owned());
        assert!(path.contains("panel.prefix is no path"), "{path}");
        let nobody = wrong(|config| config.office.name = " ".to_owned());
        assert!(nobody.contains("office.name is empty"), "{nobody}");
        let bare = wrong(|config| config.panel.address = Some("kantor.example.pl".to_owned()));
        assert!(bare.contains("panel.address is no address"), "{bare}");
    }

    #[test]
    fn a_database_on_a_server_is_read_back_and_its_password_never_shown() {
        let folder = tempfile::tempdir().unwrap();
        let mut config = config();
        let url = "postgres://anna:hush@127.0.0.1/kantor";
        config.office.database = url.to_owned().try_into().unwrap();
        let path = config.write(folder.path()).unwrap();
        let read = Config::read(&path).unwrap();
        assert_eq!(read.office.database, config.office.database);
        let shown = format!("{} {:?}", read.office.database, read);
        assert!(!shown.contains("hush"), "{shown}");
        let text = fs::read_to_string(&path).unwrap();
        for bad in [
            text.replace("/kantor\"", "\""),
            text.replace("/kantor\"", "/kantor"),
            text.replace("database = ", "database = 7 "),
        ] {
            assert_ne!(bad, text);
            fs::write(&path, bad).unwrap();
            let error = Config::read(&path).unwrap_err().to_string();
            assert!(error.contains("kantor.toml: line 5"), "{error}");
            assert!(!error.contains("hush"), "{error}");
        }
    }
}

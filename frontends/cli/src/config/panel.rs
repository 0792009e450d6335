//! The customers' side of kantor.toml: `[panel]`, and the file of a panel in a process of its own.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use kantor_panel::{Limits, TlsFiles};
use serde::{Deserialize, Serialize};

use super::{
    ConfigError, are_as_many_as_ever, connections, limits, pair, read_toml, settle, tls_files,
};

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
    #[serde(default = "outbox")]
    pub outbox: PathBuf,
    /// How customers' browsers reach the panel, without the prefix; stands in links that are sent
    /// to them. Needed where it is not simply the address that the panel listens on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Without a proxy: the certificate of the panel, PEM, relative to this file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<PathBuf>,
    /// Its private key, PEM, relative to this file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<PathBuf>,
    /// How many connections are open at a time; whoever comes then is told to come again.
    #[serde(default = "connections", skip_serializing_if = "are_as_many_as_ever")]
    pub connections: NonZeroUsize,
}

pub(super) fn outbox() -> PathBuf {
    PathBuf::from("outbox")
}

impl PanelSection {
    pub(super) fn settle(&mut self, folder: &Path) {
        self.outbox = folder.join(&self.outbox);
        settle(folder, &mut self.certificate);
        settle(folder, &mut self.key);
    }

    /// A page of the panel as a customer's browser finds it, where that is known.
    pub(crate) fn link(&self, page: &str) -> Option<String> {
        let own = || {
            let is_known = !self.listen.ip().is_unspecified() && self.listen.port() != 0;
            let scheme = self.tls().map_or("http", |_| "https");
            (is_known && !self.behind_tls_proxy).then(|| format!("{scheme}://{}", self.listen))
        };
        let address = self.address.clone().or_else(own)?;
        let front = self.front_page();
        Some(format!(
            "{}{}{page}",
            address.trim_end_matches('/'),
            front.trim_end_matches('/')
        ))
    }

    /// The path of the first page: `/`, or `/kantor/` with a prefix.
    pub(crate) fn front_page(&self) -> String {
        match self.prefix.trim_matches('/') {
            "" => "/".to_owned(),
            prefix => format!("/{prefix}/"),
        }
    }

    /// What can be wrong with a panel before it is served.
    pub(super) fn check(&self, path: &Path) -> Result<(), ConfigError> {
        let wrong = |key: &str, why| {
            Err(ConfigError::Setting {
                path: path.to_owned(),
                key: format!("panel.{key}"),
                why,
            })
        };
        let files = tls_files(path, "panel", &self.certificate, &self.key)?;
        if files.is_none() && !self.behind_tls_proxy && !self.listen.ip().is_loopback() {
            return wrong(
                "listen",
                "is an address that other machines reach, and passwords cross it: name a \
                 certificate and its key in the same section, set behind_tls_proxy = true where a \
                 proxy ends TLS, or listen on 127.0.0.1",
            );
        }
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_.~".contains(&byte);
        if !self.prefix.bytes().all(is_plain) {
            return wrong(
                "prefix",
                "is no path: write it of letters without marks, digits, - and _, such as /kantor",
            );
        }
        self.check_address(path)
    }

    fn check_address(&self, path: &Path) -> Result<(), ConfigError> {
        let is_address = |address: &str| {
            let host = address
                .strip_prefix("https://")
                .or_else(|| address.strip_prefix("http://"));
            host.is_some_and(|host| {
                !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_graphic())
            })
        };
        match &self.address {
            Some(address) if !is_address(address) => Err(ConfigError::Setting {
                path: path.to_owned(),
                key: "panel.address".to_owned(),
                why: "is no address of a page: write it as customers' browsers show it, such as \
                      https://kantor.example.pl",
            }),
            Some(_) | None => Ok(()),
        }
    }

    /// What its listener bears.
    pub(crate) fn limits(&self) -> Limits {
        limits(self.connections)
    }

    /// Its certificate and key, when it ends TLS itself.
    pub(crate) fn tls(&self) -> Option<TlsFiles> {
        pair("panel", &self.certificate, &self.key)
    }
}

/// kantor.toml of a panel in a process of its own. It has no section about a database, and one that
/// holds one is refused: a panel must not know it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PanelConfig {
    /// Where customers come in.
    pub panel: PanelSection,
    /// How the office is reached.
    pub front: FrontSection,
}

/// `[front]`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FrontSection {
    /// Addresses of the office's processes, when the command line names none.
    #[serde(default)]
    pub office: Vec<String>,
    /// The file with the key that the office made for this panel.
    pub key_file: PathBuf,
    /// Whose certificates to trust when an address begins with https://, PEM.
    #[serde(default)]
    pub authority: Option<PathBuf>,
}

impl PanelConfig {
    /// Reads a file; its paths become relative to where the program runs.
    pub(crate) fn read(path: &Path) -> Result<PanelConfig, ConfigError> {
        let mut config: PanelConfig = read_toml(path)?;
        let folder = path.parent().unwrap_or(Path::new(""));
        config.panel.settle(folder);
        config.front.key_file = folder.join(&config.front.key_file);
        settle(folder, &mut config.front.authority);
        config.panel.check(path)?;
        Ok(config)
    }
}

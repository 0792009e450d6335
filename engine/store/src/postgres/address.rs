//! The address of a database.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::str::FromStr;

use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};

use super::patience::Patience;
use super::tls::{Way, Wish};

use crate::error::Fault;

/// The address of a PostgreSQL database, `postgres://user:password@host:5432/name`. Its password
/// is never shown.
///
/// The way to another machine is protected by `?sslmode=verify-full&sslrootcert=FILE` (TLS, and the
/// certificate that FILE, an absolute path, vouches for), or said to need no protection by
/// `?sslmode=disable`.
/// `?patience=30` is how many seconds the server may take to answer.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl {
    url: String,
    config: Box<Config>,
    authority: Option<PathBuf>,
    patience: Patience,
}

impl DatabaseUrl {
    /// Whether a text is meant as such an address.
    pub fn is_one(text: &str) -> bool {
        text.starts_with("postgres://") || text.starts_with("postgresql://")
    }

    pub(super) fn config(&self) -> Config {
        (*self.config).clone()
    }

    pub(super) fn patience(&self) -> Patience {
        self.patience
    }

    pub(super) fn way(&self) -> Result<Way, Fault> {
        match &self.authority {
            Some(authority) => Way::protected(authority),
            None => Ok(Way::Plain),
        }
    }

    /// The address with its password: for a file that only its owner may read, never for a log.
    pub fn secret(&self) -> &str {
        &self.url
    }

    /// Whether the address carries a password.
    pub fn has_password(&self) -> bool {
        self.config.get_password().is_some()
    }
}

impl FromStr for DatabaseUrl {
    type Err = Fault;

    fn from_str(url: &str) -> Result<DatabaseUrl, Fault> {
        if !DatabaseUrl::is_one(url) {
            return Err(bad("it does not begin with postgres://"));
        }
        let (address, wish) = Wish::taken_from(url);
        let read = Config::from_str(&address);
        let mut config = read.map_err(|_| bad("it is not of the form of a URL"))?;
        if config.get_dbname().is_none_or(str::is_empty) {
            return Err(bad("it names no database"));
        }
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            return Err(bad("it names no host"));
        }
        // What follows the first @ of two is the rest of a password, which must not be shown.
        if config.get_hosts().iter().any(is_part_of_password) {
            return Err(bad("an @ stands in it twice"));
        }
        let patience = match wish.patience.as_deref().map(Patience::read) {
            None => Patience::default(),
            Some(Some(patience)) => patience,
            Some(None) => return Err(bad("its patience is not a number of seconds from 2 to 600")),
        };
        let authority = protection(&config, wish)?;
        config.ssl_mode(match authority {
            Some(_) => SslMode::Require,
            None => SslMode::Disable,
        });
        Ok(DatabaseUrl {
            url: url.to_owned(),
            config: Box::new(config),
            authority,
            patience,
        })
    }
}

/// What the driver says of a bad address may hold a part of the password.
fn bad(reason: &str) -> Fault {
    Fault {
        operation: "understand the address of the database",
        reason: reason.to_owned(),
        advice: "write it as postgres://user:password@host:5432/name, with %40 for an @ in the \
                 password and the like",
    }
}

/// Whose certificates to trust; `None` where the way is not protected and need not be.
fn protection(config: &Config, wish: Wish) -> Result<Option<PathBuf>, Fault> {
    let unsafe_way = |reason: &str| Fault {
        operation: "protect the way to the database",
        reason: reason.to_owned(),
        advice: "add ?sslmode=verify-full&sslrootcert=FILE with the certificate of the server's \
                 authority, or ?sslmode=disable where the network in between is trusted",
    };
    match (wish.mode.as_deref(), wish.authority) {
        (Some("disable"), None) => Ok(None),
        // The same address stands in files and is given to programs that run elsewhere.
        (Some("verify-full" | "require") | None, Some(authority)) if authority.is_relative() => {
            Err(unsafe_way(
                "sslrootcert is not the whole path of a file, from / on",
            ))
        }
        (Some("verify-full" | "require") | None, Some(authority)) => Ok(Some(authority)),
        (None, None) if are_here(config) => Ok(None),
        (None, None) => Err(unsafe_way("the server is another machine")),
        // Encrypted for whoever answers is protected from nobody.
        (Some("verify-full" | "require"), None) => {
            Err(unsafe_way("it does not say whose certificate to trust"))
        }
        (Some(_), _) => Err(unsafe_way("this sslmode is not known here")),
    }
}

fn is_part_of_password(host: &Host) -> bool {
    match host {
        Host::Tcp(name) => name.contains('@'),
        #[cfg(unix)]
        Host::Unix(_) => false,
    }
}

/// Whether all servers are this machine: by the addresses that are connected to, where they are
/// said, else by name.
fn are_here(config: &Config) -> bool {
    let addresses = config.get_hostaddrs();
    addresses.iter().all(IpAddr::is_loopback) && config.get_hosts().iter().all(is_here)
}

/// Whether a server is this machine.
fn is_here(host: &Host) -> bool {
    match host {
        Host::Tcp(name) if name == "localhost" => true,
        Host::Tcp(name) => name
            .parse()
            .is_ok_and(|address: IpAddr| address.is_loopback()),
        #[cfg(unix)]
        Host::Unix(_) => true,
    }
}

/// Without the password and without settings, where a password may stand too.
impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("postgres://")?;
        if let Some(user) = self.config.get_user() {
            write!(f, "{user}@")?;
        }
        for (index, host) in self.config.get_hosts().iter().enumerate() {
            let comma = if index > 0 { "," } else { "" };
            match host {
                Host::Tcp(name) => write!(f, "{comma}{name}")?,
                #[cfg(unix)]
                Host::Unix(path) => write!(f, "{comma}{}", path.display())?,
            }
            match self.config.get_ports().get(index) {
                Some(5432) | None => {}
                Some(port) => write!(f, ":{port}")?,
            }
        }
        write!(f, "/{}", self.config.get_dbname().unwrap_or_default())
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DatabaseUrl({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(url: &str, shown: &str) {
        let read = match url.parse::<DatabaseUrl>() {
            Ok(url) => format!("{url} {url:?}"),
            Err(fault) => fault.to_string(),
        };
        assert!(read.contains(shown), "{read}");
        assert!(!read.contains("hush"), "{read}");
    }

    #[test]
    fn an_address_is_shown_without_its_password() {
        let on_network = "postgres://anna:hush@db.example/kantor?sslmode=disable";
        check(on_network, "postgres://anna@db.example/kantor");
        let another_port = "postgres://anna@localhost:5544/kantor";
        check(another_port, "postgres://anna@localhost:5544/kantor");
        check("postgresql://%2Fvar%2Frun/kantor", "/var/run/kantor");
        let as_setting = "postgres://anna@localhost/kantor?password=hush";
        check(as_setting, "postgres://anna@localhost/kantor");
    }

    #[test]
    fn a_bad_address_is_refused_without_its_password() {
        check("kantor.db", "does not begin with postgres://");
        check("postgres://anna:hush@db", "names no database");
        check("postgres://db/kantor?hush=1", "not of the form");
        check("postgres://localhost/kantor?patience=hush", "2 to 600");
        check("postgres://anna:hush@db:port/kantor", "not of the form");
        check(
            "postgres://anna:p@hush@localhost/kantor",
            "stands in it twice",
        );
    }

    #[test]
    fn the_way_to_another_machine_is_protected_or_said_to_need_nothing() {
        let url = "postgres://anna:hush@db.example/kantor";
        check(url, "the server is another machine");
        check(
            &format!("{url}?sslmode=require"),
            "whose certificate to trust",
        );
        check(&format!("{url}?sslmode=prefer"), "not known here");
        check(
            &format!("{url}?sslmode=disable&sslrootcert=a"),
            "not known here",
        );
        check(
            &format!("{url}?sslmode=verify-full&sslrootcert=ca.pem"),
            "not the whole path",
        );
        let protected = format!("{url}?sslmode=verify-full&connect_timeout=3&sslrootcert=%2Fa.pem");
        check(&protected, "postgres://anna@db.example/kantor");
        let read: DatabaseUrl = protected.parse().unwrap();
        assert_eq!(read.authority, Some(PathBuf::from("/a.pem")));
        check("postgres://anna:hush@[::1]/kantor", "postgres://anna@");
        // What is connected to is the address, whatever the host is called.
        let named = "postgres://anna:hush@localhost/kantor?hostaddr=";
        check(
            &format!("{named}192.0.2.1"),
            "the server is another machine",
        );
        check(&format!("{named}127.0.0.1"), "postgres://anna@");
        check("postgres:///kantor?hostaddr=192.0.2.1", "another machine");
    }
}

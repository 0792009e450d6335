//! The `[desk]` part of kantor.toml: where the office is and where this desk keeps its things.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

/// What a desk must know (section `[desk]` of kantor.toml). Paths are absolute, or relative to the
/// folder of the configuration file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DeskConfig {
    /// The office's address, such as `http://127.0.0.1:8081`.
    pub url: String,
    /// The file that holds the bearer token of this desk's user.
    pub token_file: PathBuf,
    /// The file with the certificates that the office's own must be signed by; needed when the
    /// address begins with https://.
    pub authority: Option<PathBuf>,
    /// The folder of the bank packs; without it, the development packs beside the program.
    pub packs: Option<PathBuf>,
    /// The folder that `kantor statement watch` looks at when none is given.
    pub watch: Option<PathBuf>,
    /// Where transfer files are saved when nothing else is chosen.
    pub transfers: PathBuf,
    /// The folder of the offline queue: `queue` beside the configuration, unless it names another.
    /// None without a configuration.
    pub queue: Option<PathBuf>,
}

/// Why the configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error(
        "{path} cannot be read ({why}); name the configuration with --config FILE, or make an office with `kantor init DIR`"
    )]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's word for it.
        why: String,
    },
    /// The file is not what it should be.
    #[error("{path} is not a configuration of an office: {why}; correct it there")]
    Wrong {
        /// The file.
        path: PathBuf,
        /// What is wrong, with its line.
        why: String,
    },
    /// Something that the desk needs is nowhere given.
    #[error(
        "the desk does not know its {what}; write `{what}` under [desk] in kantor.toml, or give {flag}"
    )]
    Missing {
        /// The key of the configuration.
        what: &'static str,
        /// The flag that gives it as well.
        flag: &'static str,
    },
}

/// What the file or the flags give; every field may be absent in one of them.
#[derive(Clone, Default, PartialEq, Eq, Debug, Deserialize)]
#[serde(default)]
pub struct DeskSettings {
    /// See [`DeskConfig::url`].
    pub url: Option<String>,
    /// See [`DeskConfig::token_file`].
    pub token_file: Option<PathBuf>,
    /// See [`DeskConfig::authority`].
    pub authority: Option<PathBuf>,
    /// See [`DeskConfig::packs`].
    pub packs: Option<PathBuf>,
    /// See [`DeskConfig::watch`].
    pub watch: Option<PathBuf>,
    /// See [`DeskConfig::transfers`].
    pub transfers: Option<PathBuf>,
    /// See [`DeskConfig::queue`].
    pub queue: Option<PathBuf>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct OnlyDesk {
    desk: DeskSettings,
}

impl DeskSettings {
    /// Reads the `[desk]` section of a configuration file; the other sections are not the desk's.
    pub fn from_file(path: &Path) -> Result<DeskSettings, ConfigError> {
        let text = fs::read_to_string(path).map_err(|error| ConfigError::Unreadable {
            path: path.to_owned(),
            why: error.to_string(),
        })?;
        let folder = path.parent().unwrap_or(Path::new(""));
        DeskSettings::from_text(&text, folder).map_err(|why| ConfigError::Wrong {
            path: path.to_owned(),
            why,
        })
    }

    /// Reads the section from text; relative paths are taken from the folder.
    pub fn from_text(text: &str, folder: &Path) -> Result<DeskSettings, String> {
        let file: OnlyDesk = toml::from_str(text).map_err(|error| error.to_string())?;
        let from_folder = |path: Option<PathBuf>| path.map(|path| folder.join(path));
        let DeskSettings {
            url,
            token_file,
            authority,
            packs,
            watch,
            transfers,
            queue,
        } = file.desk;
        Ok(DeskSettings {
            url,
            token_file: from_folder(token_file),
            authority: from_folder(authority),
            packs: from_folder(packs),
            watch: from_folder(watch),
            transfers: from_folder(transfers),
            queue: from_folder(queue.or(Some(PathBuf::from("queue")))),
        })
    }

    /// These settings, and the other ones where these say nothing.
    pub fn or(self, other: DeskSettings) -> DeskSettings {
        DeskSettings {
            url: self.url.or(other.url),
            token_file: self.token_file.or(other.token_file),
            authority: self.authority.or(other.authority),
            packs: self.packs.or(other.packs),
            watch: self.watch.or(other.watch),
            transfers: self.transfers.or(other.transfers),
            queue: self.queue.or(other.queue),
        }
    }

    /// The configuration of these settings (a command line's) over those of a file. The file may be
    /// missing when these say where the office is and where the token.
    pub fn over(self, file: &Path) -> Result<DeskConfig, ConfigError> {
        if self.url.is_some() && self.token_file.is_some() && !file.exists() {
            return self.complete();
        }
        self.or(DeskSettings::from_file(file)?).complete()
    }

    /// The configuration, when everything that must be known is known.
    pub fn complete(self) -> Result<DeskConfig, ConfigError> {
        Ok(DeskConfig {
            url: self.url.ok_or(ConfigError::Missing {
                what: "url",
                flag: "--url",
            })?,
            token_file: self.token_file.ok_or(ConfigError::Missing {
                what: "token_file",
                flag: "--token-file",
            })?,
            authority: self.authority,
            packs: self.packs,
            watch: self.watch,
            transfers: self.transfers.unwrap_or_else(|| PathBuf::from("transfers")),
            queue: self.queue,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_win_over_the_file_and_paths_start_at_the_file() {
        let file = DeskSettings::from_text(
            "[office]\nname = \"x\"\n[desk]\nurl = \"http://127.0.0.1:1\"\ntoken_file = \"desk.token\"\n",
            Path::new("/srv/kantor"),
        )
        .expect("settings");
        let flags = DeskSettings {
            url: Some("http://127.0.0.1:2".to_owned()),
            ..DeskSettings::default()
        };
        let config = flags.or(file).complete().expect("complete");
        assert_eq!(config.url, "http://127.0.0.1:2");
        assert_eq!(config.token_file, Path::new("/srv/kantor/desk.token"));
        assert_eq!(config.packs, None);
        assert_eq!(
            config.queue.as_deref(),
            Some(Path::new("/srv/kantor/queue"))
        );
    }

    #[test]
    fn what_is_missing_is_named() {
        let missing = DeskSettings::default().complete();
        assert!(matches!(
            missing,
            Err(ConfigError::Missing { what: "url", .. })
        ));
        let wrong = DeskSettings::from_text("[desk]\nurl = 7\n", Path::new(""));
        assert!(
            wrong
                .expect_err("a number is no address")
                .contains("line 2")
        );
    }
}

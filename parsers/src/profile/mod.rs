//! How one bank bends the formats, as data: a `profile.toml` in the folder of its pack.
//!
//! The profiles of this repository's packs are compiled in, so that the server reads a file with
//! the same data as the desk. A pack of somebody else brings its own text to [`Profile::parse`].

use std::sync::LazyLock;

use serde::Deserialize;

use crate::csv::CsvProfile;
use crate::{elixir0, mt101, mt940, pain001, pla};

/// One bank's bends. Sections are named after formats; what a section leaves out is as the format
/// has it everywhere.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// The bank's short name as packs, statements and configuration use it: `mbank`.
    pub id: String,
    /// The bank's name for people.
    pub name: String,
    /// How it wants transfer files in pain.001; absent where it does not take them.
    pub pain001: Option<pain001::Profile>,
    /// Elixir-0, where the bank takes it.
    pub elixir0: Option<elixir0::Profile>,
    /// PLA, where the bank takes it.
    pub pla: Option<pla::Profile>,
    /// MT101, where the bank takes it.
    pub mt101: Option<mt101::Profile>,
    /// The layouts of its tables.
    #[serde(default)]
    pub csv: Vec<CsvProfile>,
    /// How it bends MT940 and MT942.
    #[serde(default)]
    pub mt940: Option<mt940::Section>,
}

/// Why a profile cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the profile cannot be used: {reason}; correct that key, what it may hold is in the chapter on packs"
)]
pub struct ProfileError {
    /// What is wrong, with the key and the line.
    pub reason: String,
}

/// The profiles of this repository's packs, in the order of their ids.
const TEXTS: [&str; 20] = [
    include_str!("../../../bank-plugins/alior/profile.toml"),
    include_str!("../../../bank-plugins/bnp/profile.toml"),
    include_str!("../../../bank-plugins/bos/profile.toml"),
    include_str!("../../../bank-plugins/citi/profile.toml"),
    include_str!("../../../bank-plugins/cooperative/profile.toml"),
    include_str!("../../../bank-plugins/credit-agricole/profile.toml"),
    include_str!("../../../bank-plugins/deutsche/profile.toml"),
    include_str!("../../../bank-plugins/generic-csv/profile.toml"),
    include_str!("../../../bank-plugins/generic-mt940/profile.toml"),
    include_str!("../../../bank-plugins/ing/profile.toml"),
    include_str!("../../../bank-plugins/mbank/profile.toml"),
    include_str!("../../../bank-plugins/millennium/profile.toml"),
    include_str!("../../../bank-plugins/nest/profile.toml"),
    include_str!("../../../bank-plugins/nordea/profile.toml"),
    include_str!("../../../bank-plugins/pekao/profile.toml"),
    include_str!("../../../bank-plugins/pko/profile.toml"),
    include_str!("../../../bank-plugins/raiffeisen/profile.toml"),
    include_str!("../../../bank-plugins/santander/profile.toml"),
    include_str!("../../../bank-plugins/unicredit/profile.toml"),
    include_str!("../../../bank-plugins/velo/profile.toml"),
];

static BUILT_IN: LazyLock<Vec<Profile>> = LazyLock::new(|| {
    let parsed = TEXTS.into_iter().map(Profile::parse);
    // A test holds that each of them can be used.
    parsed.filter_map(Result::ok).collect()
});

impl Profile {
    /// Reads a `profile.toml`.
    ///
    /// # Errors
    /// [`ProfileError`], naming the key.
    pub fn parse(text: &str) -> Result<Profile, ProfileError> {
        toml::from_str(text).map_err(|error: toml::de::Error| ProfileError {
            reason: error.to_string().trim().replace('\n', " "),
        })
    }

    /// The profiles that are compiled in.
    pub fn built_in() -> &'static [Profile] {
        &BUILT_IN
    }

    /// The compiled-in profile of that id.
    pub fn of_id(id: &str) -> Option<&'static Profile> {
        Profile::built_in().iter().find(|profile| profile.id == id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_profile_can_be_used() {
        let ids: Vec<String> = TEXTS
            .into_iter()
            .map(|text| Profile::parse(text).map(|profile| profile.id))
            .collect::<Result<_, _>>()
            .unwrap();
        assert!(ids.is_sorted_by(|a, b| a < b), "{ids:?}");
    }

    #[test]
    fn an_error_names_the_key() {
        let error = Profile::parse("id = \"x\"\nname = \"X\"\ncolour = 1\n").unwrap_err();
        assert!(error.to_string().contains("colour"), "{error}");
    }
}

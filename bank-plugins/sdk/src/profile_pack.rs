//! A bank that only bends known formats: its pack is its profile and a few lines that say so.
#![allow(unsafe_code)] // reads the tables of a pack

use kantor_parsers::Profile;
use kantor_parsers::transfers::TransferFormat as Written;

use crate::pack::BankPack;

/// Makes the whole pack of a bank whose `profile.toml` is one of this repository's; of the three
/// kinds below, the first is what a bank wants.
///
/// ```ignore
/// profile_pack! { id: "alior", name: "Alior Bank", reads: "MT940 MT942 CSV", writes: [ELIXIR0, PLA] }
/// profile_pack! { any: "generic-camt", name: "camt of any bank", reads: "camt.053", writes: [] }
/// profile_pack! { named: "generic-csv", name: "Any table", reads: "CSV", writes: [] }
/// ```
///
/// `id` recognises the bank's own shapes, `any` is the fallback for formats whoever writes them,
/// and `named` is read only when a person names it. A test of the pack holds the facts to the
/// profile, where there is one.
#[macro_export]
macro_rules! profile_pack {
    (id: $id:literal, $($facts:tt)*) => {
        $crate::profile_pack!(@pack $id,
            |head| $crate::formats::statements::recognise_own(head, $id),
            $crate::__private::Profile::of_id($id), $($facts)*);

        #[cfg(test)]
        mod facts {
            #[test]
            fn are_those_of_the_profile() {
                let told = $crate::profile_pack::agrees::<super::Pack>();
                assert_eq!(told, Ok(()));
            }
        }
    };
    (any: $id:literal, $($facts:tt)*) => {
        $crate::profile_pack!(@pack $id,
            |head| $crate::formats::statements::recognise_any(head, READS),
            None, $($facts)*);
    };
    (named: $id:literal, $($facts:tt)*) => {
        $crate::profile_pack!(@pack $id,
            |_| $crate::pack::Recognition::none(concat!("it is read when --bank ", $id, " says so")),
            $crate::__private::Profile::of_id($id), $($facts)*);
    };
    (@pack $id:literal, $recognise:expr, $profile:expr, name: $name:literal, reads: $reads:literal,
        writes: [$($format:ident),* $(,)?] $(,)?) => {
        const READS: &str = $reads;
        const WRITES: &[$crate::abi::TransferFormat] =
            &[$($crate::formats::transfers::$format),*];

        /// The pack.
        #[derive(Debug)]
        pub struct Pack;

        impl $crate::pack::BankPack for Pack {
            const ID: &'static str = $id;
            const NAME: &'static str = $name;
            const VERSION: &'static str = env!("CARGO_PKG_VERSION");
            const BANKS: &'static str = $id;
            const STATEMENTS: Option<$crate::pack::Statements> = Some($crate::pack::Statements {
                formats: READS,
                recognise: $recognise,
                read: |source, sink| $crate::formats::statements::read(source, sink, $profile),
            });
            const TRANSFERS: Option<$crate::pack::Transfers> = if WRITES.is_empty() {
                None
            } else {
                Some($crate::pack::Transfers {
                    formats: WRITES,
                    write: |format, batch, out| {
                        $crate::formats::transfers::write(format, batch, $profile, out)
                    },
                })
            };
        }

        $crate::export_bank_pack!(Pack);
    };
}

/// Whether a pack says of itself what the profile of its id says.
///
/// # Errors
/// What differs.
pub fn agrees<P: BankPack>() -> Result<(), String> {
    let id = P::ID;
    let profile = Profile::of_id(id).ok_or_else(|| format!("there is no profile `{id}`"))?;
    let formats = P::STATEMENTS.map_or("", |half| half.formats);
    let reads = |format: &str| formats.split(' ').any(|known| known == format);
    let mut expected: Vec<Written> = Vec::new();
    expected.extend(profile.elixir0.is_some().then_some(Written::Elixir0));
    expected.extend(profile.pla.is_some().then_some(Written::Pla));
    expected.extend(profile.mt101.is_some().then_some(Written::Mt101));
    expected.extend(profile.pain001.iter().flat_map(|section| &section.versions));
    let expected: Vec<&str> = expected.iter().map(|format| format.name()).collect();
    let writes: Vec<&str> = P::TRANSFERS
        .iter()
        .flat_map(|half| half.formats)
        // SAFETY: the tables of a pack are static.
        .filter_map(|one| unsafe { one.format.read("a format") }.ok().flatten())
        .collect();
    let facts = [
        ("the name", profile.name == P::NAME),
        (
            "MT940 among what it reads",
            reads("MT940") == profile.mt940.is_some(),
        ),
        (
            "CSV among what it reads",
            reads("CSV") != profile.csv.is_empty(),
        ),
        ("what it writes", writes == expected),
    ];
    match facts.into_iter().find(|(_, agrees)| !agrees) {
        Some((what, _)) => Err(format!("{what} is not what {id}/profile.toml says")),
        None => Ok(()),
    }
}

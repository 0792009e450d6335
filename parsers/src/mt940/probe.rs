//! Whether a file is of this family, from its first bytes.

use kantor_model::{
    Complaint, EntryView, Flow, Format, PartView, StatementFoot, StatementHead, StatementSink,
};

use super::fields::Fields;
use super::known::Known;
use super::reader::{Reader, message_number};
use crate::profile::Profile;
use crate::recognise::Probe;
use crate::statement::{Counted, Options};

/// Keeps the format of the first head and stops.
#[derive(Default)]
struct FirstHead(Option<Format>);

impl StatementSink for FirstHead {
    fn begin(&mut self, head: StatementHead) -> Flow {
        self.0 = Some(head.format);
        Flow::Stop
    }

    fn part(&mut self, _: &PartView<'_>) -> Flow {
        Flow::Stop
    }

    fn entry(&mut self, _: &EntryView<'_>) -> Flow {
        Flow::Stop
    }

    fn end(&mut self, _: StatementFoot) -> Flow {
        Flow::Stop
    }

    fn complaint(&mut self, _: Complaint) -> Flow {
        Flow::Continue
    }
}

/// MT940, MT942, MT900 or MT910, and whose shape it has: told by the first message's envelope, or
/// by its fields up to the first entry.
/// The shape of the bank whose profile is brought is looked for, too.
pub(crate) fn probe(head: &[u8], brought: Option<&Profile>) -> Option<Probe> {
    let by_lines = format_of_lines(head)?;
    let mut first = FirstHead::default();
    let mut counted = Counted::new(&mut first, true);
    let options = Options {
        profile: brought,
        ..Options::default()
    };
    let mut reader = Reader::new(options, &mut counted);
    let mut source = head;
    // A slice never fails.
    let _ = reader.run(&mut Fields::new(&mut source, None));
    let known = reader.first_known.take().unwrap_or(Known::Nobody);
    let format = first.0.unwrap_or(by_lines);
    let announces = matches!(format, Format::Mt900 | Format::Mt910);
    let why = if announces {
        format!("{}, which announces one movement", format.name())
    } else {
        format!("{} {}", format.name(), known.why())
    };
    Some(Probe {
        format,
        bank: known.profile().map(|profile| profile.id.clone()),
        why,
    })
}

/// What the lines say: an envelope of the family; or one that begins with `:20:` or `:25:`, and
/// one that only a statement, a notice or an announcement has.
fn format_of_lines(head: &[u8]) -> Option<Format> {
    let (mut named, mut counted, mut floor, mut ordered) = (false, false, false, false);
    let (mut value, mut account) = (false, false);
    for line in head.split(|byte| matches!(byte, b'\n' | b'@')) {
        if line.starts_with(b"{")
            && let Some(number) = message_number(line)
        {
            match number {
                940 | 950 => return Some(Format::Mt940),
                942 => return Some(Format::Mt942),
                900 => return Some(Format::Mt900),
                910 => return Some(Format::Mt910),
                _ => return None,
            }
        }
        let line = match line {
            [0x01 | b'{', rest @ ..] => rest,
            all => all,
        };
        account |= line.starts_with(b":25");
        named |= line.starts_with(b":20:") || line.starts_with(b":25");
        floor |= line.starts_with(b":34F:") || line.starts_with(b":90");
        counted |= [b":60F", b":60M", b":61:", b":62F", b":62M"]
            .iter()
            .any(|tag| line.starts_with(*tag));
        value |= line.starts_with(b":32A:");
        ordered |=
            line.starts_with(b":59") || line.starts_with(b":23") || line.starts_with(b":50:");
    }
    let announced = value && account && !ordered;
    match (counted || floor, announced) {
        (true, _) if floor && named => Some(Format::Mt942),
        (true, _) => Some(Format::Mt940).filter(|_| named || counted),
        (false, true) if named => Some(Format::Mt900),
        (false, _) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_told_by_their_envelope_or_their_fields() {
        let check = |head: &str, expected: &str| {
            let found = probe(head.as_bytes(), None);
            let found = found.map_or("nothing".to_owned(), |probe| probe.why);
            assert_eq!(found, expected, "{head}");
        };
        let head = ":20:1\n:25:/PL61109010140000071219812874\n:28C:1\n:60F:C261102PLN1,00\n";
        let entry =
            |line: &str, text: &str| format!("{head}:61:2611021102C1,00{line}\n:86:{text}\n");
        check(
            &entry("N641NONREF", "641^00PRZELEW^20A"),
            "MT940 in the shape that pekao writes",
        );
        check(
            &entry("NTRFNONREF", "020~00B062~20A"),
            "MT940 in a shape that ing and pko write alike, so it is read as any bank's",
        );
        check(
            &entry("NTRFNONREF", "020<00PRZELEW<20A"),
            "MT940 in a shape that alior, millennium and nest write alike, so it is read as any bank's",
        );
        check(
            &entry("NTRFNONREF", "166?00GUTSCHRIFT?20A"),
            "MT940 in no bank's particular shape",
        );
        check(
            ":20:ST261102CYC/0001\n:25:1\n:34F:PLN0\n:61:2611021102CN1,00NTRF\n:86:770 A; TYT.: B\n",
            "MT942 in the shape that mbank writes",
        );
        check(
            "{1:F01}{2:I910BREXPLPWXXXXN}{4:\n:20:1\n",
            "MT910, which announces one movement",
        );
        check(
            ":20:1\n:21:2\n:25:3\n:32A:261102PLN1,00\n:50K:JAN\n",
            "MT910, which announces one movement",
        );
        check("{1:F01}{2:I103BREXPLPWXXXXN}{4:\n:20:1\n:25:1\n", "nothing");
        check(":20:1\n:32A:261102PLN1,00\n:50:X\n:59:Y\n", "nothing");
        check("Data;Kwota\n", "nothing");
    }
}

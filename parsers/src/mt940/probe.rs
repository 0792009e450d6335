//! Whether a file is of this family, from its first bytes.

use kantor_model::{
    Complaint, EntryView, Flow, Format, PartView, StatementFoot, StatementHead, StatementSink,
};

use super::fields::Fields;
use super::known::Known;
use super::reader::{Reader, message_number};
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
pub(crate) fn probe(head: &[u8]) -> Option<Probe> {
    let by_lines = format_of_lines(head)?;
    let mut first = FirstHead::default();
    let mut counted = Counted::new(&mut first, true);
    let mut reader = Reader::new(Options::default(), &mut counted);
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

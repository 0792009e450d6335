//! The structured `:86:`: a code, then subfields that begin with a separator and two digits.
//!
//! The separator is the first character after the code, whatever it is. What a subfield means
//! differs a little from bank to bank; that is data of their profiles, read in `subfields`.

use std::borrow::Cow;
use std::ops::RangeInclusive;

use super::pattern::Pattern;
use super::section::Subfields;
use crate::charset::{Charset, FILLER, plain};
use crate::text::trim;

/// A subfield: its number, and where its content lies in the joined text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part {
    /// Its number.
    pub(super) code: u8,
    from: usize,
    to: usize,
    /// It holds more than the filler.
    pub(super) is_filled: bool,
    /// It only looks like a mark.
    is_text: bool,
}

/// The codes that are seen in real files; a separator before other digits is text.
fn is_code(code: u8) -> bool {
    matches!(code, 0 | 10 | 11 | 20..=39 | 50..=52 | 60..=66 | 70..=73)
}

/// The separator, and where the first one stands; `None` when the text is not structured.
pub(super) fn begins(joined: &[u8]) -> Option<(u8, usize)> {
    let blank = usize::from(joined.first() == Some(&b' '));
    let digits = joined
        .iter()
        .skip(blank)
        .take(5)
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    let at = blank + digits;
    let separator = *joined.get(at)?;
    let with_code = matches!(digits, 3 | 4)
        && separator.is_ascii_punctuation()
        && !matches!(
            separator,
            b'/' | b':' | b'-' | b',' | b'.' | b';' | b'(' | b')'
        );
    let without_code = digits == 0 && matches!(separator, b'~' | b'<' | b'^' | b'?' | b'>');
    if !with_code && !without_code {
        return None;
    }
    let first = code_at(joined, at + 1)?;
    matches!(first, 0 | 10 | 20..=39 | 60..=66).then_some(())?;
    Some((separator, at))
}

/// Whether a text that begins so has at least so many marks.
pub(super) fn has_marks(text: &[u8], (separator, first): (u8, usize), least: usize) -> bool {
    let marks = memchr::memchr_iter(separator, text).skip_while(|at| *at < first);
    let marks = marks.filter(|at| code_at(text, at + 1).is_some_and(is_code));
    marks.take(least).count() == least
}

fn code_at(joined: &[u8], at: usize) -> Option<u8> {
    let [tens, units] = joined.get(at..at + 2)? else {
        return None;
    };
    (tens.is_ascii_digit() && units.is_ascii_digit()).then(|| (tens - b'0') * 10 + (units - b'0'))
}

/// The codes of titles; at some banks the last ones hold something else.
const TITLE: RangeInclusive<u8> = 20..=29;

/// What only looks like a mark is text, because titles and names are the payer's own. Banks write
/// the subfields of a title side by side, so a title that another code interrupts has a mark too
/// many; of a title's code that comes twice with a smaller one between, the first is none; and of
/// any other code that comes twice, one is none.
fn part_texts(joined: &[u8], parts: &mut Vec<Part>) {
    if parts.is_sorted_by(|before, next| before.code < next.code) {
        // In order, as in nearly every text.
        return;
    }
    let is_title = |part: &Part| TITLE.contains(&part.code);
    let first = parts.iter().position(is_title);
    let last = parts.iter().rposition(is_title);
    if let (Some(first), Some(last)) = (first, last) {
        let title = parts.get(first..=last).unwrap_or_default();
        if title.iter().all(is_title) {
            repeated(parts, first, last);
        } else {
            let inside = first..=last;
            outside_the_ascent(parts, first, |at, _| inside.contains(&at));
        }
        drop_texts(joined, parts);
    }
    let mut times = [0_u8; 100];
    for part in parts.iter() {
        if let Some(times) = times.get_mut(usize::from(part.code)) {
            *times = times.saturating_add(1);
        }
    }
    let is_again = |part: &Part| {
        times
            .get(usize::from(part.code))
            .is_some_and(|times| *times > 1)
    };
    if parts.iter().any(|part| is_again(part) && !is_title(part)) {
        outside_the_ascent(parts, 0, |_, part| is_again(part) && !is_title(part));
        drop_texts(joined, parts);
    }
}

/// What is text belongs to the subfield before it.
fn drop_texts(joined: &[u8], parts: &mut Vec<Part>) {
    if !parts.iter().any(|part| part.is_text) {
        return;
    }
    let mut kept: Option<usize> = None;
    for index in 0..parts.len() {
        let Some(part) = parts.get(index).copied() else {
            break;
        };
        if part.is_text {
            end(joined, kept.and_then(|kept| parts.get_mut(kept)), part.to);
        } else {
            kept = Some(index);
        }
    }
    parts.retain(|part| !part.is_text);
}

/// Of a title's code that comes twice with a smaller one between, the first is text.
fn repeated(parts: &mut [Part], first: usize, last: usize) {
    let mut later = Later::default();
    if let Some(part) = parts.get(last) {
        later.put(part.code);
    }
    for part in parts.iter_mut().take(last).skip(first + 1).rev() {
        part.is_text = later.has_again_after_less(part.code);
        if !part.is_text {
            later.put(part.code);
        }
    }
}

/// Banks write their codes upwards: of the marks that may be text, those are that stand outside the
/// longest ascent of codes that begins with `first`. Of two ascents of one length the later marks
/// count, because it is the title, which stands before, that may be anything.
fn outside_the_ascent(parts: &mut [Part], first: usize, may_be: impl Fn(usize, &Part) -> bool) {
    // For each code how long an ascent begins there, and with which mark.
    let mut ascents = [(0_usize, usize::MAX); 100];
    let mut next = vec![usize::MAX; parts.len()];
    for (at, part) in parts.iter().enumerate().skip(first).rev() {
        let code = usize::from(part.code);
        let higher = ascents.iter().skip(code + 1).copied();
        let (length, on) = higher.fold((0, usize::MAX), |best: (usize, usize), ascent| {
            let is_longer = ascent.0 > best.0;
            let is_later = ascent.0 == best.0 && ascent.0 > 0 && ascent.1 > best.1;
            if is_longer || is_later { ascent } else { best }
        });
        if let Some(slot) = next.get_mut(at) {
            *slot = on;
        }
        if let Some(ascent) = ascents.get_mut(code).filter(|known| length + 1 > known.0) {
            *ascent = (length + 1, at);
        }
    }
    let mut kept = first;
    for (at, part) in parts.iter_mut().enumerate().skip(first) {
        part.is_text = at != kept && may_be(at, part);
        if at == kept {
            kept = next.get(at).copied().unwrap_or(usize::MAX);
        }
    }
}

/// The title's codes that come later, each with the least code before it.
#[derive(Default)]
struct Later([Option<u8>; 10]);

impl Later {
    fn has_again_after_less(&self, code: u8) -> bool {
        let slot = self.0.get(usize::from(code - TITLE.start()));
        slot.is_some_and(|least| least.is_some_and(|least| least < code))
    }

    fn put(&mut self, code: u8) {
        for least in self.0.iter_mut().flatten() {
            *least = code.min(*least);
        }
        if let Some(slot) = self.0.get_mut(usize::from(code - TITLE.start())) {
            *slot = Some(u8::MAX);
        }
    }
}

/// Cuts the joined text into its subfields.
fn split(joined: &[u8], separator: u8, first: usize, parts: &mut Vec<Part>) {
    parts.clear();
    let rest = joined.get(first..).unwrap_or_default();
    for at in memchr::memchr_iter(separator, rest).map(|offset| first + offset) {
        let Some(code) = code_at(joined, at + 1).filter(|code| is_code(*code)) else {
            continue;
        };
        end(joined, parts.last_mut(), at);
        parts.push(Part {
            code,
            from: at + 3,
            to: joined.len(),
            is_filled: false,
            is_text: false,
        });
    }
    end(joined, parts.last_mut(), joined.len());
    part_texts(joined, parts);
}

/// A subfield ends where the next one begins.
fn end(joined: &[u8], part: Option<&mut Part>, at: usize) {
    if let Some(part) = part {
        part.to = at;
        part.is_filled = joined
            .get(part.from..at)
            .is_some_and(|content| !is_unused(content));
    }
}

/// A structured text, its lines joined and its subfields found.
#[derive(Clone, Copy)]
pub(super) struct Structured<'s> {
    joined: &'s [u8],
    /// The same as text, where it is plain.
    plain: Option<&'s str>,
    parts: &'s [Part],
    /// The mark before each subfield.
    pub(super) separator: u8,
}

impl<'s> Structured<'s> {
    /// Finds the subfields of a text whose lines are joined and that [`begins`] so.
    pub(super) fn of(
        joined: &'s [u8],
        (separator, first): (u8, usize),
        parts: &'s mut Vec<Part>,
    ) -> Structured<'s> {
        split(joined, separator, first, parts);
        Structured {
            joined,
            plain: plain(joined),
            parts,
            separator,
        }
    }

    /// All of it, from the code on.
    pub(super) fn whole(&self) -> &'s [u8] {
        self.joined
    }

    /// Whether the text has these subfields, looking so.
    pub(super) fn has(&self, subfields: &Subfields) -> bool {
        let looks_so = |(code, pattern): &(u8, Pattern)| {
            self.get(*code).is_some_and(|content| pattern.fits(content))
        };
        subfields.0.iter().all(looks_so)
    }

    /// Whether a subfield is there, filled or not.
    pub(super) fn has_code(&self, code: u8) -> bool {
        self.parts.iter().any(|part| part.code == code)
    }

    /// The subfields in the order of the file.
    pub(super) fn parts(&self) -> impl Iterator<Item = Part> {
        self.parts.iter().copied()
    }

    /// What a subfield holds.
    pub(super) fn content(&self, part: Part) -> &'s [u8] {
        self.joined.get(part.from..part.to).unwrap_or_default()
    }

    /// The same as text, where all of the text is plain.
    pub(super) fn plain(&self, part: Part) -> Option<&'s str> {
        self.plain?.get(part.from..part.to)
    }

    /// The same as text of its code page.
    pub(super) fn decoded(&self, part: Part, charset: Charset) -> Cow<'s, str> {
        match self.plain(part) {
            Some(text) => Cow::Borrowed(text),
            None => charset.decode(self.content(part)),
        }
    }

    /// The first filled subfield of that code.
    pub(super) fn find(&self, code: u8) -> Option<Part> {
        let wanted = |part: &&Part| part.code == code && part.is_filled;
        self.parts.iter().find(wanted).copied()
    }

    /// What it holds.
    pub(super) fn get(&self, code: u8) -> Option<&'s [u8]> {
        self.find(code).map(|part| self.content(part))
    }
}

/// Nothing but PKO's filler, also where somebody converted the file to UTF-8 (there it became `˙`,
/// `ÿ` or a no-break space).
fn is_unused(content: &[u8]) -> bool {
    if content.first().is_some_and(u8::is_ascii_graphic) {
        return false;
    }
    matches!(
        trim(content),
        b"" | [FILLER] | b"\xCB\x99" | b"\xC3\xBF" | b"\xC2\xA0"
    )
}

#[cfg(test)]
mod tests {
    use super::super::texts::tests::{facts, facts_of};

    #[track_caller]
    fn check(bank: &str, field: &str, expected: &[&str]) {
        let bank = (!bank.is_empty()).then_some(bank);
        assert_eq!(
            facts_of(bank, &[field]),
            format!("structured {}", expected.join("\n"))
        );
    }

    #[test]
    fn pko_writes_one_subfield_a_line_with_fillers() {
        check(
            "pko",
            "020~00210|~20P 85100158550    0       PI|~21T-23|~22˙|~23˙|~24˙|~25˙|~3010100071\
             |~312223147244000000|~32DRUGI MAZOWIECKI URZĄD SKAR|~33BOWY WARSZAWA\
             |~38PL32101000712223147254000000|~60˙|~63SWRK 12",
            &[
                "~",
                "name: DRUGI MAZOWIECKI URZĄD SKARBOWY WARSZAWA",
                "account: PL32101000712223147254000000",
                "at: 10100071",
                "title: P 85100158550    0       PIT-23",
                "whole: yes",
            ],
        );
    }

    #[test]
    fn lines_of_35_are_told_from_one_long_name() {
        check(
            "ing",
            "150~00B150PRZELEW ZEWNĘTRZNY PRZY|~20test info|~21|~22|~2922222222222222222222222222\
             |~3022222222|~32LOL LOL SP. Z O.O.         |~33        UL LOL 104|~34150|~6222-222 WARSZAWA|~63",
            &[
                "~",
                "name: LOL LOL SP. Z O.O. UL LOL 104 22-222 WARSZAWA",
                "account: 22222222222222222222222222",
                "at: 22222222",
                "title: test info",
            ],
        );
    }

    #[test]
    fn separator_and_number_may_be_split_over_a_line_end() {
        check(
            "",
            " 020?00Wyplata?2115617?|22INFO ONE?23INFO|TWO?2|?28003",
            &["?", "title: 15617 INFO ONE INFOTWO?2 003"],
        );
        check("", "166?00A?21x?2|2y?|23z", &["?", "title: x y z"]);
    }

    #[test]
    fn each_bank_keeps_the_account_elsewhere() {
        let account = |field: &str| {
            let facts = facts(field);
            let line = facts.lines().find(|line| line.starts_with("account: "));
            line.map(|line| line["account: ".len()..].to_owned())
        };
        let check = |field: &str, expected: Option<&str>| {
            assert_eq!(account(field).as_deref(), expected, "{field}");
        };
        check(
            "020<00P<2661109010140000071219812874<27ACME",
            Some("PL61109010140000071219812874"),
        );
        check("020<00P<20T<26other text", None);
        check(
            "020^00P^3010901014^310000071219812874",
            Some("PL61109010140000071219812874"),
        );
        check(
            "020~00P~31DE89370400440532013000",
            Some("DE89370400440532013000"),
        );
        check(
            "020~00P~38FR7630004013280001089882824~311",
            Some("FR7630004013280001089882824"),
        );
    }

    #[test]
    fn nest_quotes_titles_and_cuts_towns() {
        check(
            "nest",
            "020<00Przelewy przychodzace<101016256700|<20\"Przelew srodkow na kontrakt|<21 nr 5\"\
             <27JAN NOWAK<28<29UL. DLUGA 12/4 41-400 MYSLOW<60ICE<3010501025<310000000000000345\
             <63REF26/11/02/123/1",
            &[
                "<",
                "name: JAN NOWAK UL. DLUGA 12/4 41-400 MYSLOWICE",
                "account: PL26105010250000000000000345",
                "at: 10501025",
                "title: Przelew srodkow na kontrakt nr 5",
                "bank: REF26/11/02/123/1",
            ],
        );
    }

    #[test]
    fn bph_tells_amounts_before_exchange() {
        check(
            "alior",
            "020?00Wyplata/przelew?20HYVE GMBH?21 BERLIN?22OCMT/EUR1088,41?23CHGS/SHA/EUR20,00\
             ?24FAKTURA 333?30HYVEDEMM700?38DE89370400440532013000",
            &[
                "?",
                "name: HYVE GMBH BERLIN",
                "account: DE89370400440532013000",
                "at: HYVEDEMM700",
                "title: FAKTURA 333",
                "original: 1088.41 EUR",
                "charges: 20.00 EUR",
            ],
        );
    }

    #[test]
    fn pekao_tells_the_counter_value_of_a_deal() {
        check(
            "pekao",
            "172^00PRZELEW                    ^34000|^20Transakcja w obrocie dewizo^21wym, 23/8 :K:\
             |^22 1,000000 :S: 4,070000 :O: ^231 221 000,00 PLN^32BIURO",
            &[
                "^",
                "name: BIURO",
                "title: Transakcja w obrocie dewizowym, 23/8 :K:  1,000000 :S: 4,070000 :O: 1 221 000,00 PLN",
                "original: 1221000.00 PLN",
            ],
        );
    }

    #[test]
    fn a_title_cannot_speak_for_the_bank() {
        check(
            "pko",
            "020~00062|~20ZA ~25 ZL ~38DE89370400440532013000~32|~21ANNA|~22˙|~23˙|~24˙|~25˙|~3010901014\
             |~310000071219812874|~32JAN NOWAK|~33˙|~3861109010140000071219812874|~60˙|~63˙",
            &[
                "~",
                "name: JAN NOWAK",
                "account: PL61109010140000071219812874",
                "at: 10901014",
                "title: ZA ~25 ZL ~38DE89370400440532013000~32ANNA",
                "whole: yes",
            ],
        );
    }

    #[test]
    fn a_payer_who_is_called_like_a_mark_keeps_account_and_title() {
        for name in ["~20", "~20 ~21", "A~22B", "~00", "~38 ~30"] {
            let text = format!(
                "020~00062|~20ZA ROWER|~21KZ7M4QXT2|~3010901014|~310000071219812874|~32{name}|\
                 ~3861109010140000071219812874"
            );
            check(
                "pko",
                &text,
                &[
                    "~",
                    &format!("name: {name}"),
                    "account: PL61109010140000071219812874",
                    "at: 10901014",
                    "title: ZA ROWER KZ7M4QXT2",
                    "whole: no",
                ],
            );
        }
    }

    #[test]
    fn text_that_only_looks_structured_is_plain() {
        for text in [
            "0111111111 GPSEOUL",
            "65 WPŁATA GOTÓWKI",
            "999PN5477SCHECK",
            "<3 kocham",
            "?",
            "020~",
            "020~4",
            "+22 1234567",
        ] {
            assert!(facts(text).starts_with("plain"), "{text}");
        }
    }

    #[test]
    fn without_a_title_the_operation_is_told() {
        check(
            "",
            "020~00ODSETKI OD SALDA~20~21",
            &["~", "title: ODSETKI OD SALDA"],
        );
        check("pko", "020~00152~20˙", &["~", "whole: no"]);
    }
}

//! One-time passwords by the clock (RFC 6238), as telephones make them: the second factor.

use hmac::{Hmac, KeyInit, Mac};
use kantor_model::Moment;
use sha1::Sha1;

use crate::secrets::{NoRandomness, same};

/// How long one code is shown, in seconds.
const STEP: i64 = 30;
/// Bytes of a secret: as many as the hash has.
const SECRET: usize = 20;
/// Below this a code of six digits stays.
const SIX_DIGITS: u32 = 1_000_000;

/// A new secret.
pub(crate) fn new_secret() -> Result<Vec<u8>, NoRandomness> {
    let mut bytes = vec![0_u8; SECRET];
    getrandom::fill(&mut bytes).map_err(|_| NoRandomness)?;
    Ok(bytes)
}

/// The code of a step; `None` never for a secret of ours.
fn code(secret: &[u8], step: u64) -> Option<String> {
    let mut mac = Hmac::<Sha1>::new_from_slice(secret).ok()?;
    mac.update(&step.to_be_bytes());
    let hash = mac.finalize().into_bytes();
    // The last four bits say where the number begins.
    let at = usize::from(hash.last()? & 15);
    let four: [u8; 4] = hash.get(at..at + 4)?.try_into().ok()?;
    let number = (u32::from_be_bytes(four) & 0x7fff_ffff) % SIX_DIGITS;
    Some(format!("{number:06}"))
}

/// The step whose code this is: of this moment, or one before or after, because clocks differ.
pub(crate) fn step_of(secret: &[u8], typed: &str, now: Moment) -> Option<u64> {
    let typed: String = typed.chars().filter(char::is_ascii_digit).collect();
    let now = u64::try_from(now.as_micros() / 1_000_000 / STEP).ok()?;
    let mut found = None;
    for step in [now.saturating_sub(1), now, now.saturating_add(1)] {
        if code(secret, step).is_some_and(|code| same(&code, &typed)) {
            found = Some(step);
        }
    }
    found
}

/// Bytes as telephones take them: base 32, in groups of four.
pub(crate) fn base32(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut letters = String::new();
    for five in bytes.chunks(5) {
        let mut whole = [0_u8; 8];
        for (to, from) in whole.iter_mut().skip(3).zip(five) {
            *to = *from;
        }
        let number = u64::from_be_bytes(whole);
        for at in (0..8).rev() {
            let letter = LETTERS[(number >> (5 * at)) as usize & 31];
            letters.push(char::from(letter));
        }
    }
    letters
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_are_the_standards_codes() {
        // RFC 6238, appendix B, the last six digits.
        let check = |second: i64, wanted: &str| {
            let step = u64::try_from(second / STEP).unwrap();
            assert_eq!(code(b"12345678901234567890", step).unwrap(), wanted);
        };
        check(59, "287082");
        check(1_111_111_109, "081804");
        check(1_234_567_890, "005924");
        check(20_000_000_000, "353130");
    }

    #[test]
    fn a_code_is_good_around_its_step_only() {
        let secret = b"12345678901234567890";
        let at = |second: i64| Moment::from_micros(second * 1_000_000);
        assert_eq!(step_of(secret, "287 082", at(59)), Some(1));
        assert_eq!(step_of(secret, "287082", at(89)), Some(1));
        assert_eq!(step_of(secret, "287082", at(90)), None);
        assert_eq!(step_of(secret, "", at(59)), None);
    }

    #[test]
    fn secrets_are_written_as_telephones_take_them() {
        assert_eq!(
            base32(b"12345678901234567890"),
            "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
        );
    }
}

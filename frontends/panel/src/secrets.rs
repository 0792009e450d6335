//! Tokens from the system's randomness, and what is kept of them.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// The system gave no randomness; nothing secret can be made.
#[derive(Debug, thiserror::Error)]
#[error("the system gives no random numbers; the office cannot open sessions until it does")]
pub struct NoRandomness;

/// A new token: 32 random bytes as 43 characters of base64url.
pub fn new_token() -> Result<String, NoRandomness> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).map_err(|_| NoRandomness)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// SHA-256, lower-case hex: how tokens are kept and files are named.
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// The characters of codes that are read out: none looks like another.
const LETTERS: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
/// How many of them a code has: five bits each.
const CODE_LENGTH: usize = 20;

/// A new code for a person: twenty characters in groups of five.
pub fn new_code() -> Result<String, NoRandomness> {
    let mut bytes = [0_u8; CODE_LENGTH];
    getrandom::fill(&mut bytes).map_err(|_| NoRandomness)?;
    let letters: Vec<u8> = bytes
        .iter()
        .map(|byte| LETTERS[usize::from(byte % 32)])
        .collect();
    let groups: Vec<String> = letters
        .chunks(5)
        .map(|group| group.iter().copied().map(char::from).collect())
        .collect();
    Ok(groups.join("-"))
}

/// How a code is kept: groups and capitals do not matter when it is typed.
pub fn code_hash(code: &str) -> String {
    let plain: String = code
        .chars()
        .filter(|c| c.is_ascii_alphanumeric())
        .map(|c| c.to_ascii_uppercase())
        .collect();
    sha256_hex(plain.as_bytes())
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|nibble| char::from(DIGITS[usize::from(nibble)]))
        .collect()
}

/// Bytes of what [`hex`] wrote; nothing of anything else.
pub(crate) fn unhex(text: &str) -> Vec<u8> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16);
    text.as_bytes()
        .chunks(2)
        .map(|pair| match pair {
            [high, low] => u8::try_from(digit(high)? * 16 + digit(low)?).ok(),
            _ => None,
        })
        .collect::<Option<Vec<u8>>>()
        .unwrap_or_default()
}

/// Whether two hashes are the same, in a time that does not tell where they differ.
pub(crate) fn same(left: &str, right: &str) -> bool {
    left.as_bytes().ct_eq(right.as_bytes()).into()
}

/// The token that a form carries: it follows from a cookie that no other site can read, so only
/// our own pages can hold it.
pub(crate) fn form_token(cookie: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(b"kantor form token\0");
    hash.update(cookie.as_bytes());
    URL_SAFE_NO_PAD.encode(hash.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_differ_and_do_not_show_in_their_traces() {
        let (one, two) = (new_token().expect("random"), new_token().expect("random"));
        assert_ne!(one, two);
        assert_eq!(one.len(), 43);
        assert_ne!(form_token(&one), one);
        assert_ne!(form_token(&one), form_token(&two));
        assert!(same(&sha256_hex(b"a"), &sha256_hex(b"a")));
        assert!(!same(&sha256_hex(b"a"), &sha256_hex(b"b")));
    }

    #[test]
    fn a_code_is_the_same_however_it_is_typed() {
        let code = new_code().expect("random");
        assert_eq!(code.len(), 23, "{code}");
        let typed = code.to_lowercase().replace('-', " ");
        assert_eq!(code_hash(&code), code_hash(&typed));
        assert_ne!(code_hash(&code), code_hash(&new_code().expect("random")));
    }

    #[test]
    fn what_was_written_as_hex_is_read_back() {
        assert_eq!(unhex(&hex(&[0, 9, 128, 255])), [0, 9, 128, 255]);
        assert_eq!(unhex("0g"), Vec::<u8>::new());
        assert_eq!(unhex("012"), Vec::<u8>::new());
    }

    #[test]
    fn the_hash_is_the_standards_hash() {
        assert_eq!(
            sha256_hex(b"abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }
}

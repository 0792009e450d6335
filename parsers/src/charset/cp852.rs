//! Code page 852, which DOS programs and many Polish banks still write. It is not in the web's list
//! of encodings, so the table is ours (IBM character set 852, as Unicode maps it).

/// The characters of the bytes 0x80 to 0xFF.
#[rustfmt::skip]
pub(super) const CP852: [char; 128] = [
    'Ç', 'ü', 'é', 'â', 'ä', 'ů', 'ć', 'ç',
    'ł', 'ë', 'Ő', 'ő', 'î', 'Ź', 'Ä', 'Ć',
    'É', 'Ĺ', 'ĺ', 'ô', 'ö', 'Ľ', 'ľ', 'Ś',
    'ś', 'Ö', 'Ü', 'Ť', 'ť', 'Ł', '×', 'č',
    'á', 'í', 'ó', 'ú', 'Ą', 'ą', 'Ž', 'ž',
    'Ę', 'ę', '¬', 'ź', 'Č', 'ş', '«', '»',
    '░', '▒', '▓', '│', '┤', 'Á', 'Â', 'Ě',
    'Ş', '╣', '║', '╗', '╝', 'Ż', 'ż', '┐',
    '└', '┴', '┬', '├', '─', '┼', 'Ă', 'ă',
    '╚', '╔', '╩', '╦', '╠', '═', '╬', '¤',
    'đ', 'Đ', 'Ď', 'Ë', 'ď', 'Ň', 'Í', 'Î',
    'ě', '┘', '┌', '█', '▄', 'Ţ', 'Ů', '▀',
    'Ó', 'ß', 'Ô', 'Ń', 'ń', 'ň', 'Š', 'š',
    'Ŕ', 'Ú', 'ŕ', 'Ű', 'ý', 'Ý', 'ţ', '´',
    '\u{ad}', '˝', '˛', 'ˇ', '˘', '§', '÷', '¸',
    '°', '¨', '˙', 'ű', 'Ř', 'ř', '■', '\u{a0}',
];

/// The character of a byte above ASCII; ASCII stays itself.
pub(crate) fn character(byte: u8) -> char {
    usize::from(byte)
        .checked_sub(0x80)
        .and_then(|index| CP852.get(index))
        .copied()
        .unwrap_or(char::from(byte))
}

/// The byte of a character, where the page has it.
pub(super) fn byte(character: char) -> Option<u8> {
    let index = CP852.iter().position(|have| *have == character)?;
    u8::try_from(index + 0x80).ok()
}

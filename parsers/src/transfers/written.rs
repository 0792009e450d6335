//! A written file, and what had to be changed for it.

/// A written file. The same batch and profile give the same bytes at any time.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Written {
    /// The file.
    pub bytes: Vec<u8>,
    /// Characters that the bank does not take, with what stands for them.
    pub respelt: Vec<Respelling>,
    /// Names and addresses that were too long.
    pub cut: Vec<Cut>,
}

/// A character that was written differently.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Respelling {
    /// The number of the transfer, from 1.
    pub line: usize,
    /// The character.
    pub character: char,
    /// What was written for it; never empty.
    pub written: &'static str,
}

/// A name or address that was cut, visibly, with three dots.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Cut {
    /// The number of the transfer, from 1.
    pub line: usize,
    /// What was to be written.
    pub text: String,
    /// What was written.
    pub written: String,
}

//! Who may come in. The secrets themselves stand in side rows; the log keeps who did what with
//! them, to whom, and why.

/// How the staff helps a customer who cannot come in, or keeps somebody else out.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Help {
    /// He may choose a new password, once.
    NewPassword,
    /// Nobody comes in under his name until it is unlocked; his sessions end.
    Locked,
    /// He may come in again; wrong passwords are forgotten.
    Unlocked,
    /// His second factor is lost, and gone.
    SecondFactorRemoved,
}

/// What becomes of a key of the office: of a desk, or of a panel in a process of its own.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum KeyChange {
    /// A new one.
    Issued,
    /// Another secret under the same name; the old one opens nothing from then on.
    Rotated,
    /// It opens nothing any more.
    Revoked,
}

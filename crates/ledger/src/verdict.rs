//! What a verification comes to. One vocabulary for a live database, a backup and a client's slice.

use std::fmt;

/// The verdict. Its number is the exit code of a verifying command; 2 is left to wrong usage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Everything holds, and somebody outside vouches for all that is signed.
    Verified = 0,
    /// Everything holds, but nothing outside vouches for all of it: whoever has the key could have written it anew.
    SignedOnly = 10,
    /// What is there holds, and something is not there: a part of a chain, a signature, a time that fits.
    Incomplete = 20,
    /// Rows changed in a way that no event tells, or not as an event tells.
    UnauditedChange = 21,
    /// Two signatures of the log's key contradict each other, or the log was cut.
    Forked = 30,
    /// Something was changed, or is no proof at all.
    Tampered = 40,
}

impl Verdict {
    /// The exit code of a verifying command.
    #[must_use]
    pub fn exit_code(self) -> u8 {
        self as u8
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Verified => "VERIFIED",
            Self::SignedOnly => "SIGNED ONLY",
            Self::Incomplete => "INCOMPLETE",
            Self::UnauditedChange => "UNAUDITED CHANGE",
            Self::Forked => "FORKED",
            Self::Tampered => "TAMPERED",
        })
    }
}

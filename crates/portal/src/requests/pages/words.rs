//! Words of requests: kinds, states, decisions, sizes.

use crate::pages::{Chip, Page};
use crate::requests::{Decision, Kind, State};
use crate::texts::Texts;

impl Kind {
    /// The word that is read.
    pub fn label(self, texts: &Texts) -> &'static str {
        match self {
            Self::File => texts.kind_file(),
            Self::Approval => texts.kind_approval(),
        }
    }
}

impl State {
    /// The word that is read.
    pub fn label(self, texts: &Texts) -> &'static str {
        match self {
            Self::Asked => texts.state_asked(),
            Self::Submitted => texts.state_submitted(),
            Self::ChangesAsked => texts.state_changes_asked(),
            Self::Approved => texts.state_approved(),
            Self::Rejected => texts.state_rejected(),
            Self::Withdrawn => texts.state_withdrawn(),
        }
    }

    /// The state with its mark.
    pub fn chip(self, texts: &Texts) -> Chip {
        Chip { key: self.word(), word: self.label(texts) }
    }
}

impl Decision {
    /// The word that is read.
    pub fn label(self, texts: &Texts) -> &'static str {
        match self {
            Self::Approved => texts.state_approved(),
            Self::ChangesAsked => texts.state_changes_asked(),
            Self::Rejected => texts.state_rejected(),
        }
    }

    /// The decision with its mark.
    pub fn chip(self, texts: &Texts) -> Chip {
        Chip { key: self.word(), word: self.label(texts) }
    }
}

impl Page {
    /// “2.4 MB”: decimal, as people's own machines say it.
    pub fn size(&self, bytes: &i64) -> String {
        let mut size = *bytes as f64;
        let mut unit = 0;
        while size >= 999.5 && unit < 4 {
            size /= 1000.0;
            unit += 1;
        }
        let unit_word = ["bytes", "kB", "MB", "GB", "TB"][unit];
        if unit == 0 || size >= 99.5 { format!("{size:.0} {unit_word}") } else { format!("{size:.1} {unit_word}") }
    }

    /// “Version 3”.
    pub fn version_number(&self, number: &i64) -> String {
        self.texts.version_number(*number)
    }

    /// The beginning and the end of a fingerprint, enough to compare by eye.
    pub fn fingerprint(&self, sha256: &str) -> String {
        match (sha256.get(..4), sha256.get(4..8), sha256.get(60..)) {
            (Some(first), Some(second), Some(last)) => format!("{first} {second} … {last}"),
            _ => sha256.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_fingerprints_are_short() {
        let page = Page::default();
        let size = |bytes: i64| page.size(&bytes);
        assert_eq!(size(0), "0 bytes");
        assert_eq!(size(999), "999 bytes");
        assert_eq!(size(2_400_123), "2.4 MB");
        assert_eq!(size(999_999), "1.0 MB");
        assert_eq!(size(2_147_483_648), "2.1 GB");
        assert_eq!(page.fingerprint(&format!("9f2c41aa{}7d03", "0".repeat(52))), "9f2c 41aa … 7d03");
        assert_eq!(page.fingerprint("é"), "é");
    }
}

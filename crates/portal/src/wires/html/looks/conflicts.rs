//! What is said when something collides with what is there.

use crate::texts::Texts;

/// The words of the actions, as sentences. A word that nobody has written a sentence for is shown as it is.
pub(in crate::wires::html) fn conflict(texts: Texts, why: &str) -> String {
    match why {
        "exists" => texts.conflict_exists().to_owned(),
        "full" => texts.conflict_full().to_owned(),
        "is_in" => texts.conflict_is_in().to_owned(),
        "no_organisation" => texts.conflict_no_organisation().to_owned(),
        other => other.replace('_', " "),
    }
}

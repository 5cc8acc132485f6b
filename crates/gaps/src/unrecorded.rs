//! Gaps in the record. The database refuses a recorded row without its event, so its guard is taken off first.

use portal::Parts;

/// Reveals leave no event; the table of who has seen what is no longer guarded.
pub(crate) fn reveals(mut parts: Parts) -> Parts {
    parts.catalogue = parts.catalogue.alter("credential.reveal", |entry| entry.recorded = false);
    parts.unlocked.push(portal::vault::REVEAL.table);
    parts
}

/// What is handed in leaves no event; neither the versions nor how far their request is are guarded.
pub(crate) fn submissions(mut parts: Parts) -> Parts {
    parts.catalogue = parts.catalogue.alter("request.submit", |entry| entry.recorded = false);
    parts.unlocked.extend([portal::requests::VERSION.table, portal::requests::REQUEST.table]);
    parts
}

//! What the policy promises, and what is not there.

use door::Way;
use portal::Parts;

/// Opens it: there is no copy of one's own data.
pub(crate) fn no_copy(parts: Parts) -> Parts {
    without_route(parts, "account.copy")
}

/// Opens it: nobody can delete his account.
pub(crate) fn no_deletion(parts: Parts) -> Parts {
    without_route(without_route(parts, "account.keep"), "account.delete")
}

/// The action is the operator's alone, by a command: no request reaches it.
fn without_route(mut parts: Parts, name: &'static str) -> Parts {
    parts.catalogue = parts.catalogue.alter(name, |entry| entry.spec.way = Way::Console(name));
    parts
}

//! Being in a project is taken for being allowed there.

use door::Relations;
use portal::Parts;
use portal::standing::STAFF;

/// Opens it: whoever of the staff is in a project removes people from it, and not its admins alone.
pub(crate) fn staff_removes_them(mut parts: Parts) -> Parts {
    parts.catalogue = parts.catalogue.alter("project.member.remove", |entry| {
        entry.spec.may = entry.spec.may.and(Relations::of(&[STAFF]));
    });
    parts
}

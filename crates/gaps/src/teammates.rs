//! Nobody checks whether a signed-in colleague may do *this* to *this* project.

use std::sync::Arc;

use door::store::{Result, Tx};
use door::{Caller, Credential, Grounds, Later, Place, Relation, Relations, Time};
use portal::Parts;
use portal::standing::STAFF;

/// Opens it: everybody on the staff removes people from any project of the organisation.
pub(crate) fn staff_removes_them(mut parts: Parts) -> Parts {
    parts.grounds = Arc::new(StaffEverywhere(parts.grounds));
    parts.catalogue = parts.catalogue.alter("project.member.remove", |entry| {
        entry.spec.may = entry.spec.may.and(Relations::of(&[STAFF]));
    });
    parts
}

/// Being on the staff counts in every project, as somebody writes it who takes being signed in for being allowed.
struct StaffEverywhere(Arc<dyn Grounds>);

impl Grounds for StaffEverywhere {
    fn caller<'a>(&'a self, tx: &'a mut Tx, credential: &'a Credential, now: Time) -> Later<'a, Result<Caller>> {
        self.0.caller(tx, credential, now)
    }

    fn standing<'a>(&'a self, tx: &'a mut Tx, caller: &'a Caller, place: &'a Place) -> Later<'a, Result<Relations>> {
        Box::pin(async move {
            let here = self.0.standing(tx, caller, place).await?;
            let around = self.0.standing(tx, caller, &Place { project: None, ..*place }).await?;
            let staff = Relations::of(&[STAFF]);
            Ok(if around.meet(staff) { here.and(staff) } else { here })
        })
    }

    fn organisations<'a>(&'a self, tx: &'a mut Tx, caller: &'a Caller) -> Later<'a, Result<Vec<door::uuid::Uuid>>> {
        self.0.organisations(tx, caller)
    }

    fn seen<'a>(&'a self, tx: &'a mut Tx, caller: &'a Caller, now: Time) -> Later<'a, Result<()>> {
        self.0.seen(tx, caller, now)
    }

    fn relations(&self) -> &'static [Relation] {
        self.0.relations()
    }
}

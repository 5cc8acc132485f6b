//! `provider.subject.remove`: a provider's word opens nothing for somebody any more.

use door::store::{self, Tx};
use door::{
    Action, Caller, Change, Ids, Permitted, Place, Record, Relation, Relations, Result, Spec, Target, Verb, Way, Write,
    values,
};

use super::forget_subject;
use crate::ids::{OrganisationId, PersonId, ProviderSubjectId};
use crate::nothing::Nothing;
use crate::standing::OWNER;

/// Forgets who somebody is at a provider.
pub struct RemoveSubject;

/// Somebody whom a provider knows: of the organisation that the caller is in, or the caller.
pub struct Subject {
    id: ProviderSubjectId,
    organisation: OrganisationId,
    person: PersonId,
    revision: i64,
}

impl Target for Subject {
    async fn load(tx: &mut Tx, caller: &Caller, ids: &Ids) -> store::Result<Option<Self>> {
        let Ok(id) = ids.get("subject") else { return Ok(None) };
        let sql = "SELECT t.id AS id, p.organisation AS organisation, t.person AS person, t.rev AS rev \
                   FROM provider_subject t JOIN provider p ON p.id = t.provider \
                   WHERE t.id = $1 AND (p.organisation = $2 OR t.person = $3)";
        let row = tx.target(sql, values![id, caller.organisation, caller.actor.person()]).await?;
        row.map(|row| {
            Ok(Self {
                id: row.get("id")?,
                organisation: row.get("organisation")?,
                person: row.get("person")?,
                revision: row.get("rev")?,
            })
        })
        .transpose()
    }

    fn place(&self) -> Place {
        // What becomes of the organisation's provider is nothing that a client's people see.
        Place { internal: true, ..Place::organisation(self.organisation.0) }
    }

    fn standing(&self, caller: &Caller, at_its_place: Relations) -> Relations {
        if caller.actor.person() == Some(self.person.0) && !caller.bound {
            at_its_place.and(Relations::of(&[Relation::SELF]))
        } else {
            at_its_place
        }
    }
}

impl Action for RemoveSubject {
    type Target = Subject;
    type Input = Nothing;
    type Output = Nothing;
    const SPEC: Spec = Spec::new(
        "provider.subject.remove",
        "Forgets who somebody is at the organisation's provider: the sign-ins that came of it end. By an owner, or by oneself.",
        Way::Http(Verb::Delete, "/provider/subjects/{subject}"),
        Relations::of(&[OWNER, Relation::SELF]),
    );
}

impl Change for RemoveSubject {
    async fn change(_: &Nothing, subject: &Permitted<Subject>, write: &mut Write<'_>) -> Result<(Nothing, Record)> {
        let ended = forget_subject(write, subject.id, subject.revision).await?;
        let record =
            Record::on("provider_subject", subject.id.0).and("person", subject.person.0).fact("sessions", ended);
        Ok((Nothing {}, record))
    }
}

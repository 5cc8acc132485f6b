//! `account.forget`: what the record still holds about people who were erased is taken out of it. It stays provable that
//! something was there, and that it is gone by right.

use door::{Action, Desk, Keep, Permitted, Relation, Relations, Result, Spec, Way, values};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::identity::Anywhere;
use crate::nothing::Nothing;

/// Forgets.
pub struct Forget;

/// What was taken out of the record.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct Forgotten {
    /// People.
    pub people: u64,
    /// Values.
    pub values: u64,
}

impl Action for Forget {
    type Target = Anywhere;
    type Input = Nothing;
    type Output = Forgotten;
    const SPEC: Spec = Spec::new(
        "account.forget",
        "Takes out of the record what it holds about people who were erased.",
        Way::Job { every_seconds: 3600 },
        Relations::of(&[Relation::JOB]),
    );
}

impl Keep for Forget {
    async fn keep(_: &Nothing, _: &Permitted<Anywhere>, desk: &Desk) -> Result<Forgotten> {
        let mut forgotten = Forgotten::default();
        let erased = "SELECT d.person AS person FROM account_deletion d WHERE d.erased_at IS NOT NULL \
                      AND NOT EXISTS (SELECT 1 FROM account_forgotten f WHERE f.person = d.person)";
        let mut people: Vec<Uuid> = Vec::new();
        for row in desk.read().await?.all(erased, vec![]).await? {
            people.push(row.get("person")?);
        }
        for person in people {
            forgotten.values += desk.erase(person).await?.values;
            forgotten.people += 1;
            let done = "INSERT INTO account_forgotten (person, at) VALUES ($1, $2) ON CONFLICT (person) DO NOTHING";
            desk.keep(done, values![person, desk.now()]).await?;
        }
        Ok(forgotten)
    }
}

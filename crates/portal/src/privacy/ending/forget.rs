//! `organisation.forget`: what the record of a client or an organisation that has ended still holds about people is taken out of
//! it. What happened stays, and that it is provable.

use door::{Action, Desk, Keep, Permitted, Relation, Relations, Result, Spec, Way, values};
use ledger::Chain;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::Whole;
use crate::identity::Anywhere;
use crate::nothing::Nothing;

/// Forgets.
pub struct Forget;

/// What was taken out of the record.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct EndingsForgotten {
    /// Clients and organisations.
    pub ended: u64,
    /// Values.
    pub values: u64,
}

impl Action for Forget {
    type Target = Anywhere;
    type Input = Nothing;
    type Output = EndingsForgotten;
    const SPEC: Spec = Spec::new(
        "organisation.forget",
        "Takes out of the records of clients and organisations that have ended what they hold about people.",
        Way::Job { every_seconds: 3600 },
        Relations::of(&[Relation::JOB]),
    );
}

impl Keep for Forget {
    async fn keep(_: &Nothing, _: &Permitted<Anywhere>, desk: &Desk) -> Result<EndingsForgotten> {
        let mut forgotten = EndingsForgotten::default();
        let ended = "SELECT e.id AS id, e.organisation AS organisation, e.client AS client FROM ending e \
                     WHERE e.erased_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM ending_forgotten f WHERE f.ending = e.id)";
        let rows = desk.read().await?.all(ended, vec![]).await?;
        for row in &rows {
            for chain in chains(desk, Whole::read(row)?).await? {
                forgotten.values += desk.erase_chain(&chain).await?.values;
            }
            forgotten.ended += 1;
            let done = "INSERT INTO ending_forgotten (ending, at) VALUES ($1, $2) ON CONFLICT (ending) DO NOTHING";
            desk.keep(done, values![row.get::<Uuid>("id")?, desk.now()]).await?;
        }
        Ok(forgotten)
    }
}

/// The records of what has ended: an organisation's own first, since whoever comes back with a backup is looked for in that order.
async fn chains(desk: &Desk, whole: Whole) -> Result<Vec<Chain>> {
    let Whole::Organisation(organisation) = whole else { return Ok(vec![Chain::Client(whole.id())]) };
    let mut chains = vec![Chain::Organisation(organisation.0)];
    let clients = "SELECT id FROM client WHERE organisation = $1 ORDER BY id";
    for row in &desk.read().await?.all(clients, values![organisation]).await? {
        chains.push(Chain::Client(row.get("id")?));
    }
    Ok(chains)
}

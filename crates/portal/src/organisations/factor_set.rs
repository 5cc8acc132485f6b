//! `organisation.factor.set`: an organisation asks its people, and its clients' people, for a second factor.

use door::{Action, Change, Permitted, Record, Relations, Result, Spec, Time, Verb, Way, Write, values};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{ORGANISATION, Room};
use crate::fields::FactorDays;
use crate::standing::OWNER;

/// Asks for a second factor, or does so no more.
pub struct SetFactor;

/// From when.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FactorWanted {
    /// Days that people have to set one up, 0 to 90. Without a number nothing is asked for any more.
    #[schema(value_type = Option<i32>, minimum = 0, maximum = 90, example = 14)]
    pub days: Option<FactorDays>,
}

/// What is asked for now.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct FactorDemanded {
    /// From when on the rooms are closed to whoever has none.
    pub from: Option<Time>,
}

impl Action for SetFactor {
    type Target = Room;
    type Input = FactorWanted;
    type Output = FactorDemanded;
    const SPEC: Spec = Spec::new(
        "organisation.factor.set",
        "Asks everybody in the organisation's rooms for a second factor, from so many days on, or does so no more. Who asks has one.",
        Way::Http(Verb::Put, "/organisation/second-factor"),
        Relations::of(&[OWNER]),
    )
    // Whoever closes the rooms to people without one must not stand outside.
    .by_factor()
    .fresh();
}

impl Change for SetFactor {
    async fn change(
        input: &FactorWanted,
        room: &Permitted<Room>,
        write: &mut Write<'_>,
    ) -> Result<(FactorDemanded, Record)> {
        let from = input.days.map(|days| write.now().plus_seconds(days.seconds()));
        let row =
            write.one("SELECT rev, factor_from FROM organisation WHERE id = $1", values![room.organisation]).await?;
        let before: Option<Time> = row.get("factor_from")?;
        let sql = "UPDATE organisation SET rev = $2, factor_from = $3 WHERE id = $1 AND rev = $2 - 1 RETURNING *";
        write.update(ORGANISATION, room.organisation.0, row.get("rev")?, sql, values![from]).await?;
        let mut record = Record::on("organisation", room.organisation.0);
        for (name, at) in [("before", before), ("from", from)] {
            if let Some(at) = at {
                record = record.fact(name, at.0);
            }
        }
        Ok((FactorDemanded { from }, record))
    }
}

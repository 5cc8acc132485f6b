//! `maintenance.begin` and `maintenance.end`: for a while everybody can look, and nobody can write.
//!
//! It is one moment in the database, read with whoever is at the door, so it holds on every instance with the next
//! request. Sign-in, the schedule and the operator's command line go on: the operator works, and people read.

use door::{Action, Change, Permitted, Record, Refusal, Relation, Relations, Result, Spec, Time, Way, Write, values};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::identity::Anywhere;
use crate::nothing::Nothing;

/// Maintenance that is expected to take longer than this is no maintenance, in minutes.
const MINUTES_MAX: u32 = 7 * 24 * 60;

/// Begins maintenance, or says how much longer it takes.
pub struct BeginMaintenance;

/// How long it is expected to take.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// In minutes from now, a week at the most. People are told; nothing ends by itself.
    pub minutes: u32,
}

/// Maintenance has begun.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct MaintenanceBegun {
    /// When it is expected to be over.
    pub until: Time,
}

impl Action for BeginMaintenance {
    type Target = Anywhere;
    type Input = Expected;
    type Output = MaintenanceBegun;
    const SPEC: Spec = Spec::new(
        "maintenance.begin",
        "Begins maintenance: everybody can look, and nobody can write until it is ended.",
        Way::Console("maintenance.begin"),
        Relations::of(&[Relation::CONSOLE]),
    );
}

impl Change for BeginMaintenance {
    async fn change(
        expected: &Expected,
        _: &Permitted<Anywhere>,
        write: &mut Write<'_>,
    ) -> Result<(MaintenanceBegun, Record)> {
        if !(1..=MINUTES_MAX).contains(&expected.minutes) {
            return Err(Refusal::field("minutes", format!("must be from 1 to {MINUTES_MAX}")));
        }
        let until = write.now().plus_seconds(60 * i64::from(expected.minutes));
        write.keep("UPDATE installation SET maintenance_until = $1", values![until]).await?;
        Ok((MaintenanceBegun { until }, Record::of_nothing()))
    }
}

/// Ends maintenance.
pub struct EndMaintenance;

/// Maintenance has ended.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct MaintenanceEnded {
    /// When it was expected to be over.
    pub until: Time,
}

impl Action for EndMaintenance {
    type Target = Anywhere;
    type Input = Nothing;
    type Output = MaintenanceEnded;
    const SPEC: Spec = Spec::new(
        "maintenance.end",
        "Ends maintenance: people can write again.",
        Way::Console("maintenance.end"),
        Relations::of(&[Relation::CONSOLE]),
    );
}

impl Change for EndMaintenance {
    async fn change(_: &Nothing, _: &Permitted<Anywhere>, write: &mut Write<'_>) -> Result<(MaintenanceEnded, Record)> {
        let row = write.one("SELECT maintenance_until FROM installation", vec![]).await?;
        let Some(until) = row.get("maintenance_until")? else { return Err(Refusal::Conflict("no_maintenance")) };
        write.keep("UPDATE installation SET maintenance_until = NULL", vec![]).await?;
        Ok((MaintenanceEnded { until }, Record::of_nothing()))
    }
}

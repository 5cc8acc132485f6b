//! `organisation.access.set`: from where people may come into the organisation's rooms, and for how long a sign-in is good
//! there.

use door::{Action, Change, Permitted, Record, Refusal, Relations, Result, Spec, Verb, Way, Write, values};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Access, Networks, SessionHours, UnusedMinutes};
use crate::organisations::{ORGANISATION, Room};
use crate::standing::OWNER;

/// Says who may come in.
pub struct SetAccess;

/// From where, and for how long. What is left out is not asked.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccessWanted {
    /// The networks that people, tokens and the directory may come from. Without one they may come from anywhere.
    #[serde(default)]
    #[schema(example = json!(["192.0.2.0/24", "2001:db8::/32"]))]
    pub networks: Networks,
    /// After how many minutes without a request a sign-in is over here: 15 to 10080, which are the portal's own seven days.
    #[schema(value_type = Option<i32>, minimum = 15, maximum = 10080, example = 480)]
    pub unused_minutes: Option<UnusedMinutes>,
    /// After how many hours a sign-in is over here, however much it is used: 1 to 720, which are the portal's own 30 days.
    #[schema(value_type = Option<i32>, minimum = 1, maximum = 720, example = 24)]
    pub session_hours: Option<SessionHours>,
}

/// What is asked now.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AccessSet {
    /// The networks; none where people may come from anywhere.
    pub networks: Networks,
    /// After how many minutes without a request a sign-in is over here.
    pub unused_minutes: Option<i64>,
    /// After how many hours a sign-in is over here.
    pub session_hours: Option<i64>,
}

impl AccessSet {
    /// What an organisation asks, in the units in which it was said.
    #[must_use]
    pub fn of(access: &Access) -> Self {
        Self {
            networks: access.networks(),
            unused_minutes: access.unused_seconds.map(|seconds| seconds / 60),
            session_hours: access.session_seconds.map(|seconds| seconds / 3600),
        }
    }
}

impl Action for SetAccess {
    type Target = Room;
    type Input = AccessWanted;
    type Output = AccessSet;
    const SPEC: Spec = Spec::new(
        "organisation.access.set",
        "Says from which networks people and programs may come into the organisation's rooms, and for how long a sign-in is good \
         there. Who says it is inside.",
        Way::Http(Verb::Put, "/organisation/access"),
        Relations::of(&[OWNER]),
    )
    .fresh();
}

impl Change for SetAccess {
    async fn change(
        input: &AccessWanted,
        room: &Permitted<Room>,
        write: &mut Write<'_>,
    ) -> Result<(AccessSet, Record)> {
        let address = write.caller().address;
        // Whoever closes the rooms to other networks must not stand outside.
        if !input.networks.is_empty() && !input.networks.hold(address) {
            let why = address.map_or_else(
                || "would shut you out: the portal does not know where you come from".to_owned(),
                |address| format!("would shut you out: you come from {}", address.to_canonical()),
            );
            return Err(Refusal::field("networks", why));
        }
        let networks = (!input.networks.is_empty()).then(|| input.networks.to_string());
        let unused = input.unused_minutes.map(|minutes| minutes.number() * 60);
        let session = input.session_hours.map(|hours| hours.number() * 3600);
        let row = write.one("SELECT rev FROM organisation WHERE id = $1", values![room.organisation]).await?;
        let sql = "UPDATE organisation SET rev = $2, networks = $3, unused_seconds_max = $4, session_seconds_max = $5 \
                   WHERE id = $1 AND rev = $2 - 1 RETURNING *";
        write
            .update(ORGANISATION, room.organisation.0, row.get("rev")?, sql, values![networks, unused, session])
            .await?;
        let set = AccessSet {
            networks: input.networks.clone(),
            unused_minutes: unused.map(|seconds| seconds / 60),
            session_hours: session.map(|seconds| seconds / 3600),
        };
        let mut record = Record::on("organisation", room.organisation.0)
            .fact("networks", i64::try_from(set.networks.count()).unwrap_or(i64::MAX));
        for (name, number) in [("unused_minutes", set.unused_minutes), ("session_hours", set.session_hours)] {
            if let Some(number) = number {
                record = record.fact(name, number);
            }
        }
        Ok((set, record))
    }
}

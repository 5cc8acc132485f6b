//! `organisation.settings.show`: what the organisation has set for itself.

use door::{Action, Look, Permitted, Read, Relations, Result, Spec, Verb, Way, values};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Room;
use super::access::{Access, AccessSet};
use crate::nothing::Nothing;
use crate::standing::{ADMIN, OWNER};

/// Shows the organisation's settings.
pub struct ShowSettings;

/// What the organisation has set for itself.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct SettingsShown {
    /// From where people may come in, and for how long.
    pub access: AccessSet,
    /// Where the caller comes from, as the portal sees it.
    pub your_address: Option<String>,
}

impl Action for ShowSettings {
    type Target = Room;
    type Input = Nothing;
    type Output = SettingsShown;
    const SPEC: Spec = Spec::new(
        "organisation.settings.show",
        "Shows what the organisation has set for itself: from where people may come in, and for how long.",
        Way::Http(Verb::Get, "/organisation/settings"),
        Relations::of(&[OWNER, ADMIN]),
    );
}

impl Look for ShowSettings {
    async fn look(_: &Nothing, room: &Permitted<Room>, read: &mut Read<'_>) -> Result<SettingsShown> {
        let own = "SELECT networks, unused_seconds_max, session_seconds_max FROM organisation WHERE id = $1";
        let access = Access::read(&read.one(own, values![room.organisation]).await?)?;
        let address = read.caller().address.map(|address| address.to_canonical().to_string());
        Ok(SettingsShown { access: AccessSet::of(&access), your_address: address })
    }
}

//! `settings.show`: what the organisation has set for itself.

use door::{Action, Look, Permitted, Read, Relations, Result, Spec, Verb, Way, values};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Room;
use super::access::{Access, AccessSet};
use super::look;
use super::mail_domains::{self, MailDomains, PersonUnderNone, under_none};
use crate::nothing::Nothing;
use crate::standing::{ADMIN, OWNER};

/// Shows the organisation's settings.
pub struct ShowSettings;

/// What the organisation has set for itself.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct SettingsShown {
    /// From where people may come in, and for how long.
    pub access: AccessSet,
    /// Under which mail domains the organisation's own people come in; none where every address will do.
    pub mail_domains: MailDomains,
    /// Those of its own people whose address is under none of them: they came in before. At most a hundred.
    pub under_no_domain: Vec<PersonUnderNone>,
    /// What the organisation is called.
    pub name: String,
    /// What it looks like.
    pub look: look::Look,
    /// Where the caller comes from, as the portal sees it.
    pub your_address: Option<String>,
}

impl Action for ShowSettings {
    type Target = Room;
    type Input = Nothing;
    type Output = SettingsShown;
    const SPEC: Spec = Spec::new(
        "settings.show",
        "Shows what the organisation has set for itself: from where people may come in, for how long, by which mail \
         addresses, and what it looks like.",
        Way::Http(Verb::Get, "/organisation/settings"),
        Relations::of(&[OWNER, ADMIN]),
    );
}

impl Look for ShowSettings {
    async fn look(_: &Nothing, room: &Permitted<Room>, read: &mut Read<'_>) -> Result<SettingsShown> {
        let own = "SELECT networks, unused_seconds_max, session_seconds_max, mail_domains, name, accent, sender, reply_to, \
                   (SELECT l.sha256 FROM organisation_logo l WHERE l.organisation = organisation.id) AS logo \
                   FROM organisation WHERE id = $1";
        let row = read.one(own, values![room.organisation]).await?;
        let (access, domains) = (Access::read(&row)?, mail_domains::read(&row)?);
        let ours = "SELECT p.id AS person, p.name AS name, p.mail AS mail FROM membership m JOIN person p ON p.id = m.person \
                    WHERE m.organisation = $1 AND m.client IS NULL AND m.state <> 'left' AND p.service_since IS NULL \
                    ORDER BY p.name, p.id LIMIT 10000";
        let people = if domains.is_empty() { Vec::new() } else { read.all(ours, values![room.organisation]).await? };
        let under_no_domain = under_none(&domains, &people)?;
        let address = read.caller().address.map(|address| address.to_canonical().to_string());
        Ok(SettingsShown {
            access: AccessSet::of(&access),
            mail_domains: domains,
            under_no_domain,
            name: row.get("name")?,
            look: look::Look::read(&row)?,
            your_address: address,
        })
    }
}

//! `organisation.mail.set`: by which mail addresses the organisation's own people come in.

use door::{Action, Change, Permitted, Record, Relations, Result, Spec, Verb, Way, Write, values};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::MailDomains;
use crate::organisations::{ORGANISATION, Room};
use crate::standing::OWNER;

/// Says which mail domains are allowed.
pub struct SetMailDomains;

/// Which.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MailDomainsWanted {
    /// The domains: `example.com` itself, and what is below it where it is written `*.example.com`. Without one every address
    /// will do.
    #[serde(default)]
    #[schema(example = json!(["example.com", "*.example.com"]))]
    pub domains: MailDomains,
}

/// What is allowed now.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MailDomainsSet {
    /// The domains; none where every address will do.
    pub domains: MailDomains,
}

impl Action for SetMailDomains {
    type Target = Room;
    type Input = MailDomainsWanted;
    type Output = MailDomainsSet;
    const SPEC: Spec = Spec::new(
        "organisation.mail.set",
        "Says under which mail domains the organisation's own people come in: by invitation, through its provider, and by its \
         directory. Who is there stays.",
        Way::Http(Verb::Put, "/organisation/mail-domains"),
        Relations::of(&[OWNER]),
    )
    .fresh();
}

impl Change for SetMailDomains {
    async fn change(
        input: &MailDomainsWanted,
        room: &Permitted<Room>,
        write: &mut Write<'_>,
    ) -> Result<(MailDomainsSet, Record)> {
        let row = write.one("SELECT rev FROM organisation WHERE id = $1", values![room.organisation]).await?;
        let sql = "UPDATE organisation SET rev = $2, mail_domains = $3 WHERE id = $1 AND rev = $2 - 1 RETURNING *";
        write.update(ORGANISATION, room.organisation.0, row.get("rev")?, sql, values![input.domains.written()]).await?;
        let record = Record::on("organisation", room.organisation.0).fact("domains", input.domains.counted());
        Ok((MailDomainsSet { domains: input.domains.clone() }, record))
    }
}

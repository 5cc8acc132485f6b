//! `client.mail.show`: by which mail addresses a client's people come in, and who came in before by another.

use door::{Action, Look, Permitted, Read, Relations, Result, Spec, Verb, Way, values};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{CLIENT_KEEPERS, MailDomains, PersonUnderNone, read, under_none};
use crate::ids::ClientId;
use crate::nothing::Nothing;
use crate::organisations::Client;

/// Shows which mail domains are allowed.
pub struct ShowClientMailDomains;

/// What a client says of its people's mail addresses.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ClientMailDomains {
    /// The client.
    pub id: ClientId,
    /// What it is called.
    pub name: String,
    /// Under which mail domains its people are invited; none where every address will do.
    pub domains: MailDomains,
    /// Those of its people whose address is under none of them: they came in before. At most a hundred.
    pub under_no_domain: Vec<PersonUnderNone>,
    /// Whether it is archived: then nothing of it changes.
    pub archived: bool,
}

impl Action for ShowClientMailDomains {
    type Target = Client;
    type Input = Nothing;
    type Output = ClientMailDomains;
    const SPEC: Spec = Spec::new(
        "client.mail.show",
        "Shows under which mail domains a client's people are invited, and who is there by another address.",
        Way::Http(Verb::Get, "/clients/{client}/mail-domains"),
        Relations::of(CLIENT_KEEPERS),
    );
}

impl Look for ShowClientMailDomains {
    async fn look(_: &Nothing, client: &Permitted<Client>, seen: &mut Read<'_>) -> Result<ClientMailDomains> {
        let row = seen.one("SELECT mail_domains FROM client WHERE id = $1", values![client.id]).await?;
        let domains = read(&row)?;
        let theirs = "SELECT p.id AS person, p.name AS name, p.mail AS mail FROM membership m JOIN person p ON p.id = m.person \
                      WHERE m.client = $1 AND m.state <> 'left' AND p.service_since IS NULL ORDER BY p.name, p.id LIMIT 10000";
        let people = if domains.is_empty() { Vec::new() } else { seen.all(theirs, values![client.id]).await? };
        Ok(ClientMailDomains {
            id: client.id,
            name: client.name.clone(),
            under_no_domain: under_none(&domains, &people)?,
            domains,
            archived: client.archived,
        })
    }
}

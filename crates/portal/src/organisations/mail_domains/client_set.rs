//! `client.mail.set`: by which mail addresses a client's people come in.

use door::{Action, Change, Permitted, Record, Relations, Result, Spec, Verb, Way, Write, values};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{CLIENT_KEEPERS, MailDomains, MailDomainsSet};
use crate::organisations::{CLIENT, Client};

/// Says which mail domains are allowed.
pub struct SetClientMailDomains;

/// Which.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClientMailDomainsWanted {
    /// The domains: `example.com` itself, and what is below it where it is written `*.example.com`. Where the list is empty every
    /// address will do.
    #[schema(example = json!(["example.com", "*.example.com"]))]
    pub domains: MailDomains,
}

impl Action for SetClientMailDomains {
    type Target = Client;
    type Input = ClientMailDomainsWanted;
    type Output = MailDomainsSet;
    const SPEC: Spec = Spec::new(
        "client.mail.set",
        "Says under which mail domains a client's people are invited. Who is there stays.",
        Way::Http(Verb::Put, "/clients/{client}/mail-domains"),
        Relations::of(CLIENT_KEEPERS),
    )
    .not_when(&[Client::ARCHIVED])
    .fresh();
}

impl Change for SetClientMailDomains {
    async fn change(
        input: &ClientMailDomainsWanted,
        client: &Permitted<Client>,
        write: &mut Write<'_>,
    ) -> Result<(MailDomainsSet, Record)> {
        let sql = "UPDATE client SET rev = $2, mail_domains = $3 WHERE id = $1 AND rev = $2 - 1 RETURNING *";
        write.update(CLIENT, client.id.0, client.revision, sql, values![input.domains.written()]).await?;
        let record = Record::on("client", client.id.0).fact("domains", input.domains.counted());
        Ok((MailDomainsSet { domains: input.domains.clone() }, record))
    }
}

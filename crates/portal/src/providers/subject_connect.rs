//! `provider.subject.connect`: somebody says that the account that is signed in and the one at the provider are one.

use door::{
    Action, Change, Limit, Per, Permitted, Place, Record, Refusal, Relation, Relations, Result, Spec, Verb, Way, Write,
    values,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::flow::Said;
use super::subject_show::SecretShown;
use super::{Flow, SUBJECT};
use crate::directory::group::standing::Given;
use crate::domains;
use crate::fields::Mail;
use crate::identity::Own;
use crate::ids::{MembershipId, OrganisationId, PersonId, ProviderSubjectId};
use crate::mail::{News, tell};
use crate::organisations::mail_domains;
use crate::organisations::membership::let_in;

/// Connects both.
pub struct ConnectSubject;

/// They are one from now on.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct SubjectConnected {
    /// The connection.
    pub id: ProviderSubjectId,
    /// The organisation.
    pub organisation: OrganisationId,
    /// The membership there.
    pub membership: MembershipId,
}

impl Action for ConnectSubject {
    type Target = Own;
    type Input = SecretShown;
    type Output = SubjectConnected;
    const SPEC: Spec = Spec::new(
        "provider.subject.connect",
        "Says that the account that is signed in and the one at an organisation's provider are one: from now on the provider's \
         word opens that organisation for it.",
        Way::Http(Verb::Post, "/account/providers"),
        // With the account's own sign-in: another provider's word does not speak for an account.
        Relations::of(&[Relation::SELF]),
    )
    .limits(&[
        Limit { times: 3_000, seconds: 60, per: Per::Address },
        Limit { times: 60, seconds: 3600, per: Per::CallerShared },
    ])
    .fresh();
}

impl Change for ConnectSubject {
    async fn change(
        input: &SecretShown,
        own: &Permitted<Own>,
        write: &mut Write<'_>,
    ) -> Result<(SubjectConnected, Record)> {
        // A token is no sign-in.
        write.caller().session.ok_or(Refusal::Conflict("no_session"))?;
        let flow = Flow::shown(&input.secret);
        let said = flow.take_said(write).await?;
        let organisation = said.provider.organisation;
        let membership = belong(write, &said, own.0).await?;
        let known = "SELECT id FROM provider_subject WHERE provider = $1 AND (person = $2 OR subject = $3)";
        if write.maybe(known, values![said.provider.id, own.0, said.subject.as_str()]).await?.is_some() {
            return Err(Refusal::Conflict("subject_exists"));
        }
        let (id, now) = (ProviderSubjectId(write.id()), write.now());
        let insert = "INSERT INTO provider_subject (id, rev, salt, provider, person, subject, connected_at) \
                      VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING *";
        let columns = values![said.provider.id, own.0, said.subject.as_str(), now];
        write.insert(SUBJECT, id.0, insert, columns).await?;
        flow.end(write).await?;
        let name: String =
            write.one("SELECT name FROM organisation WHERE id = $1", values![organisation]).await?.get("name")?;
        tell(write, own.0, News::Connected { organisation: &name }).await?;
        let record = Record::on("provider_subject", id.0)
            .and("person", own.0.0)
            .and("membership", membership.0)
            .and("provider", said.provider.id.0)
            .at(Place::organisation(organisation.0));
        Ok((SubjectConnected { id, organisation, membership }, record))
    }
}

/// The membership that the provider's word opens. Who has none gets one, if the organisation lets newcomers in; who is
/// suspended stays so.
async fn belong(write: &mut Write<'_>, said: &Said, person: PersonId) -> Result<MembershipId> {
    let organisation = said.provider.organisation;
    let here = "SELECT t.id AS id, t.state AS state FROM membership t WHERE t.organisation = $1 AND t.person = $2";
    let state = match write.hold(here, values![organisation, person]).await? {
        Some(row) if row.get::<String>("state")? == "active" => return Ok(row.get("id")?),
        Some(row) => Some(row.get::<String>("state")?),
        None => None,
    };
    match said.provider.newcomers {
        Some(role) if state.as_deref().is_none_or(|state| state == "left") => {
            // Whoever the provider lets in anew it names by an address of a domain that is the organisation's own.
            let named = said.mail.clone().and_then(|mail| Mail::try_from(mail).ok());
            let own = match &named {
                Some(named) => domains::has(write, organisation, named).await?,
                None => false,
            };
            if !own {
                return Err(Refusal::Conflict("not_invited"));
            }
            let mail = write.one("SELECT mail FROM person WHERE id = $1", values![person]).await?;
            let domains = mail_domains::of(write, organisation).await?;
            mail_domains::refuse_others(&domains, &mail.get::<String>("mail")?)?;
            let_in(write, organisation, person, role, None, Given::default()).await
        }
        _ => Err(Refusal::Conflict("not_invited")),
    }
}

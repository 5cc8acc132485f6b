//! `invitation.accept`: whoever was invited comes: with a new account, or signed in with the one that the address has.

use door::store::Row;
use door::{
    Action, Caller, Limit, Per, Permitted, Read, Receive, Record, Refusal, Relation, Relations, Result, Spec, Verb,
    Way, Write, values,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{INVITATION, may_give, place};
use crate::directory::{joined, waiting};
use crate::fields::{Mail, Name, NewPassword};
use crate::identity::{Anywhere, insert_person};
use crate::ids::{ClientId, InvitationId, MembershipId, OrganisationId, PersonId};
use crate::organisations::Role;
use crate::organisations::mail_domains::{self, MailDomains};
use crate::organisations::membership::let_in;
use crate::secret;
use crate::world::World;

/// What is said of a password that is not the account's.
const NOT_YOURS: &str = "is not the one of your account; ask for a link to set a new one";

/// Accepts an invitation.
pub struct Accept;

/// The link; and who it is, for whoever cannot sign in first.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Acceptance {
    /// The secret of the link.
    pub token: String,
    /// Your name, for a new account.
    pub name: Option<Name>,
    /// Your password: for a new account, or the one of an account that belongs nowhere at the moment.
    pub password: Option<NewPassword>,
}

/// Somebody came.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct InvitationAccepted {
    /// The person.
    pub person: PersonId,
    /// The mail address to sign in with.
    pub mail: String,
    /// The organisation.
    pub organisation: OrganisationId,
    /// The membership.
    pub membership: MembershipId,
}

/// What was looked at before the transaction.
pub struct Ready {
    token: String,
    comes: Comes,
}

/// How somebody comes.
enum Comes {
    /// Signed in with the account that is invited.
    SignedIn,
    /// With an account that belongs nowhere, so that nobody can sign in with it: its password matched this hash.
    Back(String),
    /// With a new account: the name, and the hash of the password.
    New(Name, String),
}

impl Action for Accept {
    type Target = Anywhere;
    type Input = Acceptance;
    type Output = InvitationAccepted;
    const SPEC: Spec = Spec::new(
        "invitation.accept",
        "Accepts an invitation by its link: with name and password for a new account, or signed in with the account that the \
         invited mail address has.",
        Way::Http(Verb::Post, "/invitations/accept"),
        Relations::of(&[Relation::ANYONE]),
    )
    .limits(&[
        Limit { times: 30, seconds: 60, per: Per::Address },
        // Against guessing the password of an account that belongs nowhere, by who has the link.
        Limit { times: 100, seconds: 3600, per: Per::FieldOfStrangers("token") },
    ]);
}

const GOOD: &str = "SELECT t.id AS id, t.rev AS rev, t.organisation AS organisation, t.client AS client, t.mail AS mail, \
                    t.role AS role, (SELECT o.name FROM organisation o WHERE o.id = t.organisation) AS name, \
                    CASE WHEN t.client IS NULL THEN (SELECT o.mail_domains FROM organisation o WHERE o.id = t.organisation) \
                    ELSE (SELECT c.mail_domains FROM client c WHERE c.id = t.client) END AS mail_domains, \
                    (SELECT m.role FROM membership m WHERE m.organisation = t.organisation AND m.person = t.invited_by \
                     AND m.state = 'active') AS giver, \
                    (SELECT m.client FROM membership m WHERE m.organisation = t.organisation AND m.person = t.invited_by \
                     AND m.state = 'active') AS giver_client, \
                    EXISTS (SELECT 1 FROM directory d JOIN membership m ON m.organisation = d.organisation \
                            AND m.person = d.service WHERE d.organisation = t.organisation AND d.service = t.invited_by \
                            AND m.state = 'active') AS by_directory, \
                    (SELECT a.id FROM person a WHERE a.mail = t.mail) AS account, \
                    (SELECT a.password_hash FROM person a WHERE a.mail = t.mail) AS password_hash, \
                    EXISTS (SELECT 1 FROM membership m JOIN person a ON a.id = m.person WHERE a.mail = t.mail \
                            AND m.state = 'active') AS active FROM invitation t WHERE t.secret_hash = $1 AND t.expires_at > $2";

/// An invitation that is good, as one query finds it.
struct Good {
    id: InvitationId,
    revision: i64,
    organisation: OrganisationId,
    organisation_name: String,
    domains: MailDomains,
    client: Option<ClientId>,
    mail: Mail,
    role: Role,
    account: Option<Account>,
}

/// The account that the invited address has.
struct Account {
    person: PersonId,
    password_hash: String,
    /// Whether it belongs anywhere: only then somebody can be signed in with it.
    active: bool,
}

impl Good {
    /// Of a row; nothing where whoever invited could not any more.
    fn of(row: &Row) -> Result<Option<Self>> {
        let (giver, at): (Option<Role>, Option<ClientId>) = (row.get("giver")?, row.get("giver_client")?);
        let (role, client): (Role, Option<ClientId>) = (row.get("role")?, row.get("client")?);
        // What a directory may give was decided by whoever set it up.
        let by_directory = row.get("by_directory")? && matches!(role, Role::Admin | Role::Staff);
        if !by_directory && !giver.is_some_and(|giver| may_give(giver, at, role, client)) {
            return Ok(None);
        }
        let account = match row.get("account")? {
            Some(person) => {
                Some(Account { person, password_hash: row.get("password_hash")?, active: row.get("active")? })
            }
            None => None,
        };
        Ok(Some(Self {
            account,
            id: row.get("id")?,
            revision: row.get("rev")?,
            organisation: row.get("organisation")?,
            organisation_name: row.get("name")?,
            domains: mail_domains::read(row)?,
            client,
            mail: Mail::try_from(row.get::<String>("mail")?).map_err(|_| Refusal::Broken)?,
            role,
        }))
    }

    /// Refuses whoever the link is not for: a token of an interface, somebody else who is signed in, and who could sign in
    /// and has not; and everybody, where the organisation or the client has named its mail domains since and this is under none of them.
    fn refuse_others(&self, caller: &Caller) -> Result<()> {
        mail_domains::refuse_others(&self.domains, self.mail.as_str())?;
        match (caller.actor.person(), &self.account) {
            (Some(_), _) if caller.session.is_none() => Err(Refusal::Conflict("no_session")),
            // What one organisation's provider says brings nobody into another.
            (Some(_), _) if caller.bound => Err(Refusal::Conflict("own_sign_in")),
            (Some(person), Some(account)) if account.person == PersonId(person) => Ok(()),
            (Some(_), _) => Err(Refusal::Conflict("invitation_for_another")),
            (None, Some(account)) if account.active => Err(Refusal::Conflict("sign_in_first")),
            (None, _) => Ok(()),
        }
    }
}

impl Receive for Accept {
    type Ready = Ready;

    async fn ready(input: Acceptance, _: &Permitted<Anywhere>, read: &mut Read<'_>) -> Result<Ready> {
        let now = read.now();
        let row = read.maybe(GOOD, values![secret::hash(&input.token), now]).await?;
        let good = row.as_ref().map(Good::of).transpose()?.flatten().ok_or(Refusal::NoMatch)?;
        good.refuse_others(read.caller())?;
        let token = input.token;
        if read.caller().session.is_some() {
            return Ok(Ready { token, comes: Comes::SignedIn });
        }
        let Some(password) = input.password else {
            return Err(Refusal::field("password", "is asked for: nobody is signed in"));
        };
        read.leave();
        let world = read.world::<World>()?;
        if let Some(account) = good.account {
            let matches = world.hasher.verify(password.0, Some(account.password_hash.clone())).await?;
            let comes = Comes::Back(account.password_hash);
            return if matches { Ok(Ready { token, comes }) } else { Err(Refusal::field("password", NOT_YOURS)) };
        }
        let Some(name) = input.name else {
            return Err(Refusal::field("name", "is asked for: there is no account yet"));
        };
        let known = [name.as_str(), good.mail.as_str(), good.organisation_name.as_str()];
        let hash = world.hash_chosen("password", password, &known).await?;
        Ok(Ready { token, comes: Comes::New(name, hash) })
    }

    async fn receive(
        ready: &Ready,
        _: &Permitted<Anywhere>,
        write: &mut Write<'_>,
    ) -> Result<(InvitationAccepted, Record)> {
        // Held: of two who use it at once, the second finds nothing.
        let now = write.now();
        let row = write.hold(GOOD, values![secret::hash(&ready.token), now]).await?;
        let good = row.as_ref().map(Good::of).transpose()?.flatten().ok_or(Refusal::NoMatch)?;
        good.refuse_others(write.caller())?;
        let person = match (&good.account, &ready.comes) {
            (Some(account), Comes::SignedIn) => account.person,
            (Some(account), Comes::Back(matched)) if account.password_hash == *matched => account.person,
            (None, Comes::New(name, hash)) => insert_person(write, &good.mail, name, hash).await?,
            // The account came, went or changed in between.
            _ => return Err(Refusal::NoMatch),
        };
        let given = waiting(write, good.organisation, good.mail.as_str()).await?;
        let membership = let_in(write, good.organisation, person, good.role, good.client, given).await?;
        write.delete(INVITATION, good.id.0, good.revision, "DELETE FROM invitation WHERE id = $1 AND rev = $2")?;
        if good.client.is_none() {
            joined(write, good.organisation, good.mail.as_str(), membership).await?;
        }
        let record = Record::on("invitation", good.id.0)
            .and("person", person.0)
            .and("membership", membership.0)
            .fact("role", good.role)
            .at(place(good.organisation, good.client))
            .by(person.0);
        let accepted = InvitationAccepted {
            person,
            mail: good.mail.as_str().to_owned(),
            organisation: good.organisation,
            membership,
        };
        Ok((accepted, record))
    }
}

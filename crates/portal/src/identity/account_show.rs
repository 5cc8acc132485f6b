//! `account.show`: who am I here.

use door::store::Row;
use door::{Action, Look, Permitted, Read, Result, Spec, Time, Verb, Way, values};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Own;
use super::factor::is_half;
use super::passkey::PasskeyShown;
use crate::ids::{ClientId, OrganisationId, PersonId, ProviderSubjectId, SessionId, TokenId};
use crate::nothing::Nothing;
use crate::organisations::Role;
use crate::organisations::access::{Access, Closure};
use crate::organisations::look;
use crate::standing::{IDLE_SECONDS, ONESELF};

/// Shows one's own account.
pub struct Show;

/// One's own account.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Account {
    /// The person.
    pub id: PersonId,
    /// The mail address.
    pub mail: String,
    /// The name.
    pub name: String,
    /// The organisation that the caller is in at the moment.
    pub organisation: Option<OrganisationId>,
    /// Why the rooms that the caller was in are closed to it, where they are.
    pub closed: Option<Closure>,
    /// Since when the password is what it is.
    pub password_at: Time,
    /// The authenticator app, if there is one in use.
    pub factor: Option<FactorShown>,
    /// Whether an authenticator app is being set up, and waits for its first code.
    pub factor_begun: bool,
    /// The passkeys.
    pub passkeys: Vec<PasskeyShown>,
    /// How many recovery codes are left, where there is a second factor.
    pub recovery_codes: Option<i64>,
    /// When the account is deleted, if that was asked for.
    pub deleted_at: Option<Time>,
    /// Whether an organisation's provider opened this sign-in. Then this is what concerns that organisation, and no more.
    pub provided: bool,
    /// Until when one can look and write nothing, because the portal is under maintenance.
    pub maintenance_until: Option<Time>,
    /// Where one belongs.
    pub memberships: Vec<MembershipShown>,
    /// Where one is signed in.
    pub sessions: Vec<SessionShown>,
    /// What acts in one's name.
    pub tokens: Vec<TokenShown>,
    /// The organisations whose provider one can sign in with.
    pub providers: Vec<ProvidedShown>,
    /// As whom this sign-in looks at the portal, if not as oneself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub view: Option<ViewShown>,
}

/// As whom somebody looks at the portal.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ViewShown {
    /// The person.
    pub person: PersonId,
    /// The name.
    pub name: String,
    /// What they are.
    pub role: Role,
    /// Of which company.
    pub client: Option<ClientId>,
    /// Its name.
    pub client_name: Option<String>,
    /// Until when.
    pub until: Time,
    /// Whether that is over: nothing is seen until it is ended.
    pub over: bool,
}

impl ViewShown {
    async fn of(read: &mut Read<'_>) -> Result<Option<Self>> {
        let (Some(view), Some(session)) = (read.caller().view, read.caller().session) else { return Ok(None) };
        let sql = "SELECT p.id AS person, p.name AS name, m.role AS role, m.client AS client, c.name AS client_name, \
                   s.viewed_until AS until FROM session s JOIN membership m ON m.id = s.viewed \
                   JOIN person p ON p.id = m.person \
                   LEFT JOIN client c ON c.id = m.client WHERE s.id = $1";
        let Some(row) = read.maybe(sql, values![session]).await? else { return Ok(None) };
        Ok(Some(Self {
            person: row.get("person")?,
            name: row.get("name")?,
            role: row.get("role")?,
            client: row.get("client")?,
            client_name: row.get("client_name")?,
            until: row.get("until")?,
            over: view.over,
        }))
    }
}

impl Account {
    /// As pages have it: that of the one as whom somebody looks, as far as pages show it.
    #[must_use]
    pub fn as_seen(mut self) -> Self {
        if let Some(view) = &self.view {
            (self.id, self.name) = (view.person, view.name.clone());
            self.memberships.retain(|membership| Some(membership.organisation) == self.organisation);
            for membership in &mut self.memberships {
                (membership.role, membership.client) = (view.role, view.client);
                membership.client_name.clone_from(&view.client_name);
            }
        }
        self
    }

    /// Whether there is a second factor.
    #[must_use]
    pub const fn has_factor(&self) -> bool {
        self.factor.is_some() || !self.passkeys.is_empty()
    }
}

/// Somebody's account at an organisation's provider, which opens this one for that organisation.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ProvidedShown {
    /// The connection.
    pub id: ProviderSubjectId,
    /// The organisation.
    pub organisation_name: String,
    /// Since when.
    pub since: Time,
}

/// An authenticator app.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct FactorShown {
    /// Since when it is asked for.
    pub since: Time,
}

/// One membership.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MembershipShown {
    /// The organisation.
    pub organisation: OrganisationId,
    /// Its name.
    pub organisation_name: String,
    /// The client company, for its people.
    pub client: Option<ClientId>,
    /// Its name.
    pub client_name: Option<String>,
    /// The role.
    pub role: Role,
    /// From when its rooms are closed to whoever has no second factor, where it asks for one.
    pub factor_from: Option<Time>,
    /// Why its rooms are closed to this sign-in at present, where they are.
    pub closed: Option<Closure>,
    /// The short name of its provider, where its word alone opens them.
    pub provider: Option<String>,
    /// The colour of its pages, where it has one of its own.
    pub accent: Option<look::Colour>,
    /// Its picture's SHA-256 in hexadecimal, where there is one.
    pub logo: Option<String>,
    /// When it is deleted, or the client company, if that was asked for: until then one looks, and changes nothing.
    pub deleted_at: Option<Time>,
    /// Whether it is the organisation that is deleted.
    pub closing: bool,
}

/// One sign-in.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SessionShown {
    /// The session.
    pub id: SessionId,
    /// How the browser or program called itself.
    pub agent: String,
    /// The address that it was opened from.
    pub address: Option<String>,
    /// When it began.
    pub opened_at: Time,
    /// When it was last used.
    pub seen_at: Time,
    /// When it ends at the latest.
    pub expires_at: Time,
    /// Whether it wants its second step still.
    pub second_step: bool,
    /// Whether it is the one that asks.
    pub this: bool,
}

/// One token.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct TokenShown {
    /// The token.
    pub id: TokenId,
    /// Its name.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<String>,
    /// When it was made.
    pub made_at: Time,
    /// When it ends.
    pub expires_at: Time,
    /// When it was last used.
    pub seen_at: Option<Time>,
}

impl TokenShown {
    /// From a row with its columns, and `seen_at` beside them.
    ///
    /// # Errors
    /// As the store says.
    pub fn read(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            name: row.get("name")?,
            scopes: row.get::<String>("scopes")?.split(' ').map(str::to_owned).collect(),
            made_at: row.get("made_at")?,
            expires_at: row.get("expires_at")?,
            seen_at: row.get("seen_at")?,
        })
    }
}

impl Action for Show {
    type Target = Own;
    type Input = Nothing;
    type Output = Account;
    const SPEC: Spec = Spec::new(
        "account.show",
        "Shows one's own account: memberships, sign-ins and tokens. To a sign-in through an organisation's provider as far as \
         that organisation goes.",
        Way::Http(Verb::Get, "/account"),
        ONESELF,
    )
    .in_view();
}

impl Look for Show {
    async fn look(_: &Nothing, own: &Permitted<Own>, read: &mut Read<'_>) -> Result<Account> {
        let bound = read.caller().bound;
        let here = read.caller().organisation.or(read.caller().closed.as_ref().map(|closed| closed.organisation));
        let this = read.caller().session.map(SessionId);
        let person = read
            .one(
                "SELECT mail, name, coalesce(password_at, made_at) AS password_at FROM person WHERE id = $1",
                values![own.0],
            )
            .await?;
        let memberships = read
            .all(
                "SELECT m.organisation AS organisation, o.name AS organisation_name, m.client AS client, \
                 c.name AS client_name, m.role AS role, o.factor_from AS factor_from, o.networks AS networks, \
                 o.unused_seconds_max AS unused_seconds_max, o.session_seconds_max AS session_seconds_max, o.accent AS accent, \
                 EXISTS (SELECT 1 FROM provider w JOIN person q ON q.id = m.person WHERE w.organisation = o.id \
                 AND w.required_since IS NOT NULL AND q.service_since IS NULL AND (EXISTS (SELECT 1 FROM provider_subject u \
                 WHERE u.provider = w.id AND u.person = q.id) OR EXISTS (SELECT 1 FROM domain d WHERE d.organisation = w.organisation \
                 AND d.verified_at IS NOT NULL AND (q.mail LIKE '%@' || d.name OR q.mail LIKE '%@' || d.shown)))) AS provider_only, \
                 (SELECT l.sha256 FROM organisation_logo l WHERE l.organisation = o.id) AS logo, \
                 (SELECT w.handle FROM provider w WHERE w.organisation = o.id) AS handle, \
                 (SELECT min(e.due_at) FROM ending e WHERE e.organisation = o.id \
                  AND (e.client IS NULL OR e.client = m.client)) AS deleted_at, \
                 EXISTS (SELECT 1 FROM ending e WHERE e.organisation = o.id AND e.client IS NULL) AS closing \
                 FROM membership m JOIN organisation o ON o.id = m.organisation \
                 LEFT JOIN client c ON c.id = m.client WHERE m.person = $1 AND m.state = 'active' \
                 AND ($2 OR m.organisation = $3) ORDER BY o.name, o.id",
                values![own.0, !bound, here],
            )
            .await?;
        let sessions = read
            .all(
                "SELECT s.id AS id, s.agent AS agent, s.address AS address, s.opened_at AS opened_at, \
                 s.expires_at AS expires_at, s.proved_by AS proved_by, coalesce(s.proved_at, s.opened_at) AS proved_at, \
                 coalesce(v.at, s.opened_at) AS seen_at FROM session s LEFT JOIN session_seen v ON v.session = s.id \
                 WHERE s.person = $1 AND s.expires_at > $2 AND coalesce(v.at, s.opened_at) >= $3 \
                 AND ($4 OR s.id = $5) ORDER BY s.opened_at DESC LIMIT 100",
                values![own.0, read.now(), read.now().plus_seconds(-IDLE_SECONDS), !bound, this],
            )
            .await?;
        let tokens = read
            .all(
                "SELECT t.id AS id, t.name AS name, t.scopes AS scopes, t.made_at AS made_at, t.expires_at AS expires_at, \
                 v.at AS seen_at FROM token t LEFT JOIN token_seen v ON v.token = t.id \
                 WHERE t.person = $1 AND t.expires_at > $2 AND $3 ORDER BY t.made_at DESC LIMIT 100",
                values![own.0, read.now(), !bound],
            )
            .await?;
        let providers = read
            .all(
                "SELECT u.id AS id, o.name AS organisation_name, u.connected_at AS since FROM provider_subject u \
                 JOIN provider p ON p.id = u.provider JOIN organisation o ON o.id = p.organisation \
                 WHERE u.person = $1 AND ($2 OR p.organisation = $3) ORDER BY o.name, u.id",
                values![own.0, !bound, here],
            )
            .await?;
        let app = read.maybe("SELECT confirmed_at FROM factor WHERE person = $1", values![own.0]).await?;
        let app_since: Option<Time> = app.as_ref().map(|row| row.get("confirmed_at")).transpose()?.flatten();
        let passkeys = PasskeyShown::of(read, own.0).await?;
        let since = passkeys.iter().map(|passkey| passkey.since).chain(app_since).min();
        let codes = "SELECT count(*) AS codes FROM recovery_code WHERE person = $1 AND used_at IS NULL";
        let codes: i64 = read.one(codes, values![own.0]).await?.get("codes")?;
        let deletion = "SELECT due_at FROM account_deletion WHERE person = $1";
        let deletion = read.maybe(deletion, values![own.0]).await?;
        let view = ViewShown::of(read).await?;
        Ok(Account {
            view,
            id: own.0,
            mail: person.get("mail")?,
            name: person.get("name")?,
            password_at: person.get("password_at")?,
            factor: app_since.map(|since| FactorShown { since }),
            factor_begun: app.is_some() && app_since.is_none(),
            passkeys,
            recovery_codes: since.map(|_| codes),
            organisation: read.caller().organisation.map(OrganisationId),
            closed: read.caller().closed.as_ref().and_then(|closed| Closure::of(&closed.why)),
            deleted_at: deletion.filter(|_| !bound).map(|row| row.get("due_at")).transpose()?,
            provided: bound,
            maintenance_until: read.caller().maintenance,
            memberships: memberships
                .iter()
                .map(|row| {
                    let seen = look::Look::seen(row)?;
                    let closed = Access::asked(row)?.closed_to(read.caller(), read.now());
                    Ok(MembershipShown {
                        organisation: row.get("organisation")?,
                        organisation_name: row.get("organisation_name")?,
                        client: row.get("client")?,
                        client_name: row.get("client_name")?,
                        role: row.get("role")?,
                        factor_from: row.get("factor_from")?,
                        closed,
                        provider: if closed == Some(Closure::Provider) { row.get("handle")? } else { None },
                        accent: seen.accent,
                        logo: seen.logo,
                        deleted_at: row.get("deleted_at")?,
                        closing: row.get("closing")?,
                    })
                })
                .collect::<Result<_>>()?,
            sessions: sessions
                .iter()
                .map(|row| {
                    let id = row.get("id")?;
                    Ok(SessionShown {
                        id,
                        agent: row.get("agent")?,
                        address: row.get("address")?,
                        opened_at: row.get("opened_at")?,
                        seen_at: row.get("seen_at")?,
                        expires_at: row.get("expires_at")?,
                        second_step: is_half(since, row.get("proved_by")?, row.get("proved_at")?),
                        this: this == Some(id),
                    })
                })
                .collect::<Result<_>>()?,
            tokens: tokens.iter().map(TokenShown::read).collect::<Result<_>>()?,
            providers: providers
                .iter()
                .map(|row| {
                    Ok(ProvidedShown {
                        id: row.get("id")?,
                        organisation_name: row.get("organisation_name")?,
                        since: row.get("since")?,
                    })
                })
                .collect::<Result<_>>()?,
        })
    }
}

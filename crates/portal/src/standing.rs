//! What a caller is to a place, and who a credential belongs to: the portal's answers to the door's two questions.

use door::store::{Result, Row, Tx};
use door::{Actor, Caller, Closed, Credential, Grounds, Origin, Place, Relation, Relations, Time, View, values};
use uuid::Uuid;

use crate::identity::factor::{self, Proof, is_half};
use crate::ids::{ClientId, PersonId};
use crate::organisations::Role;
use crate::organisations::access::{Access, Closure};
use crate::projects::ProjectRole;
use crate::secret;

/// Owner of the organisation.
pub const OWNER: Relation = Relation::new(8, "owner");
/// Administrator of the organisation.
pub const ADMIN: Relation = Relation::new(9, "admin");
/// One of the organisation's own people.
pub const STAFF: Relation = Relation::new(10, "staff");
/// Administrator of the client company.
pub const CLIENT_ADMIN: Relation = Relation::new(11, "client_admin");
/// One of the client company's people.
pub const CLIENT_MEMBER: Relation = Relation::new(12, "client_member");
/// Admin of the project.
pub const PROJECT_ADMIN: Relation = Relation::new(13, "project_admin");
/// Contributor to the project.
pub const CONTRIBUTOR: Relation = Relation::new(14, "contributor");
/// Viewer of the project.
pub const VIEWER: Relation = Relation::new(15, "viewer");

/// On the side that asked for something, and able to do more than look.
pub const ASKER: Relation = Relation::new(16, "asker");
/// On the side that hands something in.
pub const SUBMITTER: Relation = Relation::new(17, "submitter");
/// On the side that decides on it.
pub const DECIDER: Relation = Relation::new(18, "decider");

/// Of a rank that suffices to change somebody's membership, which is not one's own.
pub const MANAGER: Relation = Relation::new(19, "manager");

/// Would be in the organisation's rooms with a second factor, which it asks for, and has none.
pub const FACTORLESS: Relation = Relation::new(20, "factorless");

/// Oneself, as far as an organisation's provider can say so: in one's sign-in, and not in one's account.
pub const PROVIDED: Relation = Relation::new(21, "provided");

/// What keeps who belongs to the organisation, and says so: its directory, and nothing else of it.
pub const DIRECTORY: Relation = Relation::new(24, "directory");

/// All of them, in the order of the matrix.
pub const RELATIONS: &[Relation] = &[
    Relation::ANYONE,
    Relation::SELF,
    PROVIDED,
    OWNER,
    ADMIN,
    STAFF,
    CLIENT_ADMIN,
    CLIENT_MEMBER,
    PROJECT_ADMIN,
    CONTRIBUTOR,
    VIEWER,
    ASKER,
    SUBMITTER,
    DECIDER,
    MANAGER,
    FACTORLESS,
    Relation::OUTSIDE,
    Relation::OVERDUE,
    Relation::UNPROVIDED,
    DIRECTORY,
    Relation::CONSOLE,
    Relation::JOB,
];

/// Everybody who sees a project.
pub const PROJECT_PEOPLE: Relations = Relations::of(&[OWNER, ADMIN, CLIENT_ADMIN, PROJECT_ADMIN, CONTRIBUTOR, VIEWER]);
/// Everybody in an organisation's rooms.
pub const ROOM_PEOPLE: Relations = Relations::of(&[OWNER, ADMIN, STAFF, CLIENT_ADMIN, CLIENT_MEMBER]);
/// Oneself, however one signed in.
pub const ONESELF: Relations = Relations::of(&[Relation::SELF, PROVIDED]);
/// The organisation's own people.
pub const OUR_PEOPLE: Relations = Relations::of(&[OWNER, ADMIN, STAFF]);

/// After this long without a request a session is over.
pub const IDLE_SECONDS: i64 = 7 * 24 * 3600;
/// "Last seen" is written at most this often.
const SEEN_SECONDS: i64 = 300;

/// The portal's people.
#[derive(Debug, Default)]
pub struct People;

/// A caller's membership at a place, as the one query finds it.
struct Membership {
    role: Role,
    client: Option<ClientId>,
    project_role: Option<ProjectRole>,
    lacks_factor: bool,
    /// Why it does not count for this caller at present, where it does not.
    closed: Option<Closure>,
    /// Whether it is the service in whose name the organisation's directory acts.
    directory: bool,
    /// Whether the organisation is about to end.
    closing: bool,
}

/// Pure: what a membership is at a place. Only what gives sight of it.
fn relations_at(membership: &Membership, place: &Place) -> Relations {
    // Whatever else it is made: it brings people in and puts them out, and sees nothing.
    if membership.directory {
        return if place.project.is_none() { Relations::of(&[DIRECTORY]) } else { Relations::NONE };
    }
    let ours = !membership.role.of_client();
    let theirs = !ours && place.client.is_none_or(|client| membership.client == Some(ClientId(client)));
    // An internal thing is not there for anybody of the client, whatever his role in the project.
    if !ours && (!theirs || place.internal) {
        return Relations::NONE;
    }
    let by_project = match membership.project_role {
        Some(ProjectRole::Admin) => Relations::of(&[PROJECT_ADMIN]),
        Some(ProjectRole::Contributor) => Relations::of(&[CONTRIBUTOR]),
        Some(ProjectRole::Viewer) => Relations::of(&[VIEWER]),
        None => Relations::NONE,
    };
    let by_role = match (membership.role, place.project) {
        (Role::Owner, _) => Relations::of(&[OWNER]),
        (Role::Admin, _) => Relations::of(&[ADMIN]),
        (Role::ClientAdmin, _) => Relations::of(&[CLIENT_ADMIN]),
        (Role::Staff, None) => Relations::of(&[STAFF]),
        (Role::ClientMember, None) => Relations::of(&[CLIENT_MEMBER]),
        // In a project, being on the staff or of the company is not enough: one has to be in it.
        (Role::Staff | Role::ClientMember, Some(_)) if membership.project_role.is_none() => Relations::NONE,
        (Role::Staff, Some(_)) => Relations::of(&[STAFF]),
        (Role::ClientMember, Some(_)) => Relations::of(&[CLIENT_MEMBER]),
    };
    by_role.and(by_project)
}

/// What somebody of this role is at a place. For pages, which show the buttons that work; the door itself asks the
/// database each time.
#[must_use]
pub fn relations_of(
    role: Role,
    client: Option<ClientId>,
    project_role: Option<ProjectRole>,
    place: &Place,
) -> Relations {
    let membership =
        Membership { role, client, project_role, lacks_factor: false, closed: None, directory: false, closing: false };
    relations_at(&membership, place)
}

/// The same, where the organisation asks for another network, a younger sign-in or a second factor, and it is not there: then
/// nothing of it but its door.
fn relations_now(membership: &Membership, place: &Place) -> Relations {
    let instead = match membership.closed {
        Some(closure) => Some(closure.relation()),
        None => membership.lacks_factor.then_some(FACTORLESS),
    };
    match (relations_at(membership, place), instead) {
        (Relations::NONE, _) => Relations::NONE,
        // Of what is about to end everything is seen, and nothing changed.
        (found, None) if membership.closing => found.and(Relations::of(&[Relation::CLOSING])),
        (found, None) => found,
        (_, Some(instead)) if place.project.is_none() => Relations::of(&[instead]),
        _ => Relations::NONE,
    }
}

/// Whether an organisation asks for a second factor by now, and the person of this row has none. A service has nothing to
/// show one with.
fn lacks_factor(row: &Row, now: Time) -> Result<bool> {
    let since = |name| row.get::<Option<Time>>(name);
    let demanded = since("factor_from")?.is_some_and(|from| from <= now);
    Ok(demanded && factor::since(row)?.is_none() && since("service_since")?.is_none())
}

async fn membership(
    tx: &mut Tx,
    caller: &Caller,
    person: PersonId,
    place: &Place,
    now: Time,
) -> Result<Option<Membership>> {
    let Some(organisation) = place.organisation else { return Ok(None) };
    let row = tx
        .maybe(
            "SELECT m.role AS role, m.client AS client, \
             (SELECT p.role FROM project_member p WHERE p.project = $3 AND p.person = m.person) AS project_role, \
             o.factor_from AS factor_from, o.networks AS networks, o.unused_seconds_max AS unused_seconds_max, \
             o.session_seconds_max AS session_seconds_max, \
             (SELECT f.confirmed_at FROM factor f WHERE f.person = m.person) AS factor_since, \
             (SELECT min(k.made_at) FROM passkey k WHERE k.person = m.person) AS passkey_since, \
             (SELECT q.service_since FROM person q WHERE q.id = m.person) AS service_since, \
             EXISTS (SELECT 1 FROM provider w JOIN person q ON q.id = m.person WHERE w.organisation = o.id \
             AND w.required_since IS NOT NULL AND q.service_since IS NULL AND (EXISTS (SELECT 1 FROM provider_subject u \
             WHERE u.provider = w.id AND u.person = q.id) OR EXISTS (SELECT 1 FROM domain d WHERE d.organisation = w.organisation \
             AND d.verified_at IS NOT NULL AND (q.mail LIKE '%@' || d.name OR q.mail LIKE '%@' || d.shown)))) AS provider_only, \
             EXISTS (SELECT 1 FROM directory d WHERE d.service = m.person) AS directory, \
             EXISTS (SELECT 1 FROM ending e WHERE e.organisation = m.organisation AND e.client IS NULL) AS closing \
             FROM membership m JOIN organisation o ON o.id = m.organisation \
             WHERE m.person = $1 AND m.organisation = $2 AND m.state = 'active'",
            values![person, organisation, place.project],
        )
        .await?;
    row.map(|row| {
        Ok(Membership {
            role: row.get("role")?,
            client: row.get("client")?,
            project_role: row.get("project_role")?,
            lacks_factor: lacks_factor(&row, now)?,
            closed: Access::asked(&row)?.closed_to(caller, now),
            directory: row.get("directory")?,
            closing: row.get("closing")?,
        })
    })
    .transpose()
}

/// The caller, and the organisation whose rooms it is in: in them, where they are open to it; before them, where they are closed.
fn in_the_rooms(caller: Caller, rooms: Option<Uuid>, access: &Access, now: Time) -> Caller {
    let Some(organisation) = rooms else { return caller };
    match access.closed_to(&caller, now) {
        None => Caller { organisation: Some(organisation), ..caller },
        Some(closure) => Caller { closed: Some(Closed { organisation, why: closure.refusal() }), ..caller },
    }
}

async fn session(tx: &mut Tx, shown: &str, origin: &Origin, now: Time) -> Result<Option<Caller>> {
    let row = tx
        .maybe(
            "SELECT s.id AS id, s.person AS person, s.organisation AS organisation, s.subject AS subject, \
             coalesce(s.proved_at, s.opened_at) AS proved_at, s.proved_by AS proved_by, s.opened_at AS opened_at, \
             o.factor_from AS factor_from, o.networks AS networks, o.unused_seconds_max AS unused_seconds_max, \
             o.session_seconds_max AS session_seconds_max, coalesce(v.unused_seconds, 0) AS unused_seconds, \
             (SELECT f.confirmed_at FROM factor f WHERE f.person = s.person) AS factor_since, \
             (SELECT min(k.made_at) FROM passkey k WHERE k.person = s.person) AS passkey_since, \
             (SELECT q.service_since FROM person q WHERE q.id = s.person) AS service_since, \
             coalesce(v.at, s.opened_at) AS seen_at, \
             EXISTS (SELECT 1 FROM provider w JOIN person q ON q.id = s.person WHERE w.organisation = s.organisation \
             AND w.required_since IS NOT NULL AND q.service_since IS NULL AND (EXISTS (SELECT 1 FROM provider_subject u \
             WHERE u.provider = w.id AND u.person = q.id) OR EXISTS (SELECT 1 FROM domain d WHERE d.organisation = w.organisation \
             AND d.verified_at IS NOT NULL AND (q.mail LIKE '%@' || d.name OR q.mail LIKE '%@' || d.shown)))) AS provider_only, \
             (EXISTS (SELECT 1 FROM membership m WHERE m.person = s.person AND m.state = 'active') \
                     OR NOT EXISTS (SELECT 1 FROM membership m WHERE m.person = s.person)) AS anywhere, \
             EXISTS (SELECT 1 FROM membership m WHERE m.person = s.person AND m.organisation = s.organisation \
                     AND m.state = 'active') AS here, (SELECT w.person FROM membership w WHERE w.id = s.viewed) AS viewed, \
             coalesce(s.viewed_until > $2, FALSE) AND EXISTS (SELECT 1 FROM membership m WHERE m.person = s.person \
                     AND m.organisation = s.organisation AND m.state = 'active' AND m.role IN ('owner', 'admin')) AS views, \
             (SELECT maintenance_until FROM installation) AS maintenance_until \
             FROM session s LEFT JOIN session_seen v ON v.session = s.id LEFT JOIN organisation o ON o.id = s.organisation \
             WHERE s.secret_hash = $1 AND s.expires_at > $2",
            values![secret::hash(shown).as_slice(), now],
        )
        .await?;
    let Some(row) = row else { return Ok(None) };
    let seen: Time = row.get("seen_at")?;
    // Whoever was put out everywhere is not let in. Whoever belongs nowhere because it ended still has an account.
    // An organisation's provider opened it: it is good there, and nowhere else.
    let bound = row.get::<Option<Uuid>>("subject")?.is_some();
    let anywhere: bool = row.get(if bound { "here" } else { "anywhere" })?;
    if now.seconds_since(seen) > IDLE_SECONDS || !anywhere {
        return Ok(None);
    }
    let (proved_at, proved_by): (Time, Option<Proof>) = (row.get("proved_at")?, row.get("proved_by")?);
    let factor_since = factor::since(&row)?;
    let half = is_half(factor_since, proved_by, proved_at);
    // Suspended or gone here, or without a factor that is asked for: the rooms of this organisation are closed at once.
    let here = row.get("here")? && !lacks_factor(&row, now)?;
    let views: bool = row.get("views")?;
    let caller = Caller {
        actor: Actor::Person(row.get("person")?),
        session: Some(row.get("id")?),
        auth: proved_by.unwrap_or(Proof::Password).word(),
        half,
        by_factor: factor_since.is_some() && !half,
        organisation: None,
        closed: None,
        address: origin.address,
        opened_at: row.get("opened_at")?,
        unused_seconds: row.get::<i64>("unused_seconds")?.max(now.seconds_since(seen)),
        bound,
        // Whose provider it is has no say in it, and whoever reads the mail is not for that at the keyboard: what asks for a
        // proof asks for the account's own.
        proved_at: (!matches!(proved_by, Some(Proof::Provider | Proof::Mail))).then_some(proved_at),
        scopes: None,
        touch: now.seconds_since(seen) > SEEN_SECONDS,
        view: row.get::<Option<Uuid>>("viewed")?.map(|person| View { person, over: !(here && views) }),
        maintenance: row.get("maintenance_until")?,
    };
    let rooms: Option<Uuid> = if here { row.get("organisation")? } else { None };
    Ok(Some(in_the_rooms(caller, rooms, &Access::asked(&row)?, now)))
}

async fn token(tx: &mut Tx, shown: &str, origin: &Origin, now: Time) -> Result<Option<Caller>> {
    let row = tx
        .maybe(
            "SELECT t.id AS id, t.person AS person, t.organisation AS organisation, t.scopes AS scopes, \
             o.factor_from AS factor_from, o.networks AS networks, o.unused_seconds_max AS unused_seconds_max, \
             o.session_seconds_max AS session_seconds_max, \
             (SELECT f.confirmed_at FROM factor f WHERE f.person = t.person) AS factor_since, \
             (SELECT min(k.made_at) FROM passkey k WHERE k.person = t.person) AS passkey_since, \
             (SELECT q.service_since FROM person q WHERE q.id = t.person) AS service_since, \
             EXISTS (SELECT 1 FROM provider w JOIN person q ON q.id = t.person WHERE w.organisation = t.organisation \
             AND w.required_since IS NOT NULL AND q.service_since IS NULL AND (EXISTS (SELECT 1 FROM provider_subject u \
             WHERE u.provider = w.id AND u.person = q.id) OR EXISTS (SELECT 1 FROM domain d WHERE d.organisation = w.organisation \
             AND d.verified_at IS NOT NULL AND (q.mail LIKE '%@' || d.name OR q.mail LIKE '%@' || d.shown)))) AS provider_only, \
             coalesce(v.at, 0) AS seen_at, (SELECT maintenance_until FROM installation) AS maintenance_until FROM token t \
             JOIN membership m ON m.person = t.person AND m.organisation = t.organisation AND m.state = 'active' \
             JOIN organisation o ON o.id = t.organisation LEFT JOIN token_seen v ON v.token = t.id WHERE t.secret_hash = $1 AND t.expires_at > $2",
            values![secret::hash(shown).as_slice(), now],
        )
        .await?;
    let Some(row) = row else { return Ok(None) };
    if lacks_factor(&row, now)? {
        return Ok(None);
    }
    let scopes: String = row.get("scopes")?;
    let caller = Caller {
        actor: Actor::Token { token: row.get("id")?, person: row.get("person")? },
        session: None,
        auth: "token",
        half: false,
        by_factor: false,
        organisation: None,
        closed: None,
        address: origin.address,
        opened_at: None,
        unused_seconds: 0,
        bound: false,
        proved_at: None,
        scopes: Some(scopes.split(' ').map(str::to_owned).collect()),
        touch: now.seconds_since(row.get("seen_at")?) > SEEN_SECONDS,
        view: None,
        maintenance: row.get("maintenance_until")?,
    };
    Ok(Some(in_the_rooms(caller, row.get("organisation")?, &Access::asked(&row)?, now)))
}

impl Grounds for People {
    fn caller<'a>(
        &'a self,
        tx: &'a mut Tx,
        credential: &'a Credential,
        origin: &'a Origin,
        now: Time,
    ) -> door::Later<'a, Result<Caller>> {
        Box::pin(async move {
            let found = match credential {
                Credential::Cookie(shown) => session(tx, shown, origin, now).await?,
                Credential::Bearer(shown) if secret::is_token(shown) => token(tx, shown, origin, now).await?,
                Credential::Bearer(shown) => session(tx, shown, origin, now).await?,
                Credential::None | Credential::Console | Credential::Job(_) => None,
            };
            Ok(found.unwrap_or_else(Caller::anyone))
        })
    }

    fn standing<'a>(
        &'a self,
        tx: &'a mut Tx,
        caller: &'a Caller,
        place: &'a Place,
        now: Time,
    ) -> door::Later<'a, Result<Relations>> {
        Box::pin(async move {
            let anyone = Relations::of(&[Relation::ANYONE]);
            let person = match caller.actor {
                Actor::Console => return Ok(anyone.and(Relations::of(&[Relation::CONSOLE]))),
                Actor::Job(_) => return Ok(anyone.and(Relations::of(&[Relation::JOB]))),
                Actor::Anyone => return Ok(anyone),
                Actor::Person(person) | Actor::Token { person, .. } => person,
            };
            // A token is good in the rooms that it was made for: before them it is nobody's.
            if caller.closed.is_some() && caller.scopes.is_some() {
                return Ok(anyone);
            }
            if place.account == Some(person) {
                let oneself = if caller.bound { PROVIDED } else { Relation::SELF };
                return Ok(anyone.and(Relations::of(&[oneself])));
            }
            if caller.bound && place.organisation != caller.organisation {
                return Ok(anyone);
            }
            let found = membership(tx, caller, PersonId(person), place, now).await?;
            Ok(found.map_or(anyone, |membership| anyone.and(relations_now(&membership, place))))
        })
    }

    fn organisations<'a>(&'a self, tx: &'a mut Tx, caller: &'a Caller) -> door::Later<'a, Result<Vec<Uuid>>> {
        Box::pin(async move {
            let Some(person) = caller.actor.person() else { return Ok(Vec::new()) };
            if let Some(closed) = &caller.closed {
                return Ok(vec![closed.organisation]);
            }
            if caller.bound {
                return Ok(caller.organisation.into_iter().collect());
            }
            let rows = tx
                .all(
                    "SELECT organisation FROM membership WHERE person = $1 AND state <> 'left' ORDER BY organisation",
                    values![person],
                )
                .await?;
            rows.iter().map(|row| row.get("organisation")).collect()
        })
    }

    fn seen<'a>(&'a self, tx: &'a mut Tx, caller: &'a Caller, now: Time) -> door::Later<'a, Result<()>> {
        Box::pin(async move {
            match (caller.session, caller.actor) {
                (Some(session), _) => {
                    tx.run(
                        "INSERT INTO session_seen (session, at, unused_seconds) SELECT id, $2, $3 FROM session WHERE id = $1 \
                         ON CONFLICT (session) DO UPDATE SET at = $2, unused_seconds = CASE \
                         WHEN session_seen.unused_seconds < $3 THEN $3 ELSE session_seen.unused_seconds END",
                        values![session, now, caller.unused_seconds],
                    )
                    .await?;
                }
                (None, Actor::Token { token, .. }) => {
                    tx.run(
                        "INSERT INTO token_seen (token, at) SELECT id, $2 FROM token WHERE id = $1 \
                         ON CONFLICT (token) DO UPDATE SET at = $2",
                        values![token, now],
                    )
                    .await?;
                }
                _ => {}
            }
            Ok(())
        })
    }

    fn relations(&self) -> &'static [Relation] {
        RELATIONS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: Uuid = Uuid::from_u128(1);
    const THEIRS: Uuid = Uuid::from_u128(2);
    const OTHERS: Uuid = Uuid::from_u128(3);
    const WORK: Uuid = Uuid::from_u128(4);

    fn at(role: Role, project_role: Option<ProjectRole>, client: Uuid, internal: bool) -> Vec<&'static str> {
        let membership = Membership {
            role,
            client: role.of_client().then_some(ClientId(THEIRS)),
            project_role,
            lacks_factor: false,
            closed: None,
            directory: false,
            closing: false,
        };
        let place = Place {
            organisation: Some(HERE),
            client: Some(client),
            project: Some(WORK),
            internal,
            ..Place::INSTALLATION
        };
        relations_at(&membership, &place).names(RELATIONS).collect()
    }

    #[test]
    fn the_walls_from_the_outside_in() {
        let contributor = Some(ProjectRole::Contributor);
        assert_eq!(at(Role::Owner, None, THEIRS, true), ["owner"]);
        assert_eq!(at(Role::Staff, None, THEIRS, false), [""; 0]);
        assert_eq!(at(Role::Staff, contributor, THEIRS, true), ["staff", "contributor"]);
        assert_eq!(at(Role::ClientAdmin, None, THEIRS, false), ["client_admin"]);
        assert_eq!(at(Role::ClientAdmin, None, THEIRS, true), [""; 0]);
        assert_eq!(at(Role::ClientAdmin, None, OTHERS, false), [""; 0]);
        assert_eq!(at(Role::ClientMember, None, THEIRS, false), [""; 0]);
        assert_eq!(at(Role::ClientMember, contributor, THEIRS, false), ["client_member", "contributor"]);
        // A mistaken row in another client's project opens nothing.
        assert_eq!(at(Role::ClientMember, contributor, OTHERS, false), [""; 0]);
    }

    #[test]
    fn a_directory_is_nothing_else_whatever_it_is_made() {
        for role in [Role::Owner, Role::Admin, Role::Staff] {
            let project_role = Some(ProjectRole::Admin);
            let directory = Membership {
                role,
                client: None,
                project_role,
                lacks_factor: false,
                closed: None,
                directory: true,
                closing: false,
            };
            let is = |place: Place| relations_now(&directory, &place).names(RELATIONS).collect::<Vec<_>>();
            assert_eq!(is(Place { internal: true, ..Place::organisation(HERE) }), ["directory"]);
            assert_eq!(is(Place { project: Some(WORK), ..Place::organisation(HERE) }), [""; 0]);
        }
    }
}

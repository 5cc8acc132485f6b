//! What an organisation's owners are told.

use door::{Result, Write, values};

use super::{Kind, Letter, Link, Queued, place_name, queue};
use crate::ids::{OrganisationId, PersonId};
use crate::texts::Texts;

/// News are worth sending for a day.
const NEWS_SECONDS: i64 = 24 * 3600;
/// The most owners who are written to.
const OWNERS_MAX: i64 = 20;

/// What happened with a domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DomainNews {
    /// Its proof is missing, for the first time.
    Missing,
    /// It was missing for too long.
    Lost,
}

/// Tells an organisation's owners what happened with a domain: `shown` is how people read it, `record` where its proof
/// belongs.
///
/// # Errors
/// As [`queue`] says.
pub(crate) async fn tell_owners(
    write: &mut Write<'_>,
    organisation: OrganisationId,
    news: DomainNews,
    shown: &str,
    record: &str,
) -> Result<()> {
    let texts = Texts::default();
    let name: String =
        write.one("SELECT name FROM organisation WHERE id = $1", values![organisation]).await?.get("name")?;
    let (subject, words) = match news {
        DomainNews::Missing => {
            (texts.letter_domain_missing(shown), texts.letter_domain_missing_now(shown, record, &name))
        }
        DomainNews::Lost => (texts.letter_domain_lost(shown), texts.letter_domain_lost_now(shown, record, &name)),
    };
    let letter = Letter {
        to: None,
        place: place_name(write).await?,
        sender: None,
        reply_to: None,
        colours: None,
        subject,
        words: vec![words],
        link: Some(Link { label: texts.domains().to_owned(), path: "/organisation/domains".to_owned() }),
        below: vec![texts.letter_domain_below().to_owned()],
    };
    each_owner(write, organisation, &letter).await
}

/// The same letter to each owner.
async fn each_owner(write: &mut Write<'_>, organisation: OrganisationId, letter: &Letter) -> Result<()> {
    let owners = "SELECT p.id AS person, p.mail AS mail FROM membership m JOIN person p ON p.id = m.person \
                  WHERE m.organisation = $1 AND m.role = 'owner' AND m.state = 'active' AND p.service_since IS NULL \
                  ORDER BY m.made_at, p.id LIMIT $2";
    let until = write.now().plus_seconds(NEWS_SECONDS);
    for row in write.all(owners, values![organisation, OWNERS_MAX]).await? {
        let person: PersonId = row.get("person")?;
        let letter = Letter { to: Some(row.get("mail")?), ..letter.clone() };
        queue(write, Queued { kind: Kind::Organisation, person: Some(person), letter, until }).await?;
    }
    Ok(())
}

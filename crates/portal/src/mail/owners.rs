//! What an organisation's owners are told.

use door::{Result, Write, values};

use super::{Kind, Letter, Link, Queued, place_name, queue};
use crate::ids::{OrganisationId, PersonId};
use crate::texts::Texts;

/// News are worth sending for a day.
const NEWS_SECONDS: i64 = 24 * 3600;
/// The most owners who are written to.
const OWNERS_MAX: i64 = 20;

/// What happened.
#[derive(Debug, Clone, Copy)]
pub(crate) enum OwnersNews<'a> {
    /// The proof of a domain is missing, for the first time.
    Missing {
        /// The domain, as people read it.
        domain: &'a str,
        /// The name at which the proof belongs.
        record: &'a str,
    },
    /// It was missing for too long.
    Lost {
        /// The domain, as people read it.
        domain: &'a str,
        /// The name at which the proof belongs.
        record: &'a str,
    },
    /// Somebody joined by a mail address under a domain.
    Joined {
        /// Who.
        name: &'a str,
        /// The address.
        mail: &'a str,
        /// The domain, as people read it.
        domain: &'a str,
    },
}

/// Tells an organisation's owners what happened.
///
/// # Errors
/// As [`queue`] says.
pub(crate) async fn tell_owners(
    write: &mut Write<'_>,
    organisation: OrganisationId,
    news: OwnersNews<'_>,
) -> Result<()> {
    let texts = Texts::default();
    let here: String =
        write.one("SELECT name FROM organisation WHERE id = $1", values![organisation]).await?.get("name")?;
    let (subject, words, label, path) = match news {
        OwnersNews::Missing { domain, record } => {
            let words = texts.letter_domain_missing_now(domain, record, &here);
            (texts.letter_domain_missing(domain), words, texts.domains(), "/organisation/domains")
        }
        OwnersNews::Lost { domain, record } => {
            let words = texts.letter_domain_lost_now(domain, record, &here);
            (texts.letter_domain_lost(domain), words, texts.domains(), "/organisation/domains")
        }
        OwnersNews::Joined { name, mail, domain } => {
            let words = texts.letter_joined_now(name, mail, &here, domain);
            (texts.letter_joined(name, &here), words, texts.people_and_access(), "/people")
        }
    };
    let letter = Letter {
        place: place_name(write).await?,
        subject,
        words: vec![words],
        link: Some(Link { label: label.to_owned(), path: path.to_owned() }),
        below: vec![texts.letter_owners_below().to_owned()],
        ..Letter::default()
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

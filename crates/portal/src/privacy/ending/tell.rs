//! Those who could take an end back are told of it: when it is asked for, and shortly before it comes.

use door::{Result, Time, Write, values};
use uuid::Uuid;

use super::Whole;
use crate::mail::{EndingTold, Reader, ending};

/// Which word it is.
pub(super) enum Word {
    /// It was asked for.
    First {
        /// By whom.
        by: Uuid,
    },
    /// It comes soon.
    Last,
}

/// Writes to every owner and admin of the organisation.
///
/// # Errors
/// As the store says.
pub(super) async fn tell(write: &mut Write<'_>, whole: Whole, due_at: Time, word: Word) -> Result<()> {
    let by = match word {
        Word::First { by } => write.maybe("SELECT name FROM person WHERE id = $1", values![by]).await?,
        Word::Last => None,
    };
    let by: Option<String> = by.map(|row| row.get("name")).transpose()?;
    let names = "SELECT o.name AS organisation, (SELECT c.name FROM client c WHERE c.id = $2) AS client \
                 FROM organisation o WHERE o.id = $1";
    let names = write.one(names, values![whole.organisation(), whole.client()]).await?;
    let (organisation, client): (String, Option<String>) = (names.get("organisation")?, names.get("client")?);
    let path = match whole {
        Whole::Organisation(_) => "/organisation/deletion".to_owned(),
        Whole::Client(_, client) => format!("/clients/{client}/deletion"),
    };
    let readers = "SELECT p.id AS id, p.mail AS mail FROM membership m JOIN person p ON p.id = m.person \
                   WHERE m.organisation = $1 AND m.role IN ('owner', 'admin') AND m.state = 'active' \
                   AND p.service_since IS NULL ORDER BY p.id";
    for row in write.all(readers, values![whole.organisation()]).await? {
        let mail: String = row.get("mail")?;
        let reader = Reader { person: Some(row.get("id")?), mail: &mail };
        let told = EndingTold {
            organisation: &organisation,
            what: client.as_deref().unwrap_or(&organisation),
            by: by.as_deref(),
            due_at,
            path: path.clone(),
        };
        ending(write, &reader, told).await?;
    }
    Ok(())
}

//! Passwords: which are refused, how they are kept, and how one is changed.

mod chosen;
mod hashing;
mod link_send;
mod reset;
mod set;

use door::{Read, Result, values};

pub use chosen::weakness;
pub use hashing::Hasher;
pub use link_send::SendPasswordLink;
pub use reset::ResetPassword;
pub use set::SetPassword;

use crate::ids::PersonId;

/// What others know of somebody, and therefore must not be the password: mail address, name, organisations.
async fn known_of(read: &mut Read<'_>, person: PersonId) -> Result<Vec<String>> {
    let row = read.one("SELECT mail, name FROM person WHERE id = $1", values![person]).await?;
    let mut known = vec![row.get("mail")?, row.get("name")?];
    let organisations = "SELECT o.name AS name FROM membership m JOIN organisation o ON o.id = m.organisation \
                         WHERE m.person = $1 AND m.state = 'active'";
    for row in read.all(organisations, values![person]).await? {
        known.push(row.get("name")?);
    }
    Ok(known)
}

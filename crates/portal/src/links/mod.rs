//! Links that open something once: 256 random bits, of which the database has a fingerprint, good for a while and for an
//! account as it was. Whoever changes password or mail address makes every link to the account before it good for nothing.
//!
//! To look at one is to do nothing: programs that follow links in mail only look.

pub mod pages;

use door::store::Row;
use door::{Read, Refusal, Result, Write, values};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::fields::words;
use crate::ids::PersonId;
use crate::secret;

/// How long a link to set a new password is good.
pub const PASSWORD_SECONDS: i64 = 3600;
/// How long a link to sign in with is good.
pub const SIGN_IN_SECONDS: i64 = 15 * 60;
/// How long a link to confirm a mail address is good.
pub const MAIL_SECONDS: i64 = 24 * 3600;

words!(
    /// What a link is for. It opens nothing else.
    Purpose {
        /// To set a new password.
        Password = "password",
        /// To sign in.
        SignIn = "sign_in",
        /// To make the address that it went to the account's own.
        Mail = "mail",
    }
);

/// Somebody who asked for a link, or for whom it was asked: an account, or none.
pub struct Asked {
    /// Whose account, where there is one that can be signed in to.
    pub person: Option<PersonId>,
    bound_to: Vec<u8>,
    /// The mail address that the link confirms.
    confirms: Option<String>,
    /// A fingerprint of what the browser alone knows in which the link is good; none where it is good in any.
    browser: Option<Vec<u8>>,
}

/// Who has an account with this mail address, and is active anywhere or invited to be.
const BY_MAIL: &str = "SELECT id, mail, password_hash FROM person p WHERE mail = $1 AND service_since IS NULL \
                       AND (EXISTS (SELECT 1 FROM membership m WHERE m.person = p.id AND m.state = 'active') \
                       OR EXISTS (SELECT 1 FROM invitation i WHERE i.mail = p.mail AND i.expires_at > $2))";

impl Asked {
    /// Who has this mail address; nobody is found with the same work.
    ///
    /// # Errors
    /// As the store says.
    pub async fn by_mail(write: &mut Write<'_>, mail: &str) -> Result<Self> {
        let now = write.now();
        let row = write.maybe(BY_MAIL, values![mail, now]).await?;
        let person = row.as_ref().map(|row| row.get("id")).transpose()?;
        let bound_to = match &row {
            Some(row) => state_of(row)?,
            None => fingerprint(mail, ""),
        };
        Ok(Self { person, bound_to, confirms: None, browser: None })
    }

    /// Somebody who wants another mail address; nobody, with the same work, when it is somebody's already.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] when it is the one that the account has; as the store says.
    pub async fn to_move(write: &mut Write<'_>, person: PersonId, mail: &str) -> Result<Self> {
        let row = write.one("SELECT mail, password_hash FROM person WHERE id = $1", values![person]).await?;
        if row.get::<String>("mail")? == mail {
            return Err(Refusal::field("mail", "is your address already"));
        }
        let bound_to = state_of(&row)?;
        let taken = write.maybe("SELECT id FROM person WHERE mail = $1", values![mail]).await?.is_some();
        Ok(Self { person: (!taken).then_some(person), bound_to, confirms: Some(mail.to_owned()), browser: None })
    }

    /// The same, for the browser alone that keeps what this is a fingerprint of.
    #[must_use]
    pub fn in_browser(self, fingerprint: Vec<u8>) -> Self {
        Self { browser: Some(fingerprint), ..self }
    }

    /// Makes a link and gives its secret. The same row is written whether there is an account or not; a link to nobody opens
    /// nothing.
    ///
    /// # Errors
    /// As the store says.
    pub async fn link(&self, write: &mut Write<'_>, purpose: Purpose, seconds: i64) -> Result<Zeroizing<String>> {
        let (secret, hash) = secret::fresh(false);
        let insert = "INSERT INTO link (secret_hash, purpose, person, bound_to, mail, expires_at, browser) \
                      VALUES ($1, $2, $3, $4, $5, $6, $7)";
        let until = write.now().plus_seconds(seconds);
        let (bound_to, confirms) = (self.bound_to.as_slice(), self.confirms.clone());
        let browser = self.browser.clone();
        write.keep(insert, values![hash, purpose, self.person, bound_to, confirms, until, browser]).await?;
        Ok(secret)
    }
}

/// What a good link opens.
const GOOD: &str = "SELECT t.id AS id, t.rev AS rev, t.mail AS mail, t.password_hash AS password_hash, \
                    l.bound_to AS bound_to, l.mail AS confirms, l.browser AS browser FROM link l JOIN person t ON t.id = l.person \
                    WHERE l.secret_hash = $1 AND l.purpose = $2 AND l.expires_at > $3";

/// Somebody whose link was used up, held until the end: the account does not change meanwhile.
pub struct Taken {
    /// Whose it was.
    pub person: PersonId,
    /// At which revision the account stands.
    pub revision: i64,
    /// The mail address that the link confirms.
    pub mail: Option<String>,
}

/// Whose link it is, before anything slow is done for it.
///
/// # Errors
/// [`Refusal::NoMatch`] when it opens nothing: whether it was used, is over or never was is all one.
pub async fn whose(read: &mut Read<'_>, purpose: Purpose, shown: &str) -> Result<PersonId> {
    let now = read.now();
    let row = read.maybe(GOOD, values![secret::hash(shown), purpose, now]).await?.ok_or(Refusal::NoMatch)?;
    if is_still_good(&row, None)? { Ok(row.get("id")?) } else { Err(Refusal::NoMatch) }
}

/// Uses a link up. Taking its row away decides between two who use it at once. `browser` is what that one shows which asked,
/// where the link is good there alone.
///
/// # Errors
/// [`Refusal::NoMatch`] when it opens nothing; then it is not used up.
pub async fn take(write: &mut Write<'_>, purpose: Purpose, shown: &str, browser: Option<&str>) -> Result<Taken> {
    let now = write.now();
    let row = write.hold(GOOD, values![secret::hash(shown), purpose, now]).await?.ok_or(Refusal::NoMatch)?;
    let taken = write.keep("DELETE FROM link WHERE secret_hash = $1", values![secret::hash(shown)]).await?;
    if taken != 1 || !is_still_good(&row, browser)? {
        return Err(Refusal::NoMatch);
    }
    Ok(Taken { person: row.get("id")?, revision: row.get("rev")?, mail: row.get("confirms")? })
}

fn is_still_good(row: &Row, browser: Option<&str>) -> Result<bool> {
    let (bound_to, asked): (Vec<u8>, Option<Vec<u8>>) = (row.get("bound_to")?, row.get("browser")?);
    Ok(state_of(row)? == bound_to && browser.map(secret::hash) == asked)
}

/// The account as it is: a link made before it changed says something else.
fn state_of(row: &Row) -> Result<Vec<u8>> {
    let (mail, password): (String, String) = (row.get("mail")?, row.get("password_hash")?);
    Ok(fingerprint(&mail, &password))
}

fn fingerprint(mail: &str, password_hash: &str) -> Vec<u8> {
    Sha256::digest(format!("{mail}\n{password_hash}")).to_vec()
}

//! `organisation.logo.set`, `.remove` and `.show`: the organisation's picture.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use door::{
    Action, Change, Look, Permitted, Read, Receive, Record, Refusal, Relations, Result, Spec, Verb, Way, Write, values,
};
use futures_util::StreamExt as _;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{LOGO, LOGO_BYTES_MAX};
use crate::files::FileName;
use crate::ids::OrganisationId;
use crate::nothing::Nothing;
use crate::organisations::Room;
use crate::standing::{ADMIN, OWNER, ROOM_PEOPLE};

/// Sets the picture.
pub struct SetLogo;

/// Takes it away.
pub struct RemoveLogo;

/// Shows it.
pub struct ShowLogo;

/// A file beside the fields.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LogoSent {
    /// What the file is called. It goes by its bytes.
    pub name: Option<FileName>,
}

/// A picture that has come in and was looked at.
pub struct Ready {
    media_type: &'static str,
    bytes: Vec<u8>,
}

/// The picture.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct LogoShown {
    /// `image/png` or `image/jpeg`.
    pub media_type: String,
    /// Its SHA-256, in hexadecimal.
    pub sha256: String,
    /// Its bytes (base64, RFC 4648 section 4).
    pub bytes: String,
}

/// What a picture is by its first bytes (PNG, section 5.2; JPEG, ITU-T T.81, B.1.1.3).
fn kind(bytes: &[u8]) -> Option<&'static str> {
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        Some("image/png")
    } else if bytes.starts_with(b"\xff\xd8\xff") {
        Some("image/jpeg")
    } else {
        None
    }
}

impl Action for SetLogo {
    type Target = Room;
    type Input = LogoSent;
    type Output = Nothing;
    const SPEC: Spec = Spec::new(
        "organisation.logo.set",
        "Sets the organisation's picture: PNG or JPEG, at most 256 KiB, as a form with the file in its last field.",
        Way::Http(Verb::Put, "/organisation/logo"),
        Relations::of(&[OWNER, ADMIN]),
    )
    .takes(&["multipart/form-data"]);
}

impl Receive for SetLogo {
    type Ready = Ready;

    async fn ready(_: LogoSent, _: &Permitted<Room>, read: &mut Read<'_>) -> Result<Ready> {
        let mut pieces = read.body().ok_or_else(|| Refusal::field("file", "is missing"))?;
        read.leave();
        let mut bytes = Vec::new();
        while let Some(piece) = pieces.next().await {
            bytes.extend_from_slice(&piece?);
            if bytes.len() > LOGO_BYTES_MAX {
                return Err(Refusal::TooLarge("The picture is larger than 256 KiB.".to_owned()));
            }
        }
        let media_type = kind(&bytes).ok_or_else(|| Refusal::field("file", "is neither PNG nor JPEG"))?;
        Ok(Ready { media_type, bytes })
    }

    async fn receive(ready: &Ready, room: &Permitted<Room>, write: &mut Write<'_>) -> Result<(Nothing, Record)> {
        // Held, so that two who set it at once come one after the other.
        write.hold("SELECT t.id AS id FROM organisation t WHERE t.id = $1", values![room.organisation]).await?;
        let sha256: [u8; 32] = Sha256::digest(&ready.bytes).into();
        let own = values![room.organisation, ready.media_type, sha256, ready.bytes.as_slice(), write.now()];
        if let Some((id, revision)) = found(write, room.organisation).await? {
            let update = "UPDATE organisation_logo SET rev = $2, organisation = $3, media_type = $4, sha256 = $5, \
                          bytes = $6, set_at = $7 WHERE id = $1 AND rev = $2 - 1 RETURNING *";
            write.update(LOGO, id, revision, update, own).await?;
        } else {
            let insert = "INSERT INTO organisation_logo (id, rev, salt, organisation, media_type, sha256, bytes, set_at) \
                          VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING *";
            let id = write.id();
            write.insert(LOGO, id, insert, own).await?;
        }
        let record = Record::on("organisation", room.organisation.0)
            .fact("sha256", ledger::Hash(sha256))
            .fact("bytes", i64::try_from(ready.bytes.len()).unwrap_or(i64::MAX));
        Ok((Nothing {}, record))
    }
}

/// The organisation's picture, where it has one: its row and revision.
async fn found(write: &mut Write<'_>, organisation: OrganisationId) -> Result<Option<(Uuid, i64)>> {
    let found = "SELECT id, rev FROM organisation_logo WHERE organisation = $1";
    let row = write.maybe(found, values![organisation]).await?;
    row.map(|row| Ok((row.get("id")?, row.get("rev")?))).transpose()
}

impl Action for RemoveLogo {
    type Target = Room;
    type Input = Nothing;
    type Output = Nothing;
    const SPEC: Spec = Spec::new(
        "organisation.logo.remove",
        "Takes the organisation's picture away.",
        Way::Http(Verb::Delete, "/organisation/logo"),
        Relations::of(&[OWNER, ADMIN]),
    );
}

impl Change for RemoveLogo {
    async fn change(_: &Nothing, room: &Permitted<Room>, write: &mut Write<'_>) -> Result<(Nothing, Record)> {
        let (id, revision) = found(write, room.organisation).await?.ok_or(Refusal::NotFound)?;
        write.delete(LOGO, id, revision, "DELETE FROM organisation_logo WHERE id = $1 AND rev = $2")?;
        Ok((Nothing {}, Record::on("organisation", room.organisation.0)))
    }
}

impl Action for ShowLogo {
    type Target = Room;
    type Input = Nothing;
    type Output = LogoShown;
    const SPEC: Spec = Spec::new(
        "organisation.logo.show",
        "Shows the organisation's picture.",
        Way::Http(Verb::Get, "/organisation/logo"),
        ROOM_PEOPLE,
    );
}

impl Look for ShowLogo {
    async fn look(_: &Nothing, room: &Permitted<Room>, read: &mut Read<'_>) -> Result<LogoShown> {
        let own = "SELECT media_type, sha256, bytes FROM organisation_logo WHERE organisation = $1";
        let row = read.maybe(own, values![room.organisation]).await?.ok_or(Refusal::NotFound)?;
        let (sha256, bytes): (Vec<u8>, Vec<u8>) = (row.get("sha256")?, row.get("bytes")?);
        Ok(LogoShown { media_type: row.get("media_type")?, sha256: hex::encode(sha256), bytes: STANDARD.encode(bytes) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_known_by_its_first_bytes() {
        assert_eq!(kind(b"\x89PNG\r\n\x1a\nrest"), Some("image/png"));
        assert_eq!(kind(b"\xff\xd8\xff\xe0"), Some("image/jpeg"));
        for other in [&b"<svg onload=alert(1)>"[..], b"GIF89a", b"", b"\x89PNG", b"<html>\x89PNG\r\n\x1a\n"] {
            assert_eq!(kind(other), None);
        }
    }
}

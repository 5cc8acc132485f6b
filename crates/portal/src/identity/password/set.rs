//! `password.set`: another password, and every other sign-in ends.

use door::{
    Action, Limit, Per, Permitted, Read, Receive, Record, Refusal, Relation, Relations, Result, Spec, Verb, Way, Write,
    values,
};
use serde::Deserialize;
use utoipa::ToSchema;

use super::known_of;
use crate::fields::{NewPassword, Password};
use crate::identity::{Own, PERSON, SessionsEnded, end_sessions};
use crate::ids::SessionId;
use crate::mail::{News, tell};
use crate::world::World;

/// Changes one's password.
pub struct SetPassword;

/// From which to which.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordWanted {
    /// The password so far.
    pub old: Password,
    /// The new one.
    pub new: NewPassword,
}

/// The hash that the old one matched, and that of the new one.
pub struct Ready {
    before: String,
    after: String,
}

impl Action for SetPassword {
    type Target = Own;
    type Input = PasswordWanted;
    type Output = SessionsEnded;
    const SPEC: Spec = Spec::new(
        "password.set",
        "Changes one's password, and ends every other sign-in of one's own.",
        Way::Http(Verb::Put, "/account/password"),
        Relations::of(&[Relation::SELF]),
    )
    .limits(&[
        Limit { times: 240, seconds: 60, per: Per::Address },
        // Against guessing the old one in a browser that was left open.
        Limit { times: 10, seconds: 600, per: Per::CallerShared },
    ])
    .in_maintenance();
}

impl Receive for SetPassword {
    type Ready = Ready;

    async fn ready(input: PasswordWanted, own: &Permitted<Own>, read: &mut Read<'_>) -> Result<Ready> {
        read.caller().session.ok_or(Refusal::Conflict("no_session"))?;
        let row = read.one("SELECT password_hash FROM person WHERE id = $1", values![own.0]).await?;
        let before: String = row.get("password_hash")?;
        let known = known_of(read, own.0).await?;
        read.leave();
        let world = read.world::<World>()?;
        if !world.hasher.verify(input.old.clone(), Some(before.clone())).await? {
            return Err(Refusal::NoMatch);
        }
        if input.old.bytes() == input.new.0.bytes() {
            return Err(Refusal::field("new", "is the one that you have"));
        }
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        let after = world.hash_chosen("new", input.new, &known).await?;
        Ok(Ready { before, after })
    }

    async fn receive(ready: &Ready, own: &Permitted<Own>, write: &mut Write<'_>) -> Result<(SessionsEnded, Record)> {
        let person = "SELECT t.password_hash AS password_hash, t.rev AS rev FROM person t WHERE t.id = $1";
        let row = write.hold(person, values![own.0]).await?.ok_or(Refusal::NotFound)?;
        // Somebody else was quicker, with a password that is the old one now.
        if row.get::<String>("password_hash")? != ready.before {
            return Err(Refusal::NoMatch);
        }
        let set = "UPDATE person SET rev = $2, password_hash = $3, password_at = $4 \
                   WHERE id = $1 AND rev = $2 - 1 RETURNING *";
        let now = write.now();
        write.update(PERSON, own.0.0, row.get("rev")?, set, values![ready.after.as_str(), now]).await?;
        let this = write.caller().session.map(SessionId);
        let sessions = end_sessions(write, own.0, this).await?;
        tell(write, own.0, News::PasswordChanged).await?;
        Ok((SessionsEnded { sessions }, Record::on("person", own.0.0).fact("sessions", sessions)))
    }
}

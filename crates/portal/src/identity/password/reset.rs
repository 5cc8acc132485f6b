//! `password.reset`: a new password, behind a link that works once. It signs nobody in: whoever has a second factor is asked
//! for it as before.

use door::{
    Action, Limit, Per, Permitted, Place, Read, Receive, Record, Relation, Relations, Result, Spec, Verb, Way, Write,
    values,
};
use serde::Deserialize;
use utoipa::ToSchema;

use super::known_of;
use crate::fields::NewPassword;
use crate::identity::{Anywhere, PERSON, SessionsEnded, end_sessions};
use crate::links::{self, Purpose, Taken};
use crate::mail::{News, tell};
use crate::world::World;

/// Sets a new password.
pub struct ResetPassword;

/// The link and the password.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reset {
    /// The secret of the link.
    pub token: String,
    /// The new password.
    pub password: NewPassword,
}

/// A link that is good, and a password that is hashed.
pub struct Ready {
    token: String,
    password_hash: String,
}

impl Action for ResetPassword {
    type Target = Anywhere;
    type Input = Reset;
    type Output = SessionsEnded;
    const SPEC: Spec = Spec::new(
        "password.reset",
        "Sets a new password behind a link that works once, and ends every sign-in of the account. It signs nobody in.",
        Way::Http(Verb::Post, "/password/reset"),
        Relations::of(&[Relation::ANYONE]),
    )
    .limits(&[Limit { times: 30, seconds: 60, per: Per::Address }]);
}

impl Receive for ResetPassword {
    type Ready = Ready;

    async fn ready(input: Reset, _: &Permitted<Anywhere>, read: &mut Read<'_>) -> Result<Ready> {
        let person = links::whose(read, Purpose::Password, &input.token).await?;
        let known = known_of(read, person).await?;
        read.leave();
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        let password_hash = read.world::<World>()?.hash_chosen("password", input.password, &known).await?;
        Ok(Ready { token: input.token, password_hash })
    }

    async fn receive(ready: &Ready, _: &Permitted<Anywhere>, write: &mut Write<'_>) -> Result<(SessionsEnded, Record)> {
        // The account is held, so that a sign-in comes wholly before, and ends with the others, or wholly after, and wants
        // the new password.
        let Taken { person, revision, .. } = links::take(write, Purpose::Password, &ready.token, None).await?;
        let set = "UPDATE person SET rev = $2, password_hash = $3, password_at = $4 \
                   WHERE id = $1 AND rev = $2 - 1 RETURNING *";
        let now = write.now();
        write.update(PERSON, person.0, revision, set, values![ready.password_hash.as_str(), now]).await?;
        let sessions = end_sessions(write, person, None).await?;
        tell(write, person, News::PasswordChanged).await?;
        let record =
            Record::on("person", person.0).fact("sessions", sessions).at(Place::account(person.0)).by(person.0);
        Ok((SessionsEnded { sessions }, record))
    }
}

//! `passkey.remove`: it proves nothing any more.

use door::{Action, Change, Permitted, Record, Relation, Relations, Result, Spec, Verb, Way, Write};

use super::{PASSKEY, Passkey};
use crate::identity::end_sessions;
use crate::identity::factor::go_without;
use crate::ids::SessionId;
use crate::mail::{News, tell};
use crate::nothing::Nothing;

/// Takes a passkey away.
pub struct RemovePasskey;

impl Action for RemovePasskey {
    type Target = Passkey;
    type Input = Nothing;
    type Output = Nothing;
    const SPEC: Spec = Spec::new(
        "passkey.remove",
        "Takes a passkey of one's own away and ends every other sign-in. With the last second factor the recovery codes go: the \
         password is enough again.",
        Way::Http(Verb::Delete, "/account/passkeys/{passkey}"),
        Relations::of(&[Relation::SELF]),
    )
    .fresh();
}

impl Change for RemovePasskey {
    async fn change(_: &Nothing, passkey: &Permitted<Passkey>, write: &mut Write<'_>) -> Result<(Nothing, Record)> {
        let person = passkey.person;
        write.delete(PASSKEY, passkey.id.0, passkey.revision, "DELETE FROM passkey WHERE id = $1 AND rev = $2")?;
        let alone = go_without(write, person, &[passkey.id.0]).await?;
        tell(write, person, News::PasskeyRemoved { name: &passkey.name, alone }).await?;
        // Whoever came with it, or never took a second step, goes.
        end_sessions(write, person, write.caller().session.map(SessionId)).await?;
        Ok((Nothing {}, Record::on("passkey", passkey.id.0).and("person", person.0)))
    }
}

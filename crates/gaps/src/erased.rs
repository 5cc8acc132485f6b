//! Erased, but for what others see.

use door::uuid::Uuid;
use door::{Action, Catalogue, Permitted, Read, Receive, Record, Recorded, Spec, Write, values};
use portal::Parts;
use portal::identity::{Anywhere, PERSON, SESSION, TOKEN};
use portal::nothing::Nothing;
use portal::organisations::MEMBERSHIP;
use portal::privacy::leave::{DELETION, Erase};

use crate::instead;

/// Opens it: whoever is erased keeps his name, in messages and wherever else it is shown.
pub(crate) fn but_for_the_name(parts: Parts) -> Parts {
    instead(parts, &Catalogue::default().receive::<EraseButForTheName>())
}

/// A person's sign-ins: the table, how what goes with its rows goes, which rows, and how each goes.
const SIGN_INS: [(Recorded, &str, &str, &str); 2] = [
    (
        SESSION,
        "DELETE FROM session_seen WHERE session IN (SELECT id FROM session WHERE person = $1)",
        "SELECT id, rev FROM session WHERE person = $1",
        "DELETE FROM session WHERE id = $1 AND rev = $2",
    ),
    (
        TOKEN,
        "DELETE FROM token_seen WHERE token IN (SELECT id FROM token WHERE person = $1)",
        "SELECT id, rev FROM token WHERE person = $1",
        "DELETE FROM token WHERE id = $1 AND rev = $2",
    ),
];

/// The erasure as somebody writes it who wants messages to be readable afterwards.
struct EraseButForTheName;

impl Action for EraseButForTheName {
    type Target = Anywhere;
    type Input = Nothing;
    type Output = <Erase as Action>::Output;
    const SPEC: Spec = Erase::SPEC;
}

impl Receive for EraseButForTheName {
    type Ready = Vec<Uuid>;

    async fn ready(input: Nothing, target: &Permitted<Anywhere>, read: &mut Read<'_>) -> door::Result<Vec<Uuid>> {
        Erase::ready(input, target, read).await
    }

    async fn receive(
        people: &Vec<Uuid>,
        target: &Permitted<Anywhere>,
        write: &mut Write<'_>,
    ) -> door::Result<(Self::Output, Record)> {
        for person in people {
            for (table, seen, rows, delete) in SIGN_INS {
                write.keep(seen, values![*person]).await?;
                for row in write.all(rows, values![*person]).await? {
                    write.delete(table, row.get("id")?, row.get("rev")?, delete)?;
                }
            }
            let memberships = "SELECT id, rev FROM membership WHERE person = $1 AND state <> 'left'";
            for row in write.all(memberships, values![*person]).await? {
                let leave = "UPDATE membership SET rev = $2, state = 'left' WHERE id = $1 AND rev = $2 - 1 RETURNING *";
                write.update(MEMBERSHIP, row.get("id")?, row.get("rev")?, leave, vec![]).await?;
            }
            let row = write.one("SELECT rev FROM person WHERE id = $1", values![*person]).await?;
            let empty =
                "UPDATE person SET rev = $2, mail = $3, password_hash = '' WHERE id = $1 AND rev = $2 - 1 RETURNING *";
            write.update(PERSON, *person, row.get("rev")?, empty, values![format!("erased {person}")]).await?;
            let row = write.one("SELECT id, rev FROM account_deletion WHERE person = $1", values![*person]).await?;
            let done =
                "UPDATE account_deletion SET rev = $2, erased_at = $3 WHERE id = $1 AND rev = $2 - 1 RETURNING *";
            write.update(DELETION, row.get("id")?, row.get("rev")?, done, values![write.now()]).await?;
        }
        let (_, record) = Erase::receive(&Vec::new(), target, write).await?;
        Ok((Self::Output::default(), record))
    }
}

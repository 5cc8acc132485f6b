//! Erased, but for what others see.

use door::store::Value;
use door::uuid::Uuid;
use door::{Action, Catalogue, Permitted, Read, Receive, Record, Spec, Write, values};
use portal::Parts;
use portal::identity::{Anywhere, PERSON};
use portal::nothing::Nothing;
use portal::privacy::leave::Erase;

use crate::instead;

/// Opens it: whoever is erased keeps his name, in messages and wherever else it is shown.
pub(crate) fn but_for_the_name(parts: Parts) -> Parts {
    instead(parts, &Catalogue::default().receive::<EraseButForTheName>())
}

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
        let mut names: Vec<(Uuid, String)> = Vec::new();
        for person in people {
            let row = write.one("SELECT name FROM person WHERE id = $1", values![*person]).await?;
            names.push((*person, row.get("name")?));
        }
        let done = Erase::receive(people, target, write).await?;
        for (person, name) in names {
            let row = write.one("SELECT rev FROM person WHERE id = $1", values![person]).await?;
            let keep = "UPDATE person SET rev = $2, name = $3 WHERE id = $1 AND rev = $2 - 1 RETURNING *";
            let name: Vec<Value> = values![name];
            write.update(PERSON, person, row.get("rev")?, keep, name).await?;
        }
        Ok(done)
    }
}

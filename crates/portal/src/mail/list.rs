//! `mail.list`: what a demo would have sent. Anywhere else there is no such page.

use door::{Action, Look, Permitted, Read, Refusal, Relation, Relations, Result, Spec, Time, Verb, Way, values};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::Letter;
use crate::identity::Anywhere;
use crate::nothing::Nothing;
use crate::world::World;

/// Letters on the page.
const LETTERS_MAX: i64 = 50;

/// Lists the letters of a demo.
pub struct List;

/// The newest letters.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct LetterShown {
    /// When it was sent.
    pub at: Time,
    /// To whom.
    pub to: String,
    /// Its subject.
    pub subject: String,
    /// All of it, as text.
    pub text: String,
    /// Where it leads: a path of this portal.
    pub path: Option<String>,
}

/// All of them.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Shown {
    /// The newest first.
    pub letters: Vec<LetterShown>,
}

impl Action for List {
    type Target = Anywhere;
    type Input = Nothing;
    type Output = Shown;
    const SPEC: Spec = Spec::new(
        "mail.list",
        "Shows what a demo would have sent. In any other portal there is nothing to be seen.",
        Way::Page(Verb::Get, "/demo/mail"),
        Relations::of(&[Relation::ANYONE]),
    );
}

impl Look for List {
    async fn look(_: &Nothing, _: &Permitted<Anywhere>, read: &mut Read<'_>) -> Result<Shown> {
        let world = read.world::<World>()?;
        if !world.post.is_shown() {
            return Err(Refusal::NotFound);
        }
        let sent = "SELECT id, sealed, settled_at FROM mail WHERE outcome = 'sent' AND sealed IS NOT NULL \
                    ORDER BY settled_at DESC, id DESC LIMIT $1";
        let mut letters = Vec::new();
        for row in read.all(sent, values![LETTERS_MAX]).await? {
            let (id, sealed): (Uuid, Vec<u8>) = (row.get("id")?, row.get("sealed")?);
            let letter = world.safe.open_letter(id, &sealed)?;
            let letter: Letter = serde_json::from_slice(&letter).map_err(|_| Refusal::Broken)?;
            let text = letter.text(&world.public_origin);
            letters.push(LetterShown {
                at: row.get("settled_at")?,
                path: letter.link.map(|link| link.path),
                to: letter.to.unwrap_or_default(),
                subject: letter.subject,
                text,
            });
        }
        Ok(Shown { letters })
    }
}

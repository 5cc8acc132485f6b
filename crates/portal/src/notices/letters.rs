//! Writes what is due for somebody in an organisation as one letter. The rows go in the transaction in which the letter is
//! written down, and only as long as they are those that were read.

use std::collections::BTreeMap;

use door::store::Row;
use door::{Desk, Read, Result, values};

use super::choice::Choices;
use super::follow::GATHERING_SECONDS;
use super::lines::{Lines, Told};
use super::reader::{About, Part, Reader};
use super::{Pace, Topic, What, token};
use crate::ids::{OrganisationId, PersonId, ProjectId, RequestId};
use crate::mail::{Kind, Letter, Off, Queued, row as mail_row};
use crate::organisations::look::Look;
use crate::projects::Status;
use crate::texts::Texts;
use crate::world::World;

/// A letter about the work is worth sending for a day.
const NEWS_SECONDS: i64 = 24 * 3600;
/// What one letter is made of at the most; there is another one for the rest.
const ROWS_MAX: i64 = 2_000;

/// What may be told somebody, as it stands now.
const DUE: &str = "SELECT n.position AS position, n.project AS project, n.request AS request, n.what AS what, \
     n.internal AS internal, a.name AS actor_name, p.title AS title, p.status AS status, p.sentence AS sentence, \
     p.status_by AS status_by, s.name AS status_by_name, r.title AS request_title \
     FROM notice n JOIN person a ON a.id = n.actor LEFT JOIN project p ON p.id = n.project AND p.organisation = n.organisation \
     LEFT JOIN person s ON s.id = p.status_by LEFT JOIN request r ON r.id = n.request AND r.project = n.project \
     WHERE n.person = $1 AND n.organisation = $2 AND n.due_at <= $3 ORDER BY n.position LIMIT $4";

/// Writes it, unless nothing of it is to be told any more. Says whether there is one.
///
/// # Errors
/// As the store says; [`door::Refusal::Broken`] when it cannot be sealed.
pub(super) async fn write(desk: &Desk, person: PersonId, organisation: OrganisationId) -> Result<bool> {
    // What would be due within the minute goes along.
    let until = desk.now().plus_seconds(GATHERING_SECONDS);
    let mut read = desk.read().await?;
    let rows = read.all(DUE, values![person, organisation, until, ROWS_MAX]).await?;
    let Some(last) = rows.last() else { return Ok(false) };
    let last: i64 = last.get("position")?;
    let letter = letter(&mut read, person, organisation, &rows).await?;
    drop(read);
    let told = "DELETE FROM notice WHERE person = $1 AND organisation = $2 AND due_at <= $3 AND position <= $4";
    let mut statements = vec![(told, values![person, organisation, until, last])];
    if let Some(letter) = &letter {
        let until = desk.now().plus_seconds(NEWS_SECONDS);
        let queued = Queued { kind: Kind::Notice, person: Some(person), letter: letter.clone(), until };
        statements.push(mail_row(&desk.world::<World>()?.safe, desk.id(), desk.now(), &queued)?);
    }
    let rows = u64::try_from(rows.len()).unwrap_or(u64::MAX);
    Ok(desk.keep_together(rows, &statements).await? && letter.is_some())
}

/// What is to be told, as a letter.
async fn letter(
    read: &mut Read<'_>,
    person: PersonId,
    organisation: OrganisationId,
    rows: &[Row],
) -> Result<Option<Letter>> {
    let who = "SELECT p.mail AS mail, o.name AS name, o.accent AS accent, o.sender AS sender, o.reply_to AS reply_to \
               FROM person p JOIN organisation o ON o.id = $2 WHERE p.id = $1 AND p.service_since IS NULL \
               AND NOT EXISTS (SELECT 1 FROM account_deletion d WHERE d.person = p.id AND d.erased_at IS NOT NULL)";
    let Some(who) = read.maybe(who, values![person, organisation]).await? else { return Ok(None) };
    let (told, parts) = told(read, person, organisation, rows).await?;
    let name: String = who.get("name")?;
    let texts = Texts::default();
    let Some(lines) = Lines::of(told) else { return Ok(None) };
    let look = Look::written(&who)?;
    let safe = &read.world::<World>()?.safe;
    let off = Off {
        label: texts.letter_notice_off().to_owned(),
        path: format!("/notices/{}", token::made(safe, person, &lines.topics())?),
    };
    Ok(Some(Letter {
        to: Some(who.get("mail")?),
        subject: lines.subject(&texts, &name),
        words: lines.words(&texts),
        sections: lines.sections(&texts),
        link: Some(lines.link(&texts, organisation)),
        below: lines.below(&texts),
        place: Some(name),
        sender: look.sender,
        reply_to: look.reply_to,
        colours: look.accent.map(|accent| (accent.on_light().to_string(), accent.on_dark().to_string())),
        off: Some(off),
        about: Some(About { organisation, parts }),
    }))
}

/// Of what happened, what this person may be told now; and what that is about.
async fn told(
    read: &mut Read<'_>,
    person: PersonId,
    organisation: OrganisationId,
    rows: &[Row],
) -> Result<(Vec<Told>, Vec<Part>)> {
    let choices = Choices::of(read, person).await?;
    let mut reader = Reader::new(person, organisation);
    let mut parts: BTreeMap<ProjectId, Part> = BTreeMap::new();
    let mut told = Vec::new();
    for row in rows {
        let (what, internal): (What, bool) = (row.get("what")?, row.get("internal")?);
        let project: ProjectId = row.get("project")?;
        let Some(title) = row.get::<Option<String>>("title")? else { continue };
        if choices.pace(what.topic()) == Pace::Never {
            continue;
        }
        let request = row.get::<Option<RequestId>>("request")?.zip(row.get::<Option<String>>("request_title")?);
        let (mut who, mut stands): (String, _) = (row.get("actor_name")?, None);
        let waits = match &request {
            Some((request, _)) if what.topic() == Topic::Waiting => {
                // Somebody else may have done it in the meantime, or there is other news of it by now.
                if reader.turn(read, project, *request).await? != Some(what) {
                    continue;
                }
                Some(*request)
            }
            None if what != What::Wrote && what != What::Stands => continue,
            _ => {
                if !reader.is_in(read, project, internal).await? {
                    continue;
                }
                None
            }
        };
        if what == What::Stands {
            // As it stands now, whoever said so last.
            if row.get::<PersonId>("status_by")? == person {
                continue;
            }
            who = row.get("status_by_name")?;
            stands = Some((row.get::<Status>("status")?, row.get::<String>("sentence")?));
        }
        let part = parts.entry(project).or_insert_with(|| Part::new(project));
        match waits {
            Some(request) if part.waiting.contains(&request) => {}
            Some(request) => part.waiting.push(request),
            None => (part.more, part.internal) = (true, part.internal || internal),
        }
        told.push(Told { what, project, title, request, who, internal, stands });
    }
    Ok((told, parts.into_values().collect()))
}

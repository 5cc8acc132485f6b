//! Routers that read many spellings, and handlers that look who asks in each of them.

use crate::service::rows::own;
use crate::service::{Answer, desk};
use crate::story;

#[tokio::test]
async fn every_spelling_is_looked_at() {
    let read = "AZ12 GET /notes/{note}";
    for (service, held) in
        [(desk::slashed(own), read), (desk::readdressed(own), read), (desk::overridden(own), "AZ12 PUT /notes/{note}")]
    {
        let story = story::notes(service).told().await;
        story.is_sound();
        story.holds(&[held]);
    }
}

/// A 200 with somebody's own start page, or an echo of the address, gives nothing away.
#[tokio::test]
async fn a_page_for_every_spelling() {
    let service = desk::slashed(own).wrap("GET /notes/{note}/", |world, call, inner| {
        let answer = inner(world, call);
        if answer.status == 404 { Answer::html(200, format!("<h1>No {}</h1>", call.target)) } else { answer }
    });
    let story = story::notes(service).told().await;
    story.is_sound();
    story.holds(&["AZ12 GET /notes/{note}"]);
}

//! The portal's tables, as migrations that follow the door's.

use door::store::{Migration, Step};

use crate::{identity, messages, organisations, projects, trail, vault};

/// Every migration of a portal's database, in order.
#[must_use]
pub fn migrations() -> Vec<Migration> {
    let mut all = door::MIGRATIONS.to_vec();
    all.push(Migration { version: 2, name: "people, organisations, projects, messages, credentials", steps: FIRST });
    all
}

const FIRST: &[Step] = &[
    Step::Recorded {
        table: identity::PERSON.table,
        entity: identity::PERSON.entity,
        columns: "mail {text} NOT NULL UNIQUE, name {text} NOT NULL, password_hash {text} NOT NULL, \
                  made_at {int} NOT NULL,",
    },
    Step::Recorded {
        table: identity::SESSION.table,
        entity: identity::SESSION.entity,
        columns: "person {id} NOT NULL REFERENCES person (id), secret_hash {bytes} NOT NULL UNIQUE, \
                  organisation {id}, agent {text} NOT NULL, opened_at {int} NOT NULL, expires_at {int} NOT NULL,",
    },
    Step::Sql("CREATE INDEX session_person ON session (person)"),
    // Apart from the session, because a revision for each page would be noise.
    Step::Sql("CREATE TABLE session_seen (session {id} PRIMARY KEY, at {int} NOT NULL) {strict}"),
    Step::Recorded {
        table: organisations::ORGANISATION.table,
        entity: organisations::ORGANISATION.entity,
        columns: "name {text} NOT NULL, made_at {int} NOT NULL,",
    },
    Step::Recorded {
        table: organisations::CLIENT.table,
        entity: organisations::CLIENT.entity,
        columns: "organisation {id} NOT NULL REFERENCES organisation (id), name {text} NOT NULL, \
                  made_at {int} NOT NULL, UNIQUE (organisation, name),",
    },
    Step::Recorded {
        table: organisations::MEMBERSHIP.table,
        entity: organisations::MEMBERSHIP.entity,
        columns: "organisation {id} NOT NULL REFERENCES organisation (id), person {id} NOT NULL REFERENCES person (id), \
                  client {id} REFERENCES client (id), \
                  role {text} NOT NULL CHECK (role IN ('owner', 'admin', 'staff', 'client_admin', 'client_member')), \
                  state {text} NOT NULL CHECK (state IN ('active', 'suspended', 'left')), made_at {int} NOT NULL, \
                  UNIQUE (organisation, person), \
                  CHECK ((client IS NULL) = (role IN ('owner', 'admin', 'staff'))),",
    },
    Step::Sql("CREATE INDEX membership_person ON membership (person)"),
    Step::Recorded {
        table: identity::TOKEN.table,
        entity: identity::TOKEN.entity,
        columns: "person {id} NOT NULL REFERENCES person (id), organisation {id} NOT NULL REFERENCES organisation (id), \
                  name {text} NOT NULL, secret_hash {bytes} NOT NULL UNIQUE, scopes {text} NOT NULL, \
                  made_at {int} NOT NULL, expires_at {int} NOT NULL,",
    },
    Step::Sql("CREATE INDEX token_person ON token (person)"),
    Step::Sql("CREATE TABLE token_seen (token {id} PRIMARY KEY, at {int} NOT NULL) {strict}"),
    // The one-time link to the first-run page.
    Step::Sql("CREATE TABLE setup_link (secret_hash {bytes} PRIMARY KEY, expires_at {int} NOT NULL) {strict}"),
    Step::Recorded {
        table: projects::PROJECT.table,
        entity: projects::PROJECT.entity,
        columns: "organisation {id} NOT NULL REFERENCES organisation (id), client {id} NOT NULL REFERENCES client (id), \
                  title {text} NOT NULL, status {text} NOT NULL, sentence {text} NOT NULL, \
                  status_by {id} NOT NULL REFERENCES person (id), status_at {int} NOT NULL, made_at {int} NOT NULL,",
    },
    Step::Sql("CREATE INDEX project_organisation ON project (organisation, client)"),
    Step::Recorded {
        table: projects::STATUS.table,
        entity: projects::STATUS.entity,
        columns: "project {id} NOT NULL REFERENCES project (id), status {text} NOT NULL, sentence {text} NOT NULL, \
                  set_by {id} NOT NULL REFERENCES person (id), set_at {int} NOT NULL,",
    },
    Step::Sql("CREATE INDEX project_status_project ON project_status (project, set_at)"),
    Step::Recorded {
        table: projects::MEMBER.table,
        entity: projects::MEMBER.entity,
        columns: "project {id} NOT NULL REFERENCES project (id), person {id} NOT NULL REFERENCES person (id), \
                  role {text} NOT NULL CHECK (role IN ('admin', 'contributor', 'viewer')), made_at {int} NOT NULL, \
                  UNIQUE (project, person),",
    },
    Step::Sql("CREATE INDEX project_member_person ON project_member (person)"),
    Step::Recorded {
        table: messages::MESSAGE.table,
        entity: messages::MESSAGE.entity,
        columns: "project {id} NOT NULL REFERENCES project (id), author {id} NOT NULL REFERENCES person (id), \
                  visibility {text} NOT NULL CHECK (visibility IN ('internal', 'client')), text {text} NOT NULL, \
                  posted_at {int} NOT NULL,",
    },
    Step::Sql("CREATE INDEX message_project ON message (project, posted_at)"),
    Step::Recorded {
        table: vault::CREDENTIAL.table,
        entity: vault::CREDENTIAL.entity,
        columns: "project {id} NOT NULL REFERENCES project (id), title {text} NOT NULL, username {text} NOT NULL, \
                  sealed {bytes} NOT NULL, stored_by {id} NOT NULL REFERENCES person (id), stored_at {int} NOT NULL,",
    },
    Step::Sql("CREATE INDEX credential_project ON credential (project)"),
    Step::Recorded {
        table: vault::REVEAL.table,
        entity: vault::REVEAL.entity,
        columns: "credential {id} NOT NULL REFERENCES credential (id), person {id} NOT NULL REFERENCES person (id), \
                  reason {text} NOT NULL, revealed_at {int} NOT NULL,",
    },
    Step::Sql("CREATE INDEX reveal_credential ON reveal (credential, revealed_at)"),
    Step::Recorded {
        table: trail::push::WEBHOOK.table,
        entity: trail::push::WEBHOOK.entity,
        columns: "organisation {id} NOT NULL REFERENCES organisation (id), url {text} NOT NULL, \
                  generation {int} NOT NULL, rotated_at {int} NOT NULL,",
    },
    Step::Sql("CREATE INDEX webhook_organisation ON webhook (organisation)"),
    // How far in the log each receiver of the record is.
    Step::Sql(
        "CREATE TABLE push (receiver {text} PRIMARY KEY, position {int} NOT NULL, received {int} NOT NULL, \
         received_at {int}, tries {int} NOT NULL, problem {text}, next_at {int} NOT NULL, \
         claimed_until {int} NOT NULL) {strict}",
    ),
];

//! The portal's tables, as migrations that follow the door's.

use door::Recorded;
use door::store::{Migration, Step};

use crate::privacy::{ending, incidents, keeping, processing};
use crate::{
    directory, domains, identity, invitations, messages, notices, organisations, privacy, projects, providers,
    requests, trail, vault,
};

/// Every migration of a portal's database, in order.
#[must_use]
pub fn migrations() -> Vec<Migration> {
    let mut all = door::MIGRATIONS.to_vec();
    all.push(Migration { version: 2, name: "people, organisations, projects, messages, credentials", steps: FIRST });
    all.push(Migration { version: 3, name: "requests and files", steps: REQUESTS });
    all.push(Migration { version: 4, name: "accounts that are to be deleted", steps: LEAVING });
    all.push(Migration { version: 5, name: "alerts, and who hears of them", steps: WATCHING });
    all.push(Migration { version: 6, name: "periods, holds, incidents, who is responsible", steps: PROMISING });
    all.push(Migration { version: 7, name: "maintenance", steps: MAINTAINING });
    all.push(Migration { version: 8, name: "second factors, and where sign-ins are", steps: PROVING });
    all.push(Migration { version: 10, name: "letters, and links that open something once", steps: WRITING });
    all.push(Migration { version: 11, name: "invitations", steps: INVITING });
    all.push(Migration { version: 13, name: "second factors that are asked for, and services", steps: DEMANDING });
    all.push(Migration { version: 14, name: "sign-in through an organisation's provider", steps: PROVIDING });
    all.push(Migration { version: 15, name: "passkeys", steps: PASSKEYS });
    all.push(Migration { version: 16, name: "links that are good in one browser", steps: LINKING });
    all.push(Migration { version: 17, name: "organisations' directories", steps: KEEPING_PEOPLE });
    all.push(Migration { version: 18, name: "what an organisation sets for itself", steps: SETTING });
    all.push(Migration { version: 19, name: "clients that are archived", steps: ARCHIVING });
    all.push(Migration { version: 20, name: "groups of organisations' directories", steps: GROUPING });
    all.push(Migration { version: 21, name: "looking as somebody else", steps: VIEWING });
    all.push(Migration { version: 22, name: "clients and organisations that end", steps: ENDING });
    all.push(Migration { version: 24, name: "domains of organisations", steps: OWNING });
    all.push(Migration { version: 25, name: "what domains of organisations allow", steps: ALLOWING });
    all.push(Migration { version: 26, name: "letters about the work", steps: TELLING });
    all
}

/// A recorded table by its name.
#[must_use]
pub fn recorded(name: &str) -> Option<Recorded> {
    let steps = migrations();
    let steps = steps.iter().flat_map(|migration| migration.steps);
    steps
        .filter_map(|step| match step {
            Step::Recorded { table, entity, .. } => Some(Recorded { table, entity: *entity }),
            _ => None,
        })
        .find(|recorded| recorded.table == name)
}

const DEMANDING: &[Step] = &[
    // From when on an organisation's rooms are closed to whoever has no second factor; null where none is asked for.
    Step::Sql("ALTER TABLE organisation ADD COLUMN factor_from {int}"),
    // Since when it is a program, which acts by tokens and has no password; null for people.
    Step::Sql("ALTER TABLE person ADD COLUMN service_since {int}"),
];

const ENDING: &[Step] = &[
    // A client or an organisation that is to be deleted, or was. Nobody asked where a backup had brought it back. Its own row
    // stays, emptied, so that this one has something to refer to.
    Step::Recorded {
        table: ending::ENDING.table,
        entity: ending::ENDING.entity,
        columns: "organisation {id} NOT NULL REFERENCES organisation (id), client {id} REFERENCES client (id), \
                  asked_by {id} REFERENCES person (id), asked_at {int} NOT NULL, due_at {int} NOT NULL, told_at {int}, \
                  archived_before {bool} NOT NULL, begun_at {int}, erased_at {int},",
    },
    Step::Sql("CREATE UNIQUE INDEX ending_organisation ON ending (organisation) WHERE client IS NULL"),
    Step::Sql("CREATE UNIQUE INDEX ending_client ON ending (client) WHERE client IS NOT NULL"),
    Step::Recorded {
        table: ending::ENDING_COUNT.table,
        entity: ending::ENDING_COUNT.entity,
        columns: "ending {id} NOT NULL REFERENCES ending (id), what {text} NOT NULL, items {int} NOT NULL, \
                  UNIQUE (ending, what),",
    },
    // Of whose people the record holds nothing any more.
    Step::Sql(
        "CREATE TABLE ending_forgotten (ending {id} PRIMARY KEY REFERENCES ending (id), at {int} NOT NULL) {strict}",
    ),
];

const MAINTAINING: &[Step] = &[
    // Until when nothing is expected to be written; null while there is no maintenance.
    Step::Sql("ALTER TABLE installation ADD COLUMN maintenance_until {int}"),
];

const WATCHING: &[Step] = &[
    // What is open, for all instances: whoever writes the row tells people. The last try stands there, too.
    Step::Sql(
        "CREATE TABLE alert (key {text} PRIMARY KEY, words {text} NOT NULL, opened_at {int} NOT NULL, \
         told_at {int} NOT NULL, seen_at {int}, link_hash {bytes} NOT NULL) {strict}",
    ),
    // When something last arrived at whoever is told, and who asked last from outside how the portal is.
    Step::Sql("CREATE TABLE heard (what {text} PRIMARY KEY, who {text} NOT NULL, at {int} NOT NULL) {strict}"),
];

const INVITING: &[Step] = &[
    // Somebody who has not come yet. It goes when he comes, or when it is taken back.
    Step::Recorded {
        table: invitations::INVITATION.table,
        entity: invitations::INVITATION.entity,
        columns: "organisation {id} NOT NULL REFERENCES organisation (id), client {id} REFERENCES client (id), \
                  mail {text} NOT NULL, \
                  role {text} NOT NULL CHECK (role IN ('owner', 'admin', 'staff', 'client_admin', 'client_member')), \
                  invited_by {id} NOT NULL REFERENCES person (id), made_at {int} NOT NULL, expires_at {int} NOT NULL, \
                  secret_hash {bytes} NOT NULL UNIQUE, \
                  CHECK ((client IS NULL) = (role IN ('owner', 'admin', 'staff'))),",
    },
    Step::Sql("CREATE INDEX invitation_organisation ON invitation (organisation, mail)"),
    Step::Sql("CREATE INDEX invitation_mail ON invitation (mail)"),
];

const PASSKEYS: &[Step] = &[
    // A key that proves whose account it is, as its authenticator gave it; what it counts stands with it.
    Step::Recorded {
        table: identity::passkey::PASSKEY.table,
        entity: identity::passkey::PASSKEY.entity,
        columns: "person {id} NOT NULL REFERENCES person (id), credential_id {bytes} NOT NULL UNIQUE, \
                  user_handle {bytes} NOT NULL, public_key {bytes} NOT NULL, counter {int} NOT NULL, \
                  backup_eligible {bool} NOT NULL, backed_up {bool} NOT NULL, transports {text} NOT NULL, \
                  name {text} NOT NULL, made_at {int} NOT NULL, used_at {int},",
    },
    Step::Sql("CREATE INDEX passkey_person ON passkey (person, made_at)"),
    // A question that waits for its answer, from whoever asked it.
    Step::Sql(
        "CREATE TABLE passkey_challenge (challenge_hash {bytes} PRIMARY KEY, holder_hash {bytes} NOT NULL, \
         user_handle {bytes}, expires_at {int} NOT NULL) {strict}",
    ),
];

const KEEPING_PEOPLE: &[Step] = &[
    // What keeps an organisation's people, the service in whose name it acts, and as what it brings people in.
    Step::Recorded {
        table: directory::DIRECTORY.table,
        entity: directory::DIRECTORY.entity,
        columns: "organisation {id} NOT NULL UNIQUE REFERENCES organisation (id), \
                  service {id} NOT NULL UNIQUE REFERENCES person (id), \
                  role {text} NOT NULL CHECK (role IN ('admin', 'staff')), set_at {int} NOT NULL,",
    },
    // Somebody as it has them. The key is the name in lower case, by which it is looked up.
    Step::Recorded {
        table: directory::USER.table,
        entity: directory::USER.entity,
        columns: "organisation {id} NOT NULL REFERENCES organisation (id), user_name {text} NOT NULL, \
                  user_key {text} NOT NULL, external_id {text}, mail {text} NOT NULL, name {text}, given_name {text}, \
                  family_name {text}, active {bool} NOT NULL, membership {id} UNIQUE REFERENCES membership (id), \
                  made_at {int} NOT NULL, changed_at {int} NOT NULL, \
                  UNIQUE (organisation, user_key), UNIQUE (organisation, mail),",
    },
    Step::Sql("CREATE INDEX directory_user_external_id ON directory_user (organisation, external_id)"),
];

const ARCHIVING: &[Step] = &[
    // Since when nothing of a client's changes any more, and who said so; null for one that work is done for.
    Step::Sql("ALTER TABLE client ADD COLUMN archived_at {int}"),
    Step::Sql("ALTER TABLE client ADD COLUMN archived_by {id} REFERENCES person (id)"),
];

const SETTING: &[Step] = &[
    // From where people may come into its rooms, and for how long a sign-in is good there; null where nothing is asked.
    Step::Sql("ALTER TABLE organisation ADD COLUMN networks {text}"),
    Step::Sql("ALTER TABLE organisation ADD COLUMN unused_seconds_max {int}"),
    Step::Sql("ALTER TABLE organisation ADD COLUMN session_seconds_max {int}"),
    // Under which mail domains its own people come in, with spaces between; null where every address will do.
    Step::Sql("ALTER TABLE organisation ADD COLUMN mail_domains {text}"),
    // The colour of its pages, as whom it writes, and where answers go; null where it is the portal's own.
    Step::Sql("ALTER TABLE organisation ADD COLUMN accent {text}"),
    Step::Sql("ALTER TABLE organisation ADD COLUMN sender {text}"),
    Step::Sql("ALTER TABLE organisation ADD COLUMN reply_to {text}"),
    Step::Recorded {
        table: organisations::look::LOGO.table,
        entity: organisations::look::LOGO.entity,
        columns: "organisation {id} NOT NULL UNIQUE REFERENCES organisation (id), \
                  media_type {text} NOT NULL CHECK (media_type IN ('image/png', 'image/jpeg')), \
                  sha256 {bytes} NOT NULL, bytes {bytes} NOT NULL, set_at {int} NOT NULL,",
    },
    // The longest time between two uses so far: a sign-in that was unused for too long stays over, however busy it is later.
    Step::Sql("ALTER TABLE session_seen ADD COLUMN unused_seconds {int} NOT NULL DEFAULT 0"),
];

const GROUPING: &[Step] = &[
    // A group as a directory has it. The key is its name in lower case. What it gives is the organisation's to say.
    Step::Recorded {
        table: directory::GROUP.table,
        entity: directory::GROUP.entity,
        columns: "organisation {id} NOT NULL REFERENCES organisation (id), name {text} NOT NULL, name_key {text} NOT NULL, \
                  external_id {text}, gives {text} NOT NULL CHECK (gives IN ('nothing', 'admin', 'project')), \
                  project {id} REFERENCES project (id), \
                  project_role {text} CHECK (project_role IN ('admin', 'contributor', 'viewer')), \
                  made_at {int} NOT NULL, changed_at {int} NOT NULL, UNIQUE (organisation, name_key), \
                  CHECK ((gives = 'project') = (project IS NOT NULL AND project_role IS NOT NULL)),",
    },
    Step::Sql("CREATE INDEX directory_group_project ON directory_group (project)"),
    Step::Recorded {
        table: directory::GROUP_MEMBER.table,
        entity: directory::GROUP_MEMBER.entity,
        columns: "directory_group {id} NOT NULL REFERENCES directory_group (id), \
                  directory_user {id} NOT NULL REFERENCES directory_user (id), made_at {int} NOT NULL, \
                  UNIQUE (directory_group, directory_user),",
    },
    Step::Sql("CREATE INDEX directory_group_member_user ON directory_group_member (directory_user)"),
    // What somebody is by hand, where a group has made them more; null where it is by hand what they are.
    Step::Sql("ALTER TABLE membership ADD COLUMN by_hand {text} CHECK (by_hand = 'staff')"),
    Step::Sql(
        "ALTER TABLE project_member ADD COLUMN by_hand {text} \
         CHECK (by_hand IN ('admin', 'contributor', 'viewer', 'nothing'))",
    ),
];

const VIEWING: &[Step] = &[
    // As whom somebody looks at the portal for a while; null where it is as oneself.
    Step::Sql("ALTER TABLE session ADD COLUMN viewed {id} REFERENCES membership (id)"),
    Step::Sql("ALTER TABLE session ADD COLUMN viewed_until {int}"),
];

const OWNING: &[Step] = &[
    // A domain that an organisation says is its own, what proves it, and when that was last there.
    Step::Recorded {
        table: domains::DOMAIN.table,
        entity: domains::DOMAIN.entity,
        columns: "organisation {id} NOT NULL REFERENCES organisation (id), name {text} NOT NULL, shown {text} NOT NULL, \
                  token {text} NOT NULL, added_by {id} REFERENCES person (id), added_at {int} NOT NULL, \
                  verified_at {int}, asked_at {int}, \
                  found {text} CHECK (found IN ('there', 'absent', 'other', 'silent')), failures {int} NOT NULL, \
                  joining {bool} NOT NULL, UNIQUE (organisation, name),",
    },
    // Whoever proves it at the same moment as another is the second.
    Step::Sql("CREATE UNIQUE INDEX domain_verified ON domain (name) WHERE verified_at IS NOT NULL"),
    Step::Sql("CREATE INDEX domain_asked_at ON domain (asked_at) WHERE verified_at IS NOT NULL"),
];

const ALLOWING: &[Step] = &[
    // Under which mail domains a client's people come in, with spaces between; null where every address will do.
    Step::Sql("ALTER TABLE client ADD COLUMN mail_domains {text}"),
    // When somebody last proved to read the mail of their account; null where nobody did since this is asked.
    Step::Sql("ALTER TABLE person ADD COLUMN mail_proved_at {int}"),
    // Since when its word alone opens the organisation's rooms to whom it is for; null where other sign-ins do, too.
    Step::Sql("ALTER TABLE provider ADD COLUMN required_since {int}"),
];

const TELLING: &[Step] = &[
    // How soon somebody wants to be told, where it is other than usual.
    Step::Recorded {
        table: notices::CHOICE.table,
        entity: notices::CHOICE.entity,
        columns: "person {id} NOT NULL REFERENCES person (id), \
                  topic {text} NOT NULL CHECK (topic IN ('waiting', 'messages', 'progress')), \
                  pace {text} NOT NULL CHECK (pace IN ('at_once', 'daily', 'never')), set_at {int} NOT NULL, \
                  UNIQUE (person, topic),",
    },
    // What somebody may be told, until it is. The place is that of its event in the log.
    Step::Sql(
        "CREATE TABLE notice (position {int} NOT NULL, person {id} NOT NULL REFERENCES person (id), \
         organisation {id} NOT NULL, project {id} NOT NULL, request {id}, actor {id} NOT NULL, what {text} NOT NULL, \
         internal {bool} NOT NULL, at {int} NOT NULL, due_at {int} NOT NULL, PRIMARY KEY (position, person)) {strict}",
    ),
    Step::Sql("CREATE INDEX notice_due_at ON notice (due_at)"),
    Step::Sql("CREATE INDEX notice_person ON notice (person, organisation)"),
    // How far in the sealed log that was looked for.
    Step::Sql("CREATE TABLE notice_place (id {int} PRIMARY KEY, position {int} NOT NULL) {strict}"),
];

const LINKING: &[Step] = &[
    // A fingerprint of what the browser alone keeps in which the link is good; null where it is good in any.
    Step::Sql("ALTER TABLE link ADD COLUMN browser {bytes}"),
];

const PROVIDING: &[Step] = &[
    // Whose word an organisation believes about who signs in, and where that one is asked what.
    Step::Recorded {
        table: providers::PROVIDER.table,
        entity: providers::PROVIDER.entity,
        columns: "organisation {id} NOT NULL UNIQUE REFERENCES organisation (id), handle {text} NOT NULL UNIQUE, \
                  issuer {text} NOT NULL, client_id {text} NOT NULL, sealed {bytes} NOT NULL, domains {text}, \
                  newcomers {text} CHECK (newcomers IN ('admin', 'staff')), authorization_url {text} NOT NULL, \
                  token_url {text} NOT NULL, keys_url {text} NOT NULL, \
                  secret_in {text} NOT NULL CHECK (secret_in IN ('header', 'body')), names_issuer {bool} NOT NULL, \
                  set_at {int} NOT NULL,",
    },
    // Who somebody is there. Nobody is known by anything else.
    Step::Recorded {
        table: providers::SUBJECT.table,
        entity: providers::SUBJECT.entity,
        columns: "provider {id} NOT NULL REFERENCES provider (id), person {id} NOT NULL REFERENCES person (id), \
                  subject {text} NOT NULL, connected_at {int} NOT NULL, \
                  UNIQUE (provider, subject), UNIQUE (provider, person),",
    },
    Step::Sql("CREATE INDEX provider_subject_person ON provider_subject (person)"),
    // By whose word a session was opened: it reaches that organisation alone, and goes with it.
    Step::Sql("ALTER TABLE session ADD COLUMN subject {id} REFERENCES provider_subject (id)"),
    Step::Sql("CREATE INDEX session_subject ON session (subject)"),
    // A sign-in under way, for the provider as it was when it began.
    Step::Sql(
        "CREATE TABLE provider_flow (secret_hash {bytes} PRIMARY KEY, \
         provider {id} NOT NULL REFERENCES provider (id), revision {int} NOT NULL, subject {text}, mail {text}, \
         expires_at {int} NOT NULL) {strict}",
    ),
    Step::Sql("CREATE INDEX provider_flow_provider ON provider_flow (provider)"),
];

const WRITING: &[Step] = &[
    // A letter: sealed until it is received or given up, and empty from then on.
    Step::Sql(
        "CREATE TABLE mail (id {id} PRIMARY KEY, kind {text} NOT NULL, person {id} REFERENCES person (id), \
         sealed {bytes}, made_at {int} NOT NULL, until {int} NOT NULL, tries {int} NOT NULL, next_at {int} NOT NULL, \
         claimed_until {int} NOT NULL, settled_at {int}, outcome {text}, problem {text}) {strict}",
    ),
    Step::Sql("CREATE INDEX mail_next_at ON mail (next_at) WHERE settled_at IS NULL"),
    Step::Sql("CREATE INDEX mail_person ON mail (person)"),
    // What a link opens: an account whose password and mail address are still what they were. One to nobody opens nothing.
    Step::Sql(
        "CREATE TABLE link (secret_hash {bytes} PRIMARY KEY, purpose {text} NOT NULL, \
         person {id} REFERENCES person (id), bound_to {bytes} NOT NULL, mail {text}, expires_at {int} NOT NULL) {strict}",
    ),
    Step::Sql("CREATE INDEX link_person ON link (person)"),
];

const PROVING: &[Step] = &[
    // Whether somebody proved to be it, when and how. Null in the sign-ins of older versions: with the password.
    Step::Sql("ALTER TABLE session ADD COLUMN proved_at {int}"),
    Step::Sql("ALTER TABLE session ADD COLUMN proved_by {text}"),
    Step::Sql("ALTER TABLE session ADD COLUMN address {text}"),
    Step::Sql("ALTER TABLE person ADD COLUMN password_at {int}"),
    Step::Recorded {
        table: identity::factor::FACTOR.table,
        entity: identity::factor::FACTOR.entity,
        columns: "person {id} NOT NULL UNIQUE REFERENCES person (id), sealed {bytes} NOT NULL, made_at {int} NOT NULL, \
                  confirmed_at {int}, last_step {int} NOT NULL,",
    },
    Step::Recorded {
        table: identity::factor::RECOVERY_CODE.table,
        entity: identity::factor::RECOVERY_CODE.entity,
        columns: "person {id} NOT NULL REFERENCES person (id), code_hash {bytes} NOT NULL UNIQUE, \
                  made_at {int} NOT NULL, used_at {int},",
    },
    Step::Sql("CREATE INDEX recovery_code_person ON recovery_code (person)"),
];

const PROMISING: &[Step] = &[
    // For how long an organisation keeps things after a project was closed. A period that is null is none.
    Step::Recorded {
        table: keeping::RETENTION.table,
        entity: keeping::RETENTION.entity,
        columns: "organisation {id} NOT NULL UNIQUE REFERENCES organisation (id), messages_days {int}, \
                  files_days {int}, credentials_days {int}, set_by {id} NOT NULL REFERENCES person (id), \
                  set_at {int} NOT NULL,",
    },
    Step::Recorded {
        table: keeping::HOLD.table,
        entity: keeping::HOLD.entity,
        columns: "organisation {id} NOT NULL REFERENCES organisation (id), client {id} REFERENCES client (id), \
                  project {id} REFERENCES project (id), reason {text} NOT NULL, \
                  placed_by {id} NOT NULL REFERENCES person (id), placed_at {int} NOT NULL, \
                  lifted_by {id} REFERENCES person (id), lifted_at {int}, CHECK (client IS NULL OR project IS NULL),",
    },
    Step::Sql("CREATE INDEX hold_organisation ON hold (organisation)"),
    Step::Recorded {
        table: keeping::DELETED.table,
        entity: keeping::DELETED.entity,
        columns: "organisation {id} NOT NULL REFERENCES organisation (id), \
                  project {id} NOT NULL REFERENCES project (id), \
                  class {text} NOT NULL CHECK (class IN ('messages', 'files', 'credentials')), items {int} NOT NULL, \
                  closed_at {int} NOT NULL, due_at {int} NOT NULL, at {int} NOT NULL,",
    },
    Step::Sql("CREATE INDEX deleted_organisation ON deleted (organisation)"),
    // When a file's time was over: it has no key any more, and soon no bytes.
    Step::Sql("ALTER TABLE file ADD COLUMN gone_at {int}"),
    Step::Recorded {
        table: processing::PARTIES.table,
        entity: processing::PARTIES.entity,
        columns: "organisation {id} NOT NULL UNIQUE REFERENCES organisation (id), legal_name {text} NOT NULL, \
                  address {text} NOT NULL, contact {text} NOT NULL, officer {text}, authority {text}, \
                  set_by {id} NOT NULL REFERENCES person (id), set_at {int} NOT NULL,",
    },
    Step::Recorded {
        table: incidents::INCIDENT.table,
        entity: incidents::INCIDENT.entity,
        columns: "organisation {id} NOT NULL REFERENCES organisation (id), title {text} NOT NULL, \
                  noticed_at {int} NOT NULL, opened_by {id} NOT NULL REFERENCES person (id), opened_at {int} NOT NULL, \
                  state {text} NOT NULL CHECK (state IN ('open', 'closed')),",
    },
    Step::Sql("CREATE INDEX incident_organisation ON incident (organisation)"),
    Step::Recorded {
        table: incidents::ENTRY.table,
        entity: incidents::ENTRY.entity,
        columns: "incident {id} NOT NULL REFERENCES incident (id), \
                  kind {text} NOT NULL CHECK (kind IN ('note', 'authority_told', 'authority_not_told', 'people_told', \
                  'people_not_told', 'closed')), text {text} NOT NULL, at {int} NOT NULL, \
                  written_by {id} NOT NULL REFERENCES person (id), written_at {int} NOT NULL,",
    },
    Step::Sql("CREATE INDEX incident_entry_incident ON incident_entry (incident)"),
];

const LEAVING: &[Step] = &[
    Step::Recorded {
        table: privacy::DELETION.table,
        entity: privacy::DELETION.entity,
        columns: "person {id} NOT NULL UNIQUE REFERENCES person (id), asked_at {int} NOT NULL, due_at {int} NOT NULL, \
                  erased_at {int},",
    },
    // Of whom the record holds nothing any more.
    Step::Sql(
        "CREATE TABLE account_forgotten (person {id} PRIMARY KEY REFERENCES person (id), at {int} NOT NULL) {strict}",
    ),
];

const REQUESTS: &[Step] = &[
    // The keys of organisations' files, wrapped under the master key's own.
    Step::Sql(
        "CREATE TABLE organisation_key (organisation {id} NOT NULL REFERENCES organisation (id), \
         generation {int} NOT NULL, wrapped {bytes} NOT NULL, made_at {int} NOT NULL, \
         PRIMARY KEY (organisation, generation)) {strict}",
    ),
    // A file: its key, wrapped under its organisation's. It is there before anything refers to it, and swept when nothing
    // does any more.
    Step::Sql(
        "CREATE TABLE file (id {id} PRIMARY KEY, organisation {id} NOT NULL REFERENCES organisation (id), \
         generation {int} NOT NULL, wrapped {bytes} NOT NULL, made_at {int} NOT NULL) {strict}",
    ),
    Step::Sql("CREATE INDEX file_organisation ON file (organisation)"),
    Step::Sql("CREATE INDEX file_made_at ON file (made_at)"),
    // What came in one go. `hashing` is how far the hash of the whole was behind it, sealed under the file's key.
    Step::Sql(
        "CREATE TABLE file_part (file {id} NOT NULL REFERENCES file (id), number {int} NOT NULL, \
         id {id} NOT NULL UNIQUE, length {int} NOT NULL, hashing {bytes} NOT NULL, made_at {int} NOT NULL, \
         PRIMARY KEY (file, number)) {strict}",
    ),
    Step::Recorded {
        table: requests::REQUEST.table,
        entity: requests::REQUEST.entity,
        columns: "project {id} NOT NULL REFERENCES project (id), \
                  kind {text} NOT NULL CHECK (kind IN ('file', 'approval')), \
                  side {text} NOT NULL CHECK (side IN ('us', 'client')), title {text} NOT NULL, detail {text} NOT NULL, \
                  due_on {text}, asked_by {id} NOT NULL REFERENCES person (id), asked_at {int} NOT NULL, \
                  state {text} NOT NULL CHECK (state IN ('asked', 'submitted', 'changes_asked', 'approved', 'rejected', \
                  'withdrawn')), state_at {int} NOT NULL, versions {int} NOT NULL,",
    },
    Step::Sql("CREATE INDEX request_project ON request (project, state)"),
    Step::Recorded {
        table: requests::VERSION.table,
        entity: requests::VERSION.entity,
        columns: "request {id} NOT NULL REFERENCES request (id), number {int} NOT NULL, name {text} NOT NULL, \
                  media_type {text} NOT NULL, size {int} NOT NULL, pages {int}, sha256 {bytes} NOT NULL, \
                  file {id} NOT NULL REFERENCES file (id), note {text} NOT NULL, \
                  submitted_by {id} NOT NULL REFERENCES person (id), submitted_at {int} NOT NULL, \
                  UNIQUE (request, number),",
    },
    Step::Sql("CREATE INDEX request_version_file ON request_version (file)"),
    Step::Recorded {
        table: requests::DECISION.table,
        entity: requests::DECISION.entity,
        columns: "request {id} NOT NULL REFERENCES request (id), \
                  version {id} NOT NULL UNIQUE REFERENCES request_version (id), \
                  decision {text} NOT NULL CHECK (decision IN ('approved', 'changes_asked', 'rejected')), \
                  words {text} NOT NULL, decided_by {id} NOT NULL REFERENCES person (id), decided_at {int} NOT NULL,",
    },
    Step::Sql("CREATE INDEX request_decision_request ON request_decision (request)"),
    Step::Recorded {
        table: requests::COMMENT.table,
        entity: requests::COMMENT.entity,
        columns: "request {id} NOT NULL REFERENCES request (id), author {id} NOT NULL REFERENCES person (id), \
                  visibility {text} NOT NULL CHECK (visibility IN ('internal', 'client')), text {text} NOT NULL, \
                  posted_at {int} NOT NULL,",
    },
    Step::Sql("CREATE INDEX request_comment_request ON request_comment (request)"),
    // A file that is on its way in parts.
    Step::Sql(
        "CREATE TABLE upload (id {id} PRIMARY KEY REFERENCES file (id), request {id} NOT NULL REFERENCES request (id), \
         person {id} NOT NULL REFERENCES person (id), name {text} NOT NULL, length {int} NOT NULL, \
         expires_at {int} NOT NULL) {strict}",
    ),
    Step::Sql("CREATE INDEX upload_request ON upload (request, person)"),
];

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_recorded_tables_have_one_number() {
        let steps = migrations();
        let steps = steps.iter().flat_map(|migration| migration.steps);
        let mut numbers: Vec<i64> = steps
            .filter_map(|step| match step {
                Step::Recorded { entity, .. } => Some(*entity),
                _ => None,
            })
            .collect();
        let all = numbers.len();
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), all);
    }
}

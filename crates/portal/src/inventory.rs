//! The second table of truth: every table and column of a portal's database, in words for the people whom it is about.
//! The privacy page is this list; a test holds it against the database, so that neither can have what the other lacks.
//!
//! It promises only what this version does. Where there is no button, it says so.

use door::inventory::Class::{Housekeeping, Record, Recorded};
use door::inventory::Copied::Where;
use door::inventory::Data::{Content, Neutral, Personal, Secret};
use door::inventory::Leaves::{Emptied, Goes, Nameless, NotTheirs};
use door::inventory::{Class, Column, Copied, Data, Table};

/// How long what belongs to a piece of work is kept: nothing deletes it by itself.
const UNTIL_TOLD: &str = "until the organisation asks for its end; nothing deletes it by itself in this version";
/// How what belongs to a piece of work goes.
const NO_ERASE_BUTTON: &str = "this version has no button that deletes the thing itself";
const NOT_EXPORTED: &str = "not part of a copy: it says nothing about a person that does not stand elsewhere";
const WITH_ITS_SUBJECT: &str = "goes with what it belongs to";

/// Everything that is kept.
pub const INVENTORY: &[Table] = &[
    Table {
        name: "person",
        what: "Your account",
        why: "so that you can sign in, and others know who you are",
        kept: UNTIL_TOLD,
        copied: Where {
            person: Some("id = $1"),
            organisation: Some("id IN (SELECT person FROM membership WHERE organisation = $1)"),
            client: Some("id IN (SELECT person FROM membership WHERE client = $1)"),
        },
        leaves: Emptied,
        erased: "by the button on your account's page, 14 days after you used it: its row stays, without mail address, name and \
                 password, so that what you wrote still has an author",
        class: Recorded,
        columns: &[
            column("mail", "your mail address: the name that you sign in with", Personal),
            column("name", "your name, as others see it", Personal),
            column("password_hash", "a fingerprint of your password (Argon2id), never the password", Secret),
            column("made_at", "when the account was made", Neutral),
        ],
    },
    Table {
        name: "session",
        what: "Your sign-ins",
        why: "so that your browser stays signed in, and you see where you are",
        kept: "until you sign out, at most 30 days, and 7 days after it was last used",
        copied: Where { person: Some("person = $1"), organisation: None, client: None },
        leaves: Goes,
        erased: "by signing out, or by itself when it is over",
        class: Recorded,
        columns: &[
            column("person", "whose sign-in it is", Personal),
            column("secret_hash", "a fingerprint of the cookie's secret, never the secret", Secret),
            column("organisation", "the organisation whose rooms it is in", Neutral),
            column("agent", "what your browser calls itself", Personal),
            column("opened_at", "when you signed in", Personal),
            column("expires_at", "when it ends at the latest", Neutral),
        ],
    },
    Table {
        name: "session_seen",
        what: "When a sign-in was last used",
        why: "so that one that is forgotten ends, and you can tell a strange one",
        kept: "as long as the sign-in",
        copied: Where {
            person: Some("session IN (SELECT id FROM session WHERE person = $1)"),
            organisation: None,
            client: None,
        },
        leaves: Goes,
        erased: "with the sign-in",
        class: Housekeeping,
        columns: &[
            column("session", "the sign-in", Neutral),
            column("at", "when it was last used, to five minutes", Personal),
        ],
    },
    Table {
        name: "token",
        what: "API tokens",
        why: "so that programs can act for you within the limits that you set",
        kept: "until you revoke it, at most 366 days",
        copied: Where { person: Some("person = $1"), organisation: None, client: None },
        leaves: Goes,
        erased: "by its button, or by itself when it is over",
        class: Recorded,
        columns: &[
            column("person", "for whom it acts", Personal),
            column("organisation", "where it acts", Neutral),
            column("name", "what you call it", Personal),
            column("secret_hash", "a fingerprint of the token, never the token", Secret),
            column("scopes", "what it may do", Neutral),
            column("made_at", "when it was made", Neutral),
            column("expires_at", "when it ends", Neutral),
        ],
    },
    Table {
        name: "token_seen",
        what: "When a token was last used",
        why: "so that you find tokens that nobody needs",
        kept: "as long as the token",
        copied: Where {
            person: Some("token IN (SELECT id FROM token WHERE person = $1)"),
            organisation: None,
            client: None,
        },
        leaves: Goes,
        erased: "with the token",
        class: Housekeeping,
        columns: &[
            column("token", "the token", Neutral),
            column("at", "when it was last used, to five minutes", Personal),
        ],
    },
    Table {
        name: "account_deletion",
        what: "Accounts that are to be deleted",
        why: "so that you can think again, and that it can be shown that it was done",
        kept: "as long as the record",
        copied: Where { person: Some("person = $1"), organisation: None, client: None },
        leaves: Nameless,
        erased: "when you take it back; else it stays, as the proof that you were erased, without your name",
        class: Recorded,
        columns: &[
            column("person", "whose", Personal),
            column("asked_at", "when it was asked for", Neutral),
            column("due_at", "when it is done", Neutral),
            column("erased_at", "when it was done", Neutral),
        ],
    },
    Table {
        name: "account_forgotten",
        what: "Of whom the record holds nothing any more",
        why: "so that it is looked through once for each who leaves",
        kept: "for as long as the installation runs",
        copied: Copied::Not(NOT_EXPORTED),
        leaves: Nameless,
        erased: "not at all: it holds no more than a number",
        class: Housekeeping,
        columns: &[column("person", "who, without a name", Neutral), column("at", "when", Neutral)],
    },
    Table {
        name: "organisation",
        what: "Organisations",
        why: "they are whose portal this is",
        kept: UNTIL_TOLD,
        copied: Where {
            person: Some("id IN (SELECT organisation FROM membership WHERE person = $1)"),
            organisation: Some("id = $1"),
            client: Some("id = (SELECT organisation FROM client WHERE id = $1)"),
        },
        leaves: NotTheirs,
        erased: NO_ERASE_BUTTON,
        class: Recorded,
        columns: &[column("name", "its name", Neutral), column("made_at", "since when", Neutral)],
    },
    Table {
        name: "client",
        what: "Clients",
        why: "projects are done for them, and their people see them",
        kept: UNTIL_TOLD,
        copied: Where {
            person: Some("id IN (SELECT client FROM membership WHERE person = $1)"),
            organisation: Some("organisation = $1"),
            client: Some("id = $1"),
        },
        leaves: NotTheirs,
        erased: NO_ERASE_BUTTON,
        class: Recorded,
        columns: &[
            column("organisation", "whose client", Neutral),
            column("name", "its name", Neutral),
            column("made_at", "since when", Neutral),
        ],
    },
    Table {
        name: "membership",
        what: "Who belongs where",
        why: "it decides what each of us may see",
        kept: UNTIL_TOLD,
        copied: Where {
            person: Some("person = $1"),
            organisation: Some("organisation = $1"),
            client: Some("client = $1"),
        },
        leaves: Emptied,
        erased: "it is set to “left”, by the operator or when you delete your account, and opens nothing from then on",
        class: Recorded,
        columns: &[
            column("organisation", "the organisation", Neutral),
            column("person", "who", Personal),
            column("client", "the client company, for its people", Neutral),
            column("role", "as what", Personal),
            column("state", "active, suspended or left", Personal),
            column("made_at", "since when", Neutral),
        ],
    },
    Table {
        name: "project",
        what: "Projects",
        why: "they are the work that we do together",
        kept: UNTIL_TOLD,
        copied: Where {
            person: Some("status_by = $1"),
            organisation: Some("organisation = $1"),
            client: Some("client = $1"),
        },
        leaves: Nameless,
        erased: NO_ERASE_BUTTON,
        class: Recorded,
        columns: &[
            column("organisation", "who does the work", Neutral),
            column("client", "for whom", Neutral),
            column("title", "what it is called", Content),
            column("status", "where it stands", Neutral),
            column("sentence", "the same in a sentence", Content),
            column("status_by", "who said so", Personal),
            column("status_at", "when", Neutral),
            column("made_at", "since when", Neutral),
        ],
    },
    Table {
        name: "project_status",
        what: "Where projects stood",
        why: "so that everybody can read how it went",
        kept: "as long as the project",
        copied: Where {
            person: Some("set_by = $1"),
            organisation: Some("project IN (SELECT id FROM project WHERE organisation = $1)"),
            client: Some("project IN (SELECT id FROM project WHERE client = $1)"),
        },
        leaves: Nameless,
        erased: "with the project",
        class: Recorded,
        columns: &[
            column("project", "which project", Neutral),
            column("status", "where it stood", Neutral),
            column("sentence", "the same in a sentence", Content),
            column("set_by", "who said so", Personal),
            column("set_at", "when", Neutral),
        ],
    },
    Table {
        name: "project_member",
        what: "Who is in which project",
        why: "it decides who may see and do what there",
        kept: "until they are taken out of it",
        copied: Where {
            person: Some("person = $1"),
            organisation: Some("project IN (SELECT id FROM project WHERE organisation = $1)"),
            client: Some("project IN (SELECT id FROM project WHERE client = $1)"),
        },
        leaves: Goes,
        erased: "by the button on the project's page",
        class: Recorded,
        columns: &[
            column("project", "which project", Neutral),
            column("person", "who", Personal),
            column("role", "as what", Personal),
            column("made_at", "since when", Neutral),
        ],
    },
    Table {
        name: "message",
        what: "Messages",
        why: "so that what was said stands beside the work",
        kept: "as long as the project",
        copied: Where {
            person: Some("author = $1"),
            organisation: Some("project IN (SELECT id FROM project WHERE organisation = $1)"),
            client: Some("visibility = 'client' AND project IN (SELECT id FROM project WHERE client = $1)"),
        },
        leaves: Nameless,
        erased: NO_ERASE_BUTTON,
        class: Recorded,
        columns: &[
            column("project", "on which project", Neutral),
            column("author", "who wrote it", Personal),
            column("visibility", "who may read it", Neutral),
            column("text", "what it says", Content),
            column("posted_at", "when", Neutral),
        ],
    },
    Table {
        name: "request",
        what: "What was asked for",
        why: "so that everybody sees what waits for whom, and by when",
        kept: "as long as the project",
        copied: Where {
            person: Some("asked_by = $1"),
            organisation: Some("project IN (SELECT id FROM project WHERE organisation = $1)"),
            client: Some("project IN (SELECT id FROM project WHERE client = $1)"),
        },
        leaves: Nameless,
        erased: NO_ERASE_BUTTON,
        class: Recorded,
        columns: &[
            column("project", "on which project", Neutral),
            column("kind", "a file, or a word on a file", Neutral),
            column("side", "which side asked", Neutral),
            column("title", "what it is called", Content),
            column("detail", "what exactly is wanted", Content),
            column("due_on", "by when", Neutral),
            column("asked_by", "who asked", Personal),
            column("asked_at", "when", Neutral),
            column("state", "how far it is", Neutral),
            column("state_at", "since when", Neutral),
            column("versions", "how many files were handed in", Neutral),
        ],
    },
    Table {
        name: "request_version",
        what: "Files that were handed in",
        why: "so that everybody can tell which file was meant, for ever",
        kept: "as long as the project",
        copied: Where {
            person: Some("submitted_by = $1"),
            organisation: Some(
                "request IN (SELECT r.id FROM request r JOIN project p ON p.id = r.project WHERE p.organisation = $1)",
            ),
            client: Some(
                "request IN (SELECT r.id FROM request r JOIN project p ON p.id = r.project WHERE p.client = $1)",
            ),
        },
        leaves: Nameless,
        erased: NO_ERASE_BUTTON,
        class: Recorded,
        columns: &[
            column("request", "for what", Neutral),
            column("number", "which version it is", Neutral),
            column("name", "what the file is called", Content),
            column("media_type", "what kind of file it is", Neutral),
            column("size", "how large it is", Neutral),
            column("pages", "how many pages its preview has", Neutral),
            column("sha256", "its fingerprint (SHA-256)", Neutral),
            column("file", "where its bytes lie", Neutral),
            column("note", "what was said with it", Content),
            column("submitted_by", "who handed it in", Personal),
            column("submitted_at", "when", Neutral),
        ],
    },
    Table {
        name: "request_decision",
        what: "What was decided on them",
        why: "so that an approval can be shown later",
        kept: "as long as the project",
        copied: Where {
            person: Some("decided_by = $1"),
            organisation: Some(
                "request IN (SELECT r.id FROM request r JOIN project p ON p.id = r.project WHERE p.organisation = $1)",
            ),
            client: Some(
                "request IN (SELECT r.id FROM request r JOIN project p ON p.id = r.project WHERE p.client = $1)",
            ),
        },
        leaves: Nameless,
        erased: NO_ERASE_BUTTON,
        class: Recorded,
        columns: &[
            column("request", "on what", Neutral),
            column("version", "on which version", Neutral),
            column("decision", "what was decided", Neutral),
            column("words", "why, in words", Content),
            column("decided_by", "who decided", Personal),
            column("decided_at", "when", Neutral),
        ],
    },
    Table {
        name: "request_comment",
        what: "Comments beside them",
        why: "so that what was said stands beside the work",
        kept: "as long as the project",
        copied: Where {
            person: Some("author = $1"),
            organisation: Some(
                "request IN (SELECT r.id FROM request r JOIN project p ON p.id = r.project WHERE p.organisation = $1)",
            ),
            client: Some(
                "visibility = 'client' AND request IN (SELECT r.id FROM request r JOIN project p ON p.id = r.project WHERE p.client = $1)",
            ),
        },
        leaves: Nameless,
        erased: NO_ERASE_BUTTON,
        class: Recorded,
        columns: &[
            column("request", "beside what", Neutral),
            column("author", "who wrote it", Personal),
            column("visibility", "who may read it", Neutral),
            column("text", "what it says", Content),
            column("posted_at", "when", Neutral),
        ],
    },
    Table {
        name: "upload",
        what: "Files that are on their way in",
        why: "so that one that broke off can go on where it was",
        kept: "until the file is handed in, at most a day",
        copied: Where { person: Some("person = $1"), organisation: None, client: None },
        leaves: Goes,
        erased: "by itself, or by its button",
        class: Housekeeping,
        columns: &[
            column("id", "which file", Neutral),
            column("request", "for what", Neutral),
            column("person", "who sends it", Personal),
            column("name", "what the file is called", Content),
            column("length", "how large it is", Neutral),
            column("expires_at", "when it is forgotten", Neutral),
        ],
    },
    Table {
        name: "file",
        what: "The keys of files",
        why: "the bytes of files lie encrypted in a store of their own",
        kept: "as long as the file, and an hour at most when nothing refers to it",
        copied: Copied::Not(NOT_EXPORTED),
        leaves: NotTheirs,
        erased: WITH_ITS_SUBJECT,
        class: Housekeeping,
        columns: &[
            column("id", "which file", Neutral),
            column("organisation", "whose it is", Neutral),
            column("generation", "under which key of the organisation its key is sealed", Neutral),
            column("wrapped", "its key, sealed", Secret),
            column("made_at", "since when", Neutral),
        ],
    },
    Table {
        name: "file_part",
        what: "Where the bytes of files lie",
        why: "a file comes in one part or in several",
        kept: "as long as the file",
        copied: Copied::Not(NOT_EXPORTED),
        leaves: NotTheirs,
        erased: WITH_ITS_SUBJECT,
        class: Housekeeping,
        columns: &[
            column("file", "of which file", Neutral),
            column("number", "which part", Neutral),
            column("id", "what it is called in the store", Neutral),
            column("length", "how many bytes it has", Neutral),
            column("hashing", "how far the fingerprint of the whole was behind it, sealed", Secret),
            column("made_at", "since when", Neutral),
        ],
    },
    Table {
        name: "organisation_key",
        what: "The keys of organisations",
        why: "so that one organisation's files cannot be read with another's key",
        kept: "until the next one is made",
        copied: Copied::Not("never: it is a key"),
        leaves: NotTheirs,
        erased: "when the next one is made",
        class: Housekeeping,
        columns: &[
            column("organisation", "whose it is", Neutral),
            column("generation", "which it is, counted from 1", Neutral),
            column("wrapped", "the key, sealed under the portal's own", Secret),
            column("made_at", "since when", Neutral),
        ],
    },
    Table {
        name: "credential",
        what: "Passwords and keys that were handed over",
        why: "so that they are handed over safely, and not by mail",
        kept: "as long as the project",
        copied: Where {
            person: Some("stored_by = $1"),
            organisation: Some("project IN (SELECT id FROM project WHERE organisation = $1)"),
            client: Some("project IN (SELECT id FROM project WHERE client = $1)"),
        },
        leaves: Nameless,
        erased: NO_ERASE_BUTTON,
        class: Recorded,
        columns: &[
            column("project", "for which project", Neutral),
            column("title", "what it opens", Content),
            column("username", "the name that goes with it", Content),
            column("sealed", "the secret, encrypted under a key that does not lie in the database", Secret),
            column("stored_by", "who stored it", Personal),
            column("stored_at", "when", Neutral),
        ],
    },
    Table {
        name: "reveal",
        what: "Who has seen which secret",
        why: "so that you know who has, and what to change when somebody leaves",
        kept: "as long as the secret",
        copied: Where {
            person: Some("person = $1"),
            organisation: Some(
                "credential IN (SELECT c.id FROM credential c JOIN project p ON p.id = c.project WHERE p.organisation = $1)",
            ),
            client: Some(
                "credential IN (SELECT c.id FROM credential c JOIN project p ON p.id = c.project WHERE p.client = $1)",
            ),
        },
        leaves: Nameless,
        erased: "with the secret",
        class: Recorded,
        columns: &[
            column("credential", "which secret", Neutral),
            column("person", "who saw it", Personal),
            column("reason", "why, in their words", Content),
            column("revealed_at", "when", Personal),
        ],
    },
    Table {
        name: "webhook",
        what: "Where an organisation's record is sent",
        why: "so that its security tools see what happens",
        kept: "until the organisation removes it",
        copied: Where { person: None, organisation: Some("organisation = $1"), client: None },
        leaves: NotTheirs,
        erased: "by its button",
        class: Recorded,
        columns: &[
            column("organisation", "whose record", Neutral),
            column("url", "to which address", Neutral),
            column("generation", "which of its secrets is the one of today; no secret stands here", Neutral),
            column("rotated_at", "since when", Neutral),
        ],
    },
    Table {
        name: "push",
        what: "How far each receiver of the record is",
        why: "so that nothing is lost while a receiver is down",
        kept: "as long as the receiver",
        copied: Copied::Not(NOT_EXPORTED),
        leaves: NotTheirs,
        erased: WITH_ITS_SUBJECT,
        class: Housekeeping,
        columns: &[
            column("receiver", "which receiver", Neutral),
            column("position", "the place in the log", Neutral),
            column("received", "how many events it has received", Neutral),
            column("received_at", "when the last one", Neutral),
            column("tries", "failures since then", Neutral),
            column("problem", "why the last try failed", Neutral),
            column("next_at", "when it is tried again", Neutral),
            column("claimed_until", "while an instance is at it", Neutral),
        ],
    },
    Table {
        name: "alert",
        what: "What is wrong with the portal at present",
        why: "so that one of its operators is told once, and it is known whether somebody saw it",
        kept: "until it is over",
        copied: Copied::Not(NOT_EXPORTED),
        leaves: NotTheirs,
        erased: "by itself, when it is over",
        class: Housekeeping,
        columns: &[
            column("key", "which alert", Neutral),
            column("words", "what is wrong, in a sentence that names nobody", Neutral),
            column("opened_at", "since when", Neutral),
            column("told_at", "when somebody was last told", Neutral),
            column("seen_at", "when somebody said that they saw it", Neutral),
            column("link_hash", "a fingerprint of the link in the message, never the link", Secret),
        ],
    },
    Table {
        name: "heard",
        what: "Who hears of the portal's errors and alerts, and who watches it from outside",
        why: "so that it is noticed when nobody does any more",
        kept: "until the next time",
        copied: Copied::Not(NOT_EXPORTED),
        leaves: NotTheirs,
        erased: "by itself, with the next time",
        class: Housekeeping,
        columns: &[
            column("what", "which of them", Neutral),
            column("who", "what a monitor calls itself, or a fingerprint of an address", Neutral),
            column("at", "when it last asked, or something last arrived there", Neutral),
        ],
    },
    Table {
        name: "event",
        what: "The record: who did what, and what was refused",
        why: "so that it can be proved later what happened, and that nobody changed the account of it",
        kept: "for as long as the installation runs; values about people can be taken out of it",
        copied: Where {
            person: Some("n IN (SELECT n FROM event_index WHERE actor = $1)"),
            organisation: None,
            client: None,
        },
        leaves: Emptied,
        erased: "mail addresses, network addresses and reasons are taken out of it when you delete your account. What \
                 happened stays, without them",
        class: Record,
        columns: &[
            column("n", "its number", Neutral),
            column("chain", "whose record it stands on", Neutral),
            column("body", "what happened, to what, when, by whose id", Personal),
            column("private", "values about people: network address, mail address, reason", Personal),
        ],
    },
    Table {
        name: "change",
        what: "Which line of which list an event changed",
        why: "so that nothing can be changed without its event",
        kept: "as long as the record",
        copied: Copied::Not(NOT_EXPORTED),
        leaves: NotTheirs,
        erased: "not at all: it holds fingerprints only",
        class: Record,
        columns: &[
            column("entity", "which list", Neutral),
            column("pk", "which line", Neutral),
            column("rev", "its revision", Neutral),
            column("op", "made, changed or deleted", Neutral),
            column("n", "by which event", Neutral),
            column("after", "a fingerprint of the line afterwards", Secret),
        ],
    },
    log("event_pending", "Events that wait for their seal", &[column("n", "the event", Neutral)]),
    log(
        "ledger_leaf",
        "The place of each event in the sealed log",
        &[
            column("seq", "its place", Neutral),
            column("n", "the event", Neutral),
            column("chain", "whose record", Neutral),
            column("chain_seq", "its place there", Neutral),
            column("chain_prev", "the fingerprint of the one before", Neutral),
            column("hash", "its fingerprint", Neutral),
        ],
    ),
    log(
        "ledger_node",
        "Fingerprints over many events",
        &[
            column("level", "how many", Neutral),
            column("idx", "which", Neutral),
            column("hash", "the fingerprint", Neutral),
        ],
    ),
    log(
        "ledger_checkpoint",
        "Signed statements of how far the log goes",
        &[
            column("size", "events", Neutral),
            column("root", "the fingerprint over all of them", Neutral),
            column("note", "the signed statement", Neutral),
            column("at", "when it was signed", Neutral),
        ],
    ),
    log(
        "ledger_key",
        "The keys that sign the log, one after the other",
        &[
            column("size", "the place of the event that handed over", Neutral),
            column("vkey", "the public key", Neutral),
            column("n", "the event", Neutral),
        ],
    ),
    log(
        "ledger_anchor",
        "Answers of those outside who hold the signed statements",
        &[
            column("size", "events", Neutral),
            column("anchor", "who", Neutral),
            column("note", "the signed statement, with their signature", Neutral),
            column("at", "when they answered", Neutral),
        ],
    ),
    log(
        "ledger_schema",
        "What the database refused, and since when",
        &[
            column("n", "the event that says so", Neutral),
            column("engine", "which database", Neutral),
            column("fingerprint", "the fingerprint of its rules", Neutral),
            column("migrations", "how many versions of it there were", Neutral),
        ],
    ),
    log(
        "ledger_prune",
        "How far the beginning of a record was dropped",
        &[
            column("n", "the event that says so", Neutral),
            column("chain", "whose record", Neutral),
            column("until", "the last place that was dropped", Neutral),
            column("last", "the fingerprint of the event there", Neutral),
        ],
    ),
    log("ledger_head", "How far the log is", &[column("id", "always one", Neutral), column("size", "events", Neutral)]),
    Table {
        name: "event_index",
        what: "An index of the record",
        why: "so that the audit trail can be searched",
        kept: "as long as the record, from which it can be made again",
        copied: Copied::Not(NOT_EXPORTED),
        leaves: NotTheirs,
        erased: "with the record",
        class: Housekeeping,
        columns: &[
            column("n", "the event", Neutral),
            column("chain", "whose record", Neutral),
            column("at", "when", Neutral),
            column("act", "what", Neutral),
            column("actor", "by whose id", Personal),
            column("target", "to what", Neutral),
            column("outcome", "how it ended", Neutral),
        ],
    },
    Table {
        name: "event_object",
        what: "Which objects each event concerned",
        why: "so that the story of one object can be told",
        kept: "as long as the record, from which it can be made again",
        copied: Copied::Not(NOT_EXPORTED),
        leaves: NotTheirs,
        erased: "with the record",
        class: Housekeeping,
        columns: &[
            column("object", "the object", Neutral),
            column("chain", "whose record", Neutral),
            column("at", "when", Neutral),
            column("n", "the event", Neutral),
        ],
    },
    Table {
        name: "idempotency",
        what: "Answers that were given lately",
        why: "so that a form sent twice does its work once",
        kept: "for 24 hours",
        copied: Copied::Not(NOT_EXPORTED),
        leaves: NotTheirs,
        erased: "by itself",
        class: Housekeeping,
        columns: &[
            column("key", "a fingerprint of who sent what", Neutral),
            column("fingerprint", "a fingerprint of what was sent", Neutral),
            column("output", "the answer, unless it was secret", Content),
            column("at", "when", Neutral),
        ],
    },
    Table {
        name: "limit_count",
        what: "Counters of tries",
        why: "so that passwords cannot be guessed",
        kept: "for at most a day",
        copied: Copied::Not(NOT_EXPORTED),
        leaves: NotTheirs,
        erased: "by itself",
        class: Housekeeping,
        columns: &[
            column("key", "a fingerprint of what is counted, such as a mail address", Neutral),
            column("starts_at", "since when it is counted", Neutral),
            column("times", "how often", Neutral),
        ],
    },
    Table {
        name: "setup_link",
        what: "The one-time link of a new installation",
        why: "so that only its operator can set it up",
        kept: "30 minutes, or until it is used",
        copied: Copied::Not(NOT_EXPORTED),
        leaves: NotTheirs,
        erased: "by itself",
        class: Housekeeping,
        columns: &[
            column("secret_hash", "a fingerprint of the link", Secret),
            column("expires_at", "when it ends", Neutral),
        ],
    },
    log(
        "installation",
        "Which installation this is",
        &[
            column("one", "always one", Neutral),
            column("id", "its id", Neutral),
            column("made_at", "since when", Neutral),
            column("last_event", "the number of its last event, if it has moved to another database", Neutral),
        ],
    ),
    log(
        "migration",
        "Which versions of the portal shaped the database",
        &[
            column("version", "the number", Neutral),
            column("name", "what it did", Neutral),
            column("digest", "a fingerprint of it", Neutral),
            column("at", "when it was done", Neutral),
        ],
    ),
];

const fn column(name: &'static str, what: &'static str, data: Data) -> Column {
    Column { name, what, data }
}

/// A table of the log's own, with nothing in it about a person.
const fn log(name: &'static str, what: &'static str, columns: &'static [Column]) -> Table {
    const CLASS: Class = Housekeeping;
    Table {
        name,
        what,
        why: "the portal cannot prove its record without it",
        kept: "for as long as the installation runs",
        copied: Copied::Not(NOT_EXPORTED),
        leaves: NotTheirs,
        erased: "not at all: it says nothing about a person",
        class: CLASS,
        columns,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_named_twice_or_left_unsaid() {
        for (index, table) in INVENTORY.iter().enumerate() {
            assert!(INVENTORY[..index].iter().all(|before| before.name != table.name), "{} twice", table.name);
            let words = [table.what, table.why, table.kept, table.erased];
            assert!(words.iter().all(|words| !words.is_empty()), "{} says nothing", table.name);
            assert!(!table.columns.is_empty(), "{} has no columns", table.name);
        }
    }

    /// Whoever adds a recorded table says for how long and how it goes.
    #[test]
    fn what_is_about_people_is_never_called_nothing() {
        for table in INVENTORY {
            let personal = table.columns.iter().any(|column| matches!(column.data, Personal | Content));
            assert!(!personal || !table.erased.contains("nothing about a person"), "{}", table.name);
        }
    }
}

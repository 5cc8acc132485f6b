//! Audit trail: who did what, when, to what, with proof?

use super::of;
use crate::checks::Check;
use crate::verdict::{Dimension, Severity};

const CHECK: Check = of(Dimension::AuditTrail);

/// Declared, not yet judged.
pub(super) const TABLE: &[Check] = &[
    Check {
        id: "AT05",
        severity: Severity::Blocks,
        title: "the actor cannot forge the record (headers, body fields, line breaks)",
        why: "A record that takes the address from a header, or the name from the body, says what the attacker wants \
              it to say.",
        how: "Actions are done with forwarded-for headers, with another's identity in the body and with line breaks \
              and field separators in texts; the record is read back and must say what was true.",
        references: &["ASVS 5.0 16.4.1", "ASVS 5.0 15.3.4", "ASVS 5.0 4.1.3", "CWE-117", "CWE-290", "CWE-348"],
        fix: "Take actor and source from the connection and the session only, trust forwarding headers from named \
              proxies only, and write structured records.",
        ..CHECK
    },
    Check {
        id: "AT06",
        severity: Severity::Blocks,
        title: "no secrets in the record or the logs (canaries)",
        why: "Logs are copied to more places, and read by more people, than any database. A password in them is a \
              password lost.",
        how: "Passwords, tokens and secrets that the walk planted are searched in the record and in the logs that the \
              manifest names, also encoded.",
        references: &["ASVS 5.0 16.2.5", "CWE-532", "GDPR Art. 32(1)"],
        fix: "Log names of fields and digests, never bodies; give secrets a type that prints as dots.",
        ..CHECK
    },
    Check {
        id: "AT07",
        severity: Severity::Blocks,
        title: "no user, administrator or application database role can edit or delete it",
        why: "A record that the accused can edit proves nothing. Most damage is done with the application's own \
              credentials.",
        how: "Each role's actions are searched for one that changes a record; the application's database role tries \
              update and delete on a record made for this, which is then read back.",
        references: &["ASVS 5.0 16.4.2", "SOC 2 CC6.1", "CWE-284"],
        fix: "Grant the application insert and select only, add a trigger that refuses the rest, and copy the record \
              elsewhere.",
        ..CHECK
    },
    Check {
        id: "AT08",
        severity: Severity::Prevents,
        title: "tampering is found by the service's own verifier (edit, delete, reorder, truncate, roll back)",
        why: "Whoever owns the server can edit any table. What can be had is that an edit is noticed, by somebody who \
              need not trust the server.",
        how: "On a copy, one record is edited, deleted, moved, the end cut off, and the whole put back to yesterday; \
              the verifier must pass the untouched copy and fail on each of the five.",
        references: &["ASVS 5.0 16.4.2", "RFC 9162 (Merkle trees)", "CWE-345"],
        fix: "Chain or tree the records by hash, sign the head, and keep heads where the server cannot reach them.",
        ..CHECK
    },
    Check {
        id: "AT09",
        severity: Severity::Blocks,
        title: "sign-in, failure, sign-out, factor, role, token and configuration changes are recorded",
        why: "These events tell how somebody came in and what he gave himself. They are the first page of every \
              investigation.",
        how: "Each kind of event that the service has is caused by a throw-away person and looked for in the record.",
        references: &["ASVS 5.0 16.3.1", "ASVS 5.0 16.3.3", "CWE-778", "SOC 2 CC6.2", "SOC 2 CC6.3"],
        fix: "Send these events through the same door as business actions, so that none can be forgotten.",
        ..CHECK
    },
    Check {
        id: "AT10",
        severity: Severity::Trust,
        title: "it can be exported, and a customer can read their own",
        why: "A customer's security team wants the record in its own tools, and not by asking you for it.",
        how: "The declared export is fetched as a customer: it must be machine-readable, hold every event that the \
              walk caused there, and nobody else's.",
        references: &["ASVS 5.0 16.2.4", "SOC 2 CC7.2"],
        fix: "Offer the record as JSON Lines with a cursor, narrowed to the customer's own tenant.",
        ..CHECK
    },
    Check {
        id: "AT11",
        severity: Severity::Prevents,
        title: "what was rolled back is not recorded as done; what was done is never missing after a crash",
        why: "A record beside the transaction lies in both directions: it claims what failed, and it loses what \
              happened just before the power went.",
        how: "Actions are made to fail late, and the process is killed in the middle of a burst; after a restart \
              objects and records are compared one by one.",
        references: &["ASVS 5.0 2.3.3", "ASVS 5.0 16.5.3", "CWE-221"],
        fix: "Write the record in the same transaction as the change, and publish it from there.",
        ..CHECK
    },
    Check {
        id: "AT12",
        severity: Severity::Prevents,
        title: "the story of one object can be told from the record alone: in order, nothing missing, nothing extra",
        why: "A record is for reading. If the life of one contract cannot be told from it, it will not settle any \
              dispute about that contract.",
        how: "An object lives a known life of a dozen events by several people; its story is read from the record and \
              compared with what was done.",
        references: &["ASVS 5.0 16.2.1", "CWE-223"],
        fix: "Give each record the object's key and kind, the parent's key, and a number that only grows.",
        ..CHECK
    },
];

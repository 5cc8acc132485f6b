//! Detection: do you know before your customers do?

use super::of;
use crate::checks::Check;
use crate::verdict::{Dimension, Severity};

const CHECK: Check = of(Dimension::Detection);

/// Declared, not yet judged.
pub(super) const TABLE: &[Check] = &[
    Check {
        id: "DE06",
        severity: Severity::Prevents,
        title: "metrics are exposed for rate, errors, duration; not to the public",
        why: "Without the three figures nobody can tell slow from broken; with them in public, everybody can tell how \
              few customers there are.",
        how: "The named address is read with its credential and must show the three moving with the walk's own \
              requests; anonymous must be refused.",
        references: &["ASVS 5.0 13.4.5", "SOC 2 CC7.2"],
        fix: "Count requests by route and code, time them, and serve the figures on a private address.",
        ..CHECK
    },
    Check {
        id: "DE07",
        severity: Severity::Prevents,
        title: "logs are structured and carry a request id that the answer shows",
        why: "'It failed at about nine' finds nothing in a million lines. An id on the customer's screen finds one.",
        how: "Each answer's request id is looked for in the log that the manifest names; each line must parse.",
        references: &["ASVS 5.0 16.2.1", "ASVS 5.0 16.2.4"],
        fix: "Make an id for each request, put it into every line and every answer, and log JSON.",
        ..CHECK
    },
    Check {
        id: "DE09",
        severity: Severity::Prevents,
        title: "time to detect: from fault to first alert, measured for each fault",
        why: "The difference between a bad minute and a bad night is when somebody is told.",
        how: "Each fault that the audit can cause is caused once, and the time to the first alert at the receiver is \
              measured and held against the manifest's limit.",
        references: &["SOC 2 CC7.2", "SOC 2 CC7.3"],
        fix: "Alert on the symptom that customers feel, with a window of minutes.",
        ..CHECK
    },
    Check {
        id: "DE10",
        severity: Severity::Trust,
        title: "each alert names its runbook",
        why: "At three in the morning nobody remembers what 'queue_lag_high' wants.",
        how: "Each alert that arrived at the receiver must hold an address or section of the runbook, and that \
              section must exist.",
        references: &["SOC 2 CC7.4"],
        fix: "Put the section's address into the alert's text, and test that it is there.",
        ..CHECK
    },
];

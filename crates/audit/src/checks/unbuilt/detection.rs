//! Detection: do you know before your customers do?

use super::of;
use crate::checks::Check;
use crate::verdict::{Dimension, Severity};

const CHECK: Check = of(Dimension::Detection);

/// Declared, not yet judged.
pub(super) const TABLE: &[Check] = &[
    Check {
        id: "DE01",
        severity: Severity::Blocks,
        title: "a provoked error reaches the error tracker, without secrets or personal data",
        why: "Users do not report errors, they leave. A tracker whose key is not set looks the same as one with \
              nothing to report.",
        how: "The service's test error is provoked while the tracker's address points at the audit's receiver; the \
              event must arrive, and hold none of the planted secrets.",
        references: &["ASVS 5.0 16.3.4", "ASVS 5.0 16.5.4", "ASVS 5.0 16.2.5", "SOC 2 CC7.2"],
        fix: "Set the key in every environment, refuse to start without it in production, and filter bodies and \
              headers before sending.",
        ..CHECK
    },
    Check {
        id: "DE02",
        severity: Severity::Blocks,
        title: "a provoked alert reaches the channel that is configured, and a person acknowledged it",
        why: "An alert that goes to a placeholder, or to a room that nobody reads, is a tree falling in a forest.",
        how: "A test alert is provoked and must arrive at the audit's receiver; the name of the production setting \
              must exist and not be a placeholder; the manifest tells who acknowledged the last one.",
        references: &["SOC 2 CC7.2", "SOC 2 CC7.3", "CWE-778"],
        fix: "One address for alerts, one button that sends a test, one person on duty.",
        ..CHECK
    },
    Check {
        id: "DE03",
        severity: Severity::Blocks,
        title: "the health endpoint tells the truth when the database dies, and recovers",
        why: "A health page that says 'ok' from memory keeps a dead service in rotation and its monitor quiet.",
        how: "The database is taken away by the audit's own proxy; health must say so within its stated time, and be \
              well again after the database is back, without a restart.",
        references: &["ASVS 5.0 16.5.2", "SOC 2 A1.2", "RFC 9110 15.6.4 (503)"],
        fix: "Let health do the cheapest real query with a short limit of time.",
        ..CHECK
    },
    Check {
        id: "DE04",
        severity: Severity::Blocks,
        title: "an outside monitor is seen asking, or a heartbeat arrives",
        why: "A service cannot report its own death. Somebody outside must ask.",
        how: "The access log of the named environment must show the monitor's requests, or the audit's receiver a \
              heartbeat, in the stated interval. A told 'none' is a gap at once.",
        references: &["SOC 2 A1.1", "SOC 2 CC7.2"],
        fix: "Point any outside monitor at the health page; it takes three minutes.",
        ..CHECK
    },
    Check {
        id: "DE05",
        severity: Severity::Prevents,
        title: "a scheduled job that stops is noticed",
        why: "Backups, invoices and clean-ups fail silently for months, because nothing happens when nothing happens.",
        how: "A job is stopped by the manifest's command; within twice its interval the health page, an alert or the \
              heartbeat must say so.",
        references: &["SOC 2 CC7.2", "SOC 2 A1.2"],
        fix: "Write the last success of each job where the health page reads it, with the longest silence allowed.",
        ..CHECK
    },
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

//! Promises: does the product do what the policy says?

use super::of;
use crate::checks::Check;
use crate::verdict::{Dimension, Severity};

const CHECK: Check = of(Dimension::Promises);

/// Declared, not yet judged.
pub(super) const TABLE: &[Check] = &[
    Check {
        id: "PR07",
        severity: Severity::Prevents,
        title: "rectification: one can correct one's data",
        why: "A misspelt name on every invoice is a small thing, until it cannot be corrected.",
        how: "Each field that a person gave about himself at sign-up or in the profile is changed by himself and read \
              back by another route.",
        references: &["GDPR Art. 16", "GDPR Art. 5(1)(d)"],
        fix: "Give the profile a form for every personal field that is stored.",
        ..CHECK
    },
    Check {
        id: "PR08",
        severity: Severity::Trust,
        title: "breach notice: the runbook has it, with the stated deadline and contact",
        why: "Seventy-two hours are short when nobody knows whom to write to.",
        how: "The runbook that the manifest names must have a section on breach notice, with a deadline not longer \
              than the policy's and a contact that is the policy's.",
        references: &["GDPR Art. 33(1)", "GDPR Art. 33(2)", "GDPR Art. 34", "SOC 2 CC7.4"],
        fix: "Write the page now: who decides, whom to write to, the text, the deadline.",
        ..CHECK
    },
    Check {
        id: "PR10",
        severity: Severity::Trust,
        title: "unsubscribe works; optional mail stops",
        why: "A link that does nothing teaches people to press 'spam' instead, and then no mail of yours arrives.",
        how: "Optional mail is caused into the audit's mailbox, its unsubscribe link or header is used, and the mail is \
              caused again; mail about the contract itself must still arrive.",
        references: &["GDPR Art. 7(3)", "GDPR Art. 21(2)", "RFC 8058"],
        fix: "Ask one function before every optional mail, and support one-click unsubscribe.",
        ..CHECK
    },
];

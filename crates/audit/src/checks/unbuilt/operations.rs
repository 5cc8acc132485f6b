//! Operations: the eighty per cent that is not features.

use super::of;
use crate::checks::Check;
use crate::verdict::{Dimension, Severity};

const CHECK: Check = of(Dimension::Operations);

/// Declared, not yet judged.
pub(super) const TABLE: &[Check] = &[
    Check {
        id: "OP02",
        severity: Severity::Prevents,
        title: "the limit cannot be bypassed by forwarding headers, case, or paths; does not lock others out",
        why: "A limit that believes a header the caller wrote limits nobody; one that locks the account lets anybody \
              lock out anybody.",
        how: "When the limit of OP01 is reached, the request is repeated with forwarding headers, other case and \
              other spellings of the path; another person signs in from another address meanwhile.",
        references: &[
            "OWASP API4:2023",
            "ASVS 5.0 15.3.4",
            "ASVS 5.0 4.1.3",
            "ASVS 5.0 6.1.1",
            "CWE-348",
            "RFC 9110 10.2.3 (Retry-After)",
        ],
        fix: "Take the address from the connection or from a named proxy, normalise the name before counting, and \
              slow down instead of locking.",
        ..CHECK
    },
    Check {
        id: "OP09",
        severity: Severity::Blocks,
        title: "the service's own tests exist and pass",
        why: "Software that changes without tests breaks what worked, and its customers are the test.",
        how: "The manifest's command is run on the audited commit; it must end well and have run at least one test.",
        references: &["SOC 2 CC8.1", "GDPR Art. 32(1)(d)"],
        fix: "Begin with one test for each flow that a customer pays for.",
        ..CHECK
    },
    Check {
        id: "OP10",
        severity: Severity::Prevents,
        title: "the tests notice a broken flow",
        why: "A suite that stays green while approving does nothing is worse than none: it is believed.",
        how: "A proxy before the service breaks one flow at a time; the suite must fail each time. The share of broken \
              flows that it noticed is the result.",
        references: &["SOC 2 CC8.1"],
        fix: "Assert the effect (what the next page shows), not the answer's code.",
        ..CHECK
    },
    Check {
        id: "OP11",
        severity: Severity::Prevents,
        title: "nothing acknowledged is lost when the process is killed",
        why: "'Saved' is a promise. A process that is killed in the next moment must not break it.",
        how: "The process is killed in the middle of a burst of writes; after a restart everything that was answered \
              with success is read back.",
        references: &["ASVS 5.0 2.3.3", "GDPR Art. 32(1)(b)", "SOC 2 A1.2"],
        fix: "Answer after the commit, with the database's durable settings on.",
        ..CHECK
    },
    Check {
        id: "OP12",
        severity: Severity::Prevents,
        title: "a graceful stop finishes what it began",
        why: "Every deployment stops the service. If that cuts requests in half, every deployment is an incident.",
        how: "A stop is asked for in the middle of slow requests; each must be answered whole, and new ones refused.",
        references: &["SOC 2 A1.2", "SOC 2 CC8.1"],
        fix: "On the stop signal stop accepting, wait for what runs up to a limit, then leave.",
        ..CHECK
    },
    Check {
        id: "OP15",
        severity: Severity::Prevents,
        title: "limits on body size, page size, time, connections; odd input never gets a 5xx; none of it ends the process",
        why: "One request that asks for a million rows, or sends a gigabyte, must not take everybody else down.",
        how: "Oversized and malformed input is sent last, one at a time, with health asked in between; a 5xx counts \
              when it repeats on a healthy service.",
        references: &[
            "OWASP API4:2023",
            "ASVS 5.0 15.2.2",
            "ASVS 5.0 2.2.1",
            "ASVS 5.0 16.5.4",
            "CWE-770",
            "CWE-400",
            "CWE-20",
        ],
        fix: "Name every limit as a constant in one file, and check input into types at the edge.",
        ..CHECK
    },
    Check {
        id: "OP16",
        severity: Severity::Prevents,
        title: "dependency and secret scans are clean",
        why: "Most of the code is somebody else's, and a key that was committed once is in every clone.",
        how: "The SARIF files of the scanners that are already run are read; an open result of their highest levels is \
              a gap, an old file is out of date.",
        references: &["ASVS 5.0 15.2.1", "ASVS 5.0 15.1.2", "SARIF 2.1.0", "CWE-1395", "CWE-798"],
        fix: "Update what is named, revoke what was committed, and run the scans on each change.",
        ..CHECK
    },
    Check {
        id: "OP17",
        severity: Severity::Trust,
        title: "holds the declared load within the declared latency",
        why: "The number in the contract should have been seen once.",
        how: "The declared mix of requests is sent at the declared rate for the declared time, by open arrival, and \
              the percentiles are read from every request.",
        references: &["SOC 2 A1.1", "OWASP API4:2023"],
        fix: "Measure before tuning; the slowest query is usually one missing index.",
        ..CHECK
    },
];

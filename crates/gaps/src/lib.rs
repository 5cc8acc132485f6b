//! The benchmark of the audit's sight: the portal with one gap opened at a time.
//!
//! A gap is opened from the outside, by building the portal from altered parts: its catalogue, which tables the database
//! guards, what becomes of its settings, and what stands around its answers. The shipped binary has no switch for it. `gapped-portal` has the portal's own command line and reads
//! the gaps to open from the variable `GAPS`: `GAPS=1,18 gapped-portal serve`.

mod answers;
mod backups;
mod clear;
mod copies;
mod documents;
mod erased;
mod jobs;
mod messages;
mod other_tenant;
mod promised;
mod teammates;
mod unheard;
mod unrecorded;

use door::{Catalogue, Relations};
use portal::Parts;

/// A gap that can be opened.
#[derive(Clone, Copy)]
pub struct Gap {
    /// Its number in the list of gaps.
    pub number: u8,
    /// The check that must find it.
    pub check: &'static str,
    /// The action, or whatever else it is about, on which it must be found: `DELETE /api/v1/…`.
    pub subject: &'static str,
    /// What is opened.
    pub words: &'static str,
    /// Opens it.
    pub open: fn(Parts) -> Parts,
}

/// The gaps that can be opened in this version, by number.
pub const GAPS: &[Gap] = &[
    Gap {
        number: 1,
        check: "AZ05",
        subject: "DELETE /api/v1/projects/{project}/members/{member}",
        words: "an internal user without the admin role can remove a teammate from a project",
        open: teammates::staff_removes_them,
    },
    Gap {
        number: 2,
        check: "AZ02",
        subject: "GET /api/v1/projects/{project}",
        words: "another organisation reads a project by its id",
        open: other_tenant::reads_projects,
    },
    Gap {
        number: 3,
        check: "AZ02",
        subject: "GET /api/v1/projects/{project}/requests/{request}/versions/{version}/download",
        words: "a document is protected, its version's download route is not",
        open: documents::versions_are_downloaded,
    },
    Gap {
        number: 9,
        check: "AZ11",
        subject: "GET /api/v1/projects/{project}/requests/{request}/versions/{version}/download",
        words: "project A's path serves project B's document",
        open: documents::a_path_serves_anothers,
    },
    Gap {
        number: 14,
        check: "AZ13",
        subject: "POST /api/v1/projects/{project}/messages",
        words: "an archived project can be written",
        open: messages::into_what_is_archived,
    },
    Gap {
        number: 16,
        check: "AZ22",
        subject: "POST /api/v1/projects/{project}/messages",
        words: "a message posted twice with one idempotency key appears twice",
        open: messages::twice_under_one_key,
    },
    Gap {
        number: 18,
        check: "AT02",
        subject: "POST /api/v1/projects/{project}/credentials/{credential}/reveal",
        words: "credential reveals are not recorded",
        open: unrecorded::reveals,
    },
    Gap {
        number: 19,
        check: "AT01",
        subject: "POST /api/v1/projects/{project}/requests/{request}/versions",
        words: "document submissions are not recorded",
        open: unrecorded::submissions,
    },
    Gap {
        number: 28,
        check: "PR01",
        subject: "export",
        words: "the policy promises a data export, there is none",
        open: promised::no_copy,
    },
    Gap {
        number: 29,
        check: "PR02",
        subject: "the organisation's export",
        words: "the organisation's export leaves out the documents",
        open: copies::without_documents,
    },
    Gap {
        number: 30,
        check: "PR01",
        subject: "deletion",
        words: "the policy promises account deletion, there is none",
        open: promised::no_deletion,
    },
    Gap {
        number: 31,
        check: "PR03",
        subject: "deletion",
        words: "a person erased at the organisation's request keeps their name in messages and search",
        open: erased::but_for_the_name,
    },
    Gap {
        number: 32,
        check: "PR04",
        subject: "message",
        words: "rows past the stated retention stay",
        open: jobs::periods_are_not_kept,
    },
    Gap {
        number: 33,
        check: "PR05",
        subject: "credential.secret",
        words: "credentials are stored in clear",
        open: clear::credentials,
    },
    Gap {
        number: 35,
        check: "DE01",
        subject: "errors",
        words: "the error tracker's key is not set",
        open: unheard::errors,
    },
    Gap { number: 36, check: "DE02", subject: "alerts", words: "alerts have no destination", open: unheard::alerts },
    Gap {
        number: 37,
        check: "DE03",
        subject: "GET /readyz",
        words: "the health endpoint says \"ok\" while the database is gone",
        open: answers::health_is_always_well,
    },
    Gap {
        number: 38,
        check: "DE04",
        subject: "the outside monitor",
        words: "no heartbeat reaches the uptime monitor",
        open: unheard::heartbeats,
    },
    Gap {
        number: 39,
        check: "DE05",
        subject: "scheduled jobs",
        words: "a scheduled job has stopped and the health page says all is well",
        open: jobs::failures_are_swallowed,
    },
    Gap {
        number: 40,
        check: "DE08",
        subject: "POST /api/v1/clients",
        words: "an error page shows a stack trace",
        open: answers::errors_show_a_trace,
    },
    Gap {
        number: 43,
        check: "OP03",
        subject: "session",
        words: "expired sessions and invitations are never cleaned up",
        open: jobs::nothing_is_cleared_away,
    },
    Gap {
        number: 44,
        check: "OP05",
        subject: "the backup",
        words: "the backup leaves out the documents",
        open: backups::without_documents,
    },
    Gap {
        number: 45,
        check: "OP06",
        subject: "the backup",
        words: "a damaged backup is restored without a word",
        open: |parts| parts,
    },
    Gap {
        number: 46,
        check: "OP08",
        subject: "alerts",
        words: "an alert has no section in the runbook",
        open: answers::an_alert_leads_nowhere,
    },
];

/// Whether a command's failure is lost with these gaps open, as in a script that goes on after an error: gap 45 is no part of
/// the portal's.
#[must_use]
pub fn goes_unnoticed(numbers: &[u8], command: &str) -> bool {
    numbers.contains(&45) && command == "restore"
}

/// The portal with these gaps open.
///
/// # Errors
/// With the number that is not known.
pub fn parts(numbers: &[u8]) -> Result<Parts, String> {
    numbers.iter().try_fold(Parts::real(), |parts, number| {
        let gap = GAPS.iter().find(|gap| gap.number == *number);
        gap.map(|gap| (gap.open)(parts)).ok_or_else(|| format!("gap {number} cannot be opened in this version"))
    })
}

/// The portal whose action of this name may be done by everybody who finds its object.
#[must_use]
pub fn without_who_may(name: &str) -> Parts {
    alter(Parts::real(), |catalogue| catalogue.alter(name, |entry| entry.spec.may = Relations::from_bits(u32::MAX)))
}

/// The portal whose actions of these names leave no record.
#[must_use]
pub fn without_record(names: &[&str]) -> Parts {
    let silenced = |catalogue: Catalogue, name: &&str| catalogue.alter(name, |entry| entry.recorded = false);
    alter(Parts::real(), |catalogue| names.iter().fold(catalogue, silenced))
}

fn alter(mut parts: Parts, change: impl Fn(Catalogue) -> Catalogue) -> Parts {
    parts.catalogue = change(parts.catalogue);
    parts
}

/// The portal with actions of the same names instead of its own.
fn instead(mut parts: Parts, flawed: &Catalogue) -> Parts {
    for other in flawed.entries() {
        parts.catalogue = parts.catalogue.alter(other.spec.name, |entry| *entry = other.clone());
    }
    parts
}

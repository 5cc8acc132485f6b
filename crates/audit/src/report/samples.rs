//! Three invented outcomes that the reports are drawn from in tests: many gaps, clean as far as it is built, and fog.
//!
//! They declare checks of their own, so that building one more check does not change the pictures.

use std::collections::BTreeMap;

use crate::checks::Check;
use crate::load_line::{Facts, Require, Waiver, settle};
use crate::verdict::{
    Cause, Cell, Denominator, Dimension, Exhibit, Finding, Mark, Outcome, RunFacts, Severity, Strength, Verdict,
};
use Cause::{NotReached, NotTold, Undecided, WaitsForAnswer};
use Dimension::{AuditTrail, Authorization, Detection, Operations, Promises};
use Severity::{Blocks, Prevents, Trust};
use Verdict::{Gap, Holds, NotApplicable, Suspected, Unproven};

/// Id, dimension, severity, title, built.
type Row = (&'static str, Dimension, Severity, &'static str, bool);

const ROWS: [Row; 26] = [
    ("AZ01", Authorization, Blocks, "anonymous reaches a protected action", true),
    ("AZ02", Authorization, Blocks, "another tenant reads an object", true),
    ("AZ03", Authorization, Blocks, "another tenant changes or deletes an object", true),
    ("AZ04", Authorization, Blocks, "same tenant, not a member: reads or changes", true),
    ("AZ05", Authorization, Blocks, "lower role performs a higher role's action", true),
    ("AZ10", Authorization, Blocks, "lists, search, counts and exports leak rows", true),
    ("AZ12", Authorization, Prevents, "another verb, path spelling or header slips past", false),
    ("AT01", AuditTrail, Blocks, "every state-changing action left a record", true),
    ("AT02", AuditTrail, Blocks, "every sensitive read left a record", true),
    ("AT03", AuditTrail, Prevents, "refused attempts leave a record", true),
    ("AT07", AuditTrail, Blocks, "nobody can edit or delete the record", false),
    ("AT10", AuditTrail, Trust, "the record can be exported", false),
    ("PR01", Promises, Blocks, "each promise is bound to a working action", true),
    ("PR02", Promises, Blocks, "export of one's data is complete", true),
    ("PR06", Promises, Prevents, "third parties contacted are those listed", true),
    ("PR09", Promises, Trust, "security.txt is valid and not expired", true),
    ("DE01", Detection, Blocks, "a provoked error reaches the error tracker", false),
    ("DE02", Detection, Blocks, "a provoked alert reaches its channel", true),
    ("DE04", Detection, Blocks, "an outside monitor is seen asking", true),
    ("DE08", Detection, Prevents, "error answers hold a reference and no internals", true),
    ("OP01", Operations, Blocks, "public endpoints are rate limited", true),
    ("OP02", Operations, Prevents, "the limit cannot be bypassed", true),
    ("OP05", Operations, Blocks, "restoring the backup works", false),
    ("OP13", Operations, Blocks, "HTTPS only, HSTS, cookie flags", true),
    ("OP14", Operations, Blocks, "debug off, nothing exposed", true),
    ("OP17", Operations, Trust, "holds the declared load", false),
];

/// The checks that the samples are judged by.
pub(crate) fn declared() -> Vec<Check> {
    ROWS.iter()
        .map(|(id, dimension, severity, title, built)| Check {
            id,
            dimension: *dimension,
            severity: *severity,
            title,
            why: "Being signed in is not being allowed. In a demo nobody notices: there is one user.",
            how: "A person of another tenant asks for an object with a canary in it. The canary in the answer is proof.",
            references: &["OWASP API1:2023", "CWE-639"],
            fix: "Load the object inside the caller's tenant, in one place that every route uses; answer 404 when there \
                  is no row.",
            built: *built,
        })
        .collect()
}

fn finding(check: &str, subject: &str, verdict: Verdict, words: &str) -> Finding {
    Finding {
        check: check.to_owned(),
        subject: subject.to_owned(),
        cell: None,
        verdict,
        cause: None,
        strength: Strength::Fact,
        words: words.to_owned(),
        answer: None,
        evidence: Vec::new(),
        exhibits: Vec::new(),
    }
}

fn cell(check: &str, subject: &str, relation: &str, verdict: Verdict, words: &str) -> Finding {
    let cell = Cell { action: subject.to_owned(), role: "member".to_owned(), relation: relation.to_owned() };
    Finding { cell: Some(cell), strength: Strength::Wall, ..finding(check, subject, verdict, words) }
}

fn unproven(check: &str, subject: &str, cause: Cause, words: &str, answer: &str) -> Finding {
    let answer = (!answer.is_empty()).then(|| answer.to_owned());
    Finding { cause: Some(cause), answer, ..finding(check, subject, Unproven, words) }
}

fn exhibit(label: &str, actor: &str, request: &str, status: u16, bytes: u64, note: &str, curl: &str) -> Exhibit {
    Exhibit {
        label: label.to_owned(),
        actor: actor.to_owned(),
        request: request.to_owned(),
        status,
        bytes,
        note: note.to_owned(),
        curl: curl.to_owned(),
    }
}

fn run() -> RunFacts {
    RunFacts {
        service: "tallyhouse".to_owned(),
        environment: "local".to_owned(),
        disposable: true,
        url: "http://127.0.0.1:3000".to_owned(),
        commit: Some("4be19f2".to_owned()),
        started_at: "2026-11-22T09:41:00Z".to_owned(),
        duration_ms: 144_000,
        version: "0.1.0".to_owned(),
        manifest_digest: "5b".repeat(32),
        evidence_root: "a7".repeat(32),
        evidence_dir: ".plimsoll/evidence/2026-11-22T094100Z".to_owned(),
        seed: 7,
        signed_by: None,
    }
}

fn walked() -> Denominator {
    Denominator {
        actions: 61,
        reached: 52,
        requests: 2156,
        requests_cells: 79,
        requests_set_up: 702,
        requests_clean_up: 331,
        objects_made: 338,
        objects_left: 7,
        ..Denominator::default()
    }
}

const ACTIONS: [&str; 6] = [
    "GET /api/projects/{project}",
    "PATCH /api/projects/{project}/status",
    "POST /api/documents",
    "DELETE /api/documents/{document}",
    "POST /api/projects/{project}/members",
    "PUT /api/workspace",
];

/// A service with gaps of all three phases, one of them a breach between tenants, wanted as a pilot.
pub(crate) fn many_gaps() -> Outcome {
    let file = "GET /api/exports/{id}/file";
    let breach = Finding {
        evidence: vec!["0c".repeat(32), "1d".repeat(32)],
        exhibits: vec![
            exhibit(
                "owner",
                "olga (amber)",
                "GET /api/exports/7f3a/file",
                200,
                412,
                "canary plim-7k2q-amber-olga",
                "curl -b \"sid=$OLGA\" http://127.0.0.1:3000/api/exports/7f3a/file",
            ),
            exhibit(
                "other",
                "otto (birch)",
                "GET /api/exports/7f3a/file",
                200,
                412,
                "canary plim-7k2q-amber-olga",
                "curl -b \"sid=$OTTO\" http://127.0.0.1:3000/api/exports/7f3a/file",
            ),
            exhibit(
                "nobody",
                "",
                "GET /api/exports/7f3a/file",
                302,
                0,
                "→ /login",
                "curl http://127.0.0.1:3000/api/exports/7f3a/file",
            ),
            exhibit(
                "absent id",
                "otto (birch)",
                "GET /api/exports/0000/file",
                404,
                22,
                "",
                "curl -b \"sid=$OTTO\" http://127.0.0.1:3000/api/exports/0000/file",
            ),
        ],
        ..cell("AZ02", file, "other tenant", Gap, "otto (birch) reads amber's export: canary in the answer")
    };
    let mut findings = vec![
        breach,
        finding("AT02", file, Gap, "the download by olga left no record"),
        finding("PR01", "download all your data", Gap, "no action delivers it"),
        finding("PR01", "delete your account", Gap, "no action delivers it"),
        finding("PR02", "download all your data", Gap, "there is nothing to download"),
        finding("PR06", "/login", Gap, "loads fonts.gstatic.com; the policy lists stripe.com, sentry.io"),
        finding("PR09", "/.well-known/security.txt", Gap, "there is none"),
        finding("DE02", "alerts", Gap, "no alert destination: you said none"),
        finding("DE04", "monitor", Gap, "nobody watches from outside: you said none"),
        finding("DE08", "GET /{unknown}", Holds, "the error page has a reference and no internals"),
        finding("AT03", "GET /api/exports/{id}/file", Gap, "a refused attempt by otto left no record"),
        finding("OP13", "headers", Holds, "HSTS, cookie flags and content policy are set"),
        finding("OP14", "exposed", Holds, "nothing exposed: 27 usual places asked"),
    ];
    for form in ["/login", "/forgot", "/signup"] {
        findings.push(finding("OP01", form, Gap, "takes 120 tries without a limit"));
    }
    findings.push(unproven("OP02", "limits", Cause::WaitsForGap, "there is no limit to bypass yet", ""));
    for action in ACTIONS {
        findings.push(cell("AZ01", action, "anonymous", Holds, "refused without effect"));
        findings.push(cell("AZ03", action, "other tenant", Holds, "refused without effect"));
        findings.push(cell("AZ05", action, "same tenant", Holds, "refused without effect"));
        findings.push(cell("AZ10", action, "other tenant", NotApplicable, "it is no list"));
        if !action.starts_with("GET") {
            findings.push(finding("AT01", action, Gap, "olga's change left no record, a later sign-in did"));
        }
    }
    findings.push(cell("AZ10", "GET /api/search", "other tenant", Holds, "no foreign row in 500"));
    findings.push(Finding {
        cause: Some(WaitsForAnswer),
        answer: Some("plimsoll matrix review".to_owned()),
        ..cell("AZ04", ACTIONS[0], "same tenant", Unproven, "mick sees a project that he is not a member of")
    });
    findings.push(Finding {
        verdict: Suspected,
        strength: Strength::Words,
        ..cell("AZ05", "GET /api/admin/usage", "same tenant", Suspected, "mick is answered 200; the path says admin")
    });
    let facts = Facts {
        run: run(),
        denominator: walked(),
        notes: vec![
            "9 actions were not reached: 1 is left out by the manifest, 5 need an id that nothing makes".to_owned(),
            "1 WebSocket (/live) is not walked".to_owned(),
        ],
        require: Require { all: Some(Mark::Pilot), named: BTreeMap::new() },
        waivers: vec![Waiver {
            gap: "PR09 /.well-known/security.txt".to_owned(),
            owner: "jonas".to_owned(),
            reason: "address moves in December".to_owned(),
            until: "2026-12-31".to_owned(),
        }],
        passes: Dimension::ALL.into(),
    };
    settle(&declared(), facts, findings)
}

/// Everything that is built holds; the rest is not built, so the line is a demo all the same.
pub(crate) fn clean() -> Outcome {
    let mut findings = Vec::new();
    for (id, dimension, _, _, built) in ROWS {
        if built && dimension == Authorization {
            findings.extend(ACTIONS.map(|action| cell(id, action, "other tenant", Holds, "refused without effect")));
        } else if built {
            findings.push(finding(id, "the service", Holds, "shown by a later event"));
        }
    }
    let facts = Facts {
        run: RunFacts { signed_by: Some("ed25519:3f9ac2d1".to_owned()), ..run() },
        denominator: Denominator { objects_left: 0, reached: 61, ..walked() },
        passes: Dimension::ALL.into(),
        ..Facts::default()
    };
    settle(&declared(), facts, findings)
}

/// Hardly anything could be looked at, and a hostile service tries to write into the report.
pub(crate) fn fog() -> Outcome {
    let hostile = "GET /<script>alert(1)</script>/\u{1b}[2J{id}";
    let findings = vec![
        cell("AZ01", "GET /api/projects", "anonymous", Holds, "refused without effect"),
        Finding {
            cause: Some(NotReached),
            answer: Some("make.export = 'olga: POST /api/exports {…} -> id'".to_owned()),
            ..cell("AZ02", hostile, "other tenant", Unproven, "nothing makes an export: POST /api/exports answers 422")
        },
        unproven("AZ03", "DELETE /api/documents/{document}", Undecided, "two tries disagreed", ""),
        unproven("AT01", "record", NotTold, "no record was named", "[record] read = 'olga: GET /audit -> items[]'"),
        unproven("AT02", "record", NotTold, "no record was named", "[record] read = 'olga: GET /audit -> items[]'"),
        unproven("DE02", "alerts", NotTold, "no alert channel was named", "[alerts] to = \"…\""),
    ];
    let facts = Facts {
        run: RunFacts { disposable: false, commit: None, ..run() },
        denominator: walked(),
        require: Require { all: Some(Mark::Pilot), named: BTreeMap::new() },
        passes: [Authorization, AuditTrail, Detection].into(),
        ..Facts::default()
    };
    settle(&declared(), facts, findings)
}

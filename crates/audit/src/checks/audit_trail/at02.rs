//! AT02: every sensitive read left a record.

use super::{Kind, Trail, finding, judge_events};
use crate::catalogue::Action;
use crate::checks::Check;
use crate::evidence::Dossier;
use crate::verdict::{Dimension, Finding, Severity, Verdict};

/// The declaration.
pub const CHECK: Check = Check {
    id: "AT02",
    dimension: Dimension::AuditTrail,
    severity: Severity::Blocks,
    title: "every sensitive read left a record (secret revealed, data exported, file downloaded)",
    why: "Data leaves by reading, not by writing. After a breach the first question is who saw what, and only a \
          record of reads can answer it.",
    how: "Reveals, exports and downloads that succeeded are looked for in the record, as AT01 does for changes.",
    references: &["ASVS 5.0 16.3.2", "CWE-778", "SOC 2 CC7.2", "GDPR Art. 33(3)"],
    fix: "Write the record before the answer is sent, and send nothing when it cannot be written.",
    built: true,
};

/// Words in the last literal segment of a path, or in the operation id, that make an action a sensitive read, whatever
/// its verb.
const WORDS: &[&str] = &["reveal", "export", "exports", "download", "downloads", "decrypt", "unmask", "dump"];

/// Words that mean a file shown as a picture, where the document says that a picture is answered.
const VIEWS: &[&str] = &["preview"];
/// Media types of archives and tables: whoever is given one takes many things out at once.
const COPIES: &[&str] = &[
    "application/zip",
    "application/x-zip-compressed",
    "application/x-tar",
    "application/gzip",
    "application/x-gtar",
    "text/csv",
    "text/tab-separated-values",
    "application/vnd.ms-excel",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.oasis.opendocument.spreadsheet",
];
/// The same by the end of a path, where the document does not say what is answered.
const ENDINGS: &[&str] = &[".csv", ".tsv", ".xls", ".xlsx", ".ods", ".zip", ".tar", ".tar.gz", ".tgz"];

/// Whether an action gives away what was hidden, or takes data out.
pub(super) fn is_sensitive(action: &Action) -> bool {
    let kinds = || action.successes().flat_map(|answer| &answer.media).map(|media| media.content_type.as_str());
    let essence = |kind: &str| kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if kinds().any(|kind| COPIES.contains(&essence(kind).as_str()))
        || ENDINGS.iter().any(|end| action.path.ends_with(end))
    {
        return true;
    }
    let last = action.path.split('/').rfind(|segment| !segment.is_empty() && !segment.contains('{'));
    let only_names = Action { path: last.unwrap_or_default().to_owned(), tags: Vec::new(), ..action.clone() };
    let only_names = Action { summary: String::new(), description: String::new(), ..only_names };
    let says = |words: &[&str]| only_names.words().iter().any(|word| words.contains(&word.as_str()));
    let pictured = || kinds().any(|kind| kind.starts_with("image/") || kind == "application/pdf");
    says(WORDS) || says(VIEWS) && pictured()
}

/// Sensitive reads that succeeded, one finding an action.
pub fn judge(dossier: &Dossier) -> Vec<Finding> {
    let missing = "it gave away sensitive data and left no record; a later event arrived";
    let mut findings = judge_events(dossier, CHECK.id, &[Kind::Read], missing);
    let all: Vec<(&str, Trail)> = dossier.all();
    if let (true, Some((digest, _))) = (findings.is_empty(), all.last()) {
        let words = "no action reveals, exports or downloads".to_owned();
        findings.push(finding(CHECK.id, digest, super::SUBJECT, Verdict::NotApplicable, words));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_actions_tell_not_names_of_things() {
        let of = |verb: &str, path: &str| is_sensitive(&crate::plan::forms::tests::action(verb, path));
        assert!(of("POST", "/credentials/{id}/reveal") && of("GET", "/export") && of("GET", "/files/{id}/download"));
        assert!(of("GET", "/invoices.csv") && of("GET", "/projects/{id}/files.tar.gz"));
        assert!(!of("GET", "/credentials") && !of("GET", "/exports/{id}/items") && !of("GET", "/notes/{id}"));
    }
}

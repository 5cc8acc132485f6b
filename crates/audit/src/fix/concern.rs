//! Concerns: gaps that one change would close together, or that live in the same place.

use std::collections::BTreeMap;

use crate::verdict::{Dimension, Gap, Outcome, Severity};

/// Gaps of one phase that belong together.
#[derive(Debug)]
pub struct Concern<'a> {
    /// `exports`, `record`, `limits`: lowercase letters, digits and hyphens.
    pub name: String,
    /// Its phase.
    pub severity: Severity,
    /// At least one.
    pub gaps: Vec<&'a Gap>,
}

impl Concern<'_> {
    /// `p1-exports.md`.
    #[must_use]
    pub fn file_name(&self) -> String {
        format!("p{}-{}.md", self.severity.phase(), self.name)
    }

    /// What a person must do first, where code alone cannot close it: minutes and what it needs.
    #[must_use]
    pub fn person(&self) -> Option<(u32, &'static str)> {
        let needs = |gap: &&Gap| match gap.check.as_str() {
            "DE02" => Some((3, "an address that alerts go to: a chat channel's webhook or a mailbox that is read")),
            "DE04" => Some((5, "somebody outside who asks: any monitor of addresses, the free ones suffice")),
            "OP04" => Some((10, "a place for backups that is not this machine")),
            "PR01" => Some((10, "the decision whether to build the action or to take the promise back")),
            "PR09" => Some((2, "the address that finders of flaws may write to")),
            _ => None,
        };
        self.gaps.iter().find_map(needs)
    }
}

/// The open gaps by phase and concern; all phases, or one. A gap that waits for another comes along with it.
#[must_use]
pub fn concerns(outcome: &Outcome, phase: Option<Severity>) -> Vec<Concern<'_>> {
    let open: Vec<_> = outcome.gaps.iter().filter(|gap| phase.is_none_or(|phase| gap.severity == phase)).collect();
    let place = |subject: &str| {
        // The same action's gap of authorization names the place where the code is.
        let same = |gap: &&&Gap| gap.subject == subject && dimension(outcome, gap) == Dimension::Authorization;
        open.iter().find(same).map(|gap| noun(&gap.subject))
    };
    let mut by_name: BTreeMap<(Severity, String), Vec<&Gap>> = BTreeMap::new();
    for gap in &open {
        let name = match dimension(outcome, gap) {
            Dimension::Authorization => noun(&gap.subject),
            Dimension::AuditTrail => place(&gap.subject).unwrap_or_else(|| "record".to_owned()),
            Dimension::Promises => "promises".to_owned(),
            Dimension::Detection => "detection".to_owned(),
            Dimension::Operations if matches!(gap.check.as_str(), "OP01" | "OP02") => "limits".to_owned(),
            Dimension::Operations => gap.check.to_lowercase(),
        };
        by_name.entry((gap.severity, name)).or_default().push(gap);
    }
    by_name.into_iter().map(|((severity, name), gaps)| Concern { name, severity, gaps }).collect()
}

fn dimension(outcome: &Outcome, gap: &Gap) -> Dimension {
    let check = outcome.checks.iter().find(|check| check.id == gap.check);
    check.map_or(Dimension::Operations, |check| check.dimension)
}

/// What an action is about: the last fixed part of its path before the first parameter, or else the last one. It
/// becomes a file's name, so only letters, digits and hyphens stay.
fn noun(action: &str) -> String {
    let path = action.split_whitespace().last().unwrap_or_default();
    let parts: Vec<_> = path.split('/').filter(|part| !part.is_empty()).collect();
    let fixed = |part: &&&str| !part.starts_with(['{', ':', '<', '*']);
    let before = parts.iter().take_while(|part| fixed(part)).last();
    let noun = before.or_else(|| parts.iter().rfind(|part| fixed(part))).copied().unwrap_or_default();
    let plain: String =
        noun.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
    let plain: String = plain.trim_matches('-').chars().take(40).collect();
    if plain.is_empty() { "service".to_owned() } else { plain }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_action_is_about_what_stands_before_its_key() {
        let nouns = ["GET /api/exports/{id}/file", "POST /api/documents", "GET /{slug}", "GET /", "alerts"].map(noun);
        assert_eq!(nouns, ["exports", "documents", "service", "service", "alerts"]);
    }

    proptest! {
        #[test]
        fn a_name_never_leads_out_of_the_directory(action in ".{0,60}") {
            let noun = noun(&action);
            prop_assert!(!noun.is_empty() && noun.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'));
        }
    }
}

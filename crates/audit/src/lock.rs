//! The lock, `plimsoll.lock`: what the walk inferred, one line a fact, sorted, so that a difference can be read.
//!
//! It is generated and checked in, never edited: what should be otherwise is said in the manifest. A run with a lock
//! does not infer again what stands in it. Fields of a line are parted by two spaces or more.

use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;

use crate::error::{Result, Trouble};

/// The first line of every lock.
const HEADER: &str = "plimsoll.lock 1";
/// What stands behind a list in which an owner finds what is his, and behind an answer in which he does not.
const OWN_ROWS: &str = "its owner finds his own";
const NO_ROWS: &str = "nothing of its owner's";

/// Everything that was inferred.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lock {
    /// The facts, in the order in which they are written.
    pub facts: BTreeSet<Fact>,
}

/// One thing that was inferred. Texts hold no line breaks and no two spaces in a row; [`Lock::add`] sees to it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fact {
    /// Something has to be done to an object before.
    After {
        /// `GET /orders/{order}/receipt`.
        action: String,
        /// `POST /orders/{order}/approve`.
        deed: String,
    },
    /// A parameter's value comes from another action.
    Link {
        /// `GET /recipes/{slug}`.
        action: String,
        /// `slug`.
        parameter: String,
        /// `POST /recipes`.
        producer: String,
        /// `request.slug`, `answer.comment.id`, `location`, `path`, `row id of GET /recipes`.
        from: String,
        /// How often it worked in the walk that inferred it.
        worked: u32,
    },
    /// Nothing makes what an action needs.
    None {
        /// `POST /api/x`.
        action: String,
        /// What seems to be missing.
        needs: String,
        /// The manifest line that would make it.
        line: String,
    },
    /// Fields that move by themselves.
    Noise {
        /// Who sees them: `GET /recipes/{slug}`, `row of GET /recipes`.
        noun: String,
        /// The fields, sorted.
        fields: Vec<String>,
    },
    /// How the service refuses.
    Refusal {
        /// The status code.
        status: u16,
        /// The beginning of the answer, values removed.
        sample: String,
        /// Eight hex digits of its digest.
        digest: String,
    },
    /// Whether the owner of things finds them in what an action answers: then it is a list.
    Rows {
        /// `GET /recipes`.
        action: String,
        /// He does.
        found: bool,
    },
    /// A value that worked.
    Value {
        /// `POST /recipes`.
        action: String,
        /// `portions`.
        field: String,
        /// As JSON, with holes for what differs from run to run: `{canary}`, `{key}`, `{today+7}`, `{actor.name}`.
        value: String,
        /// `document`, `refusal` (it was changed after one), `object` (the key of one).
        from: String,
    },
    /// Where a change by an action shows.
    Witness {
        /// `PUT /accounts/{id}/secret`.
        action: String,
        /// `GET /accounts/{id}`, `row of GET /accounts`.
        seen_by: String,
    },
}

impl Lock {
    /// Reads the file; a file that is not there is an empty lock.
    pub fn load(path: &Path) -> Result<Self> {
        match std::fs::read_to_string(path) {
            Ok(text) => Self::parse(&text, &path.display().to_string()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(Trouble::new(path.display().to_string(), format!("cannot be read: {error}"))),
        }
    }

    /// Reads a lock. `place` (the file) and the line name what is wrong.
    pub fn parse(text: &str, place: &str) -> Result<Self> {
        let mut lock = Self::default();
        let mut lines = text.lines().enumerate();
        let hint = "the lock is generated: remove it, and the next walk writes it again";
        if lines.next().map(|(_, line)| line.trim()) != Some(HEADER) {
            return Err(Trouble::new(format!("{place}:1"), format!("the first line is not `{HEADER}`")).hint(hint));
        }
        for (index, line) in lines.filter(|(_, line)| !line.trim().is_empty()) {
            let fact = parse_fact(line).ok_or_else(|| {
                Trouble::new(format!("{place}:{}", index + 1), format!("`{}` is not a fact", line.trim())).hint(hint)
            })?;
            lock.facts.insert(fact);
        }
        Ok(lock)
    }

    /// The text. Reading it gives the same lock.
    pub fn print(&self) -> String {
        let lines = self.facts.iter().map(|fact| format!("{fact}\n"));
        std::iter::once(format!("{HEADER}\n")).chain(lines).collect()
    }

    /// Writes the file, if it differs from what stands there.
    pub fn save(&self, path: &Path) -> Result<()> {
        let text = self.print();
        if std::fs::read_to_string(path).is_ok_and(|known| known == text) {
            return Ok(());
        }
        std::fs::write(path, text)
            .map_err(|error| Trouble::new(path.display().to_string(), format!("cannot be written: {error}")))
    }

    /// Adds a fact, its texts made fit for one line.
    pub fn add(&mut self, mut fact: Fact) {
        match &mut fact {
            Fact::Link { action, parameter, producer, from, .. } => {
                [action, parameter, producer, from].into_iter().for_each(one_line);
            }
            Fact::After { action, deed } => [action, deed].into_iter().for_each(one_line),
            Fact::None { action, needs, line } => [action, needs, line].into_iter().for_each(one_line),
            Fact::Noise { noun, fields } => {
                one_line(noun);
                fields.retain(|field| !field.is_empty() && !field.contains(char::is_whitespace));
                fields.sort();
                fields.dedup();
                if fields.is_empty() {
                    return;
                }
            }
            Fact::Refusal { sample, digest, .. } => [sample, digest].into_iter().for_each(one_line),
            Fact::Value { action, field, value, from } => {
                [action, field, from].into_iter().for_each(one_line);
                // Inside JSON a space can be written so that two never stand in a row.
                *value = value.replace(['\n', '\r', '\t'], " ").replace("  ", " \\u0020");
                one_line(value);
            }
            Fact::Rows { action, .. } => one_line(action),
            Fact::Witness { action, seen_by } => [action, seen_by].into_iter().for_each(one_line),
        }
        self.facts.insert(fact);
    }

    /// Where a parameter of an action comes from: the producer, the place of the key, how often it worked.
    pub fn link(&self, action: &str, parameter: &str) -> Option<(&str, &str, u32)> {
        self.facts.iter().find_map(|fact| match fact {
            Fact::Link { action: own, parameter: named, producer, from, worked }
                if own == action && named == parameter =>
            {
                Some((producer.as_str(), from.as_str(), *worked))
            }
            _ => None,
        })
    }

    /// What has to be done to an object before.
    pub fn deed(&self, action: &str) -> Option<&str> {
        self.facts.iter().find_map(|fact| match fact {
            Fact::After { action: own, deed } if own == action => Some(deed.as_str()),
            _ => None,
        })
    }

    /// Whether the owner of things finds them in what an action answers.
    pub fn rows(&self, action: &str) -> Option<bool> {
        self.facts.iter().find_map(|fact| match fact {
            Fact::Rows { action: own, found } if own == action => Some(*found),
            _ => None,
        })
    }

    /// The fields of a body that was accepted: name, value as JSON, and where it came from.
    pub fn values(&self, action: &str) -> Vec<(String, String, String)> {
        let fields = self.facts.iter().filter_map(|fact| match fact {
            Fact::Value { action: own, field, value, from } if own == action => {
                Some((field.clone(), value.clone(), from.clone()))
            }
            _ => None,
        });
        fields.collect()
    }

    /// Where a change by an action shows.
    pub fn witness(&self, action: &str) -> Option<&str> {
        self.facts.iter().find_map(|fact| match fact {
            Fact::Witness { action: own, seen_by } if own == action => Some(seen_by.as_str()),
            _ => None,
        })
    }

    /// The fields that move by themselves in what a reader sees.
    pub fn noise(&self, noun: &str) -> &[String] {
        let found = self.facts.iter().find_map(|fact| match fact {
            Fact::Noise { noun: own, fields } if own == noun => Some(fields.as_slice()),
            _ => None,
        });
        found.unwrap_or_default()
    }
}

impl fmt::Display for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Link { action, parameter, producer, from, worked } => {
                write!(f, "link    {action}  {parameter}  <-  {producer}  {from}  worked {worked}")
            }
            Self::After { action, deed } => write!(f, "after   {action}  <-  {deed}"),
            Self::None { action, needs, line } => write!(f, "none    {action}  needs: {needs}  {line}"),
            Self::Noise { noun, fields } => write!(f, "noise   {noun}  {}", fields.join(" ")),
            Self::Refusal { status, sample, digest } => write!(f, "refusal {status}  {sample}  #{digest}"),
            Self::Rows { action, found } => write!(f, "rows    {action}  {}", if *found { OWN_ROWS } else { NO_ROWS }),
            Self::Value { action, field, value, from } => write!(f, "value   {action}  {field} = {value}  from {from}"),
            Self::Witness { action, seen_by } => write!(f, "witness {action}  <-  {seen_by}"),
        }
    }
}

fn parse_fact(line: &str) -> Option<Fact> {
    let (kind, rest) = line.trim().split_once(' ')?;
    let fields: Vec<&str> = rest.trim().split("  ").map(str::trim).filter(|field| !field.is_empty()).collect();
    let own = |text: &str| text.to_owned();
    Some(match (kind, fields.as_slice()) {
        ("link", [action, parameter, "<-", producer, from, worked]) => Fact::Link {
            action: own(action),
            parameter: own(parameter),
            producer: own(producer),
            from: own(from),
            worked: worked.strip_prefix("worked ")?.parse().ok()?,
        },
        ("after", [action, "<-", deed]) => Fact::After { action: own(action), deed: own(deed) },
        ("none", [action, needs, line]) => {
            Fact::None { action: own(action), needs: own(needs.strip_prefix("needs: ")?), line: own(line) }
        }
        ("noise", [noun, fields]) => Fact::Noise { noun: own(noun), fields: fields.split(' ').map(own).collect() },
        ("refusal", [status, sample, digest]) => {
            Fact::Refusal { status: status.parse().ok()?, sample: own(sample), digest: own(digest.strip_prefix('#')?) }
        }
        ("rows", [action, OWN_ROWS]) => Fact::Rows { action: own(action), found: true },
        ("rows", [action, NO_ROWS]) => Fact::Rows { action: own(action), found: false },
        ("value", [action, assignment, from]) => {
            let (field, value) = assignment.split_once(" = ")?;
            Fact::Value {
                action: own(action),
                field: own(field),
                value: own(value),
                from: own(from.strip_prefix("from ")?),
            }
        }
        ("witness", [action, "<-", seen_by]) => Fact::Witness { action: own(action), seen_by: own(seen_by) },
        _ => return None,
    })
}

/// Line breaks and runs of spaces become one space; an empty text becomes a dash.
fn one_line(text: &mut String) {
    let joined = text.split_whitespace().collect::<Vec<_>>().join(" ");
    *text = if joined.is_empty() { "-".to_owned() } else { joined };
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_lines_of_the_format() {
        let text = "plimsoll.lock 1
after   GET /orders/{order}/receipt  <-  POST /orders/{order}/approve
link    DELETE /a/{x}/c/{id}  id  <-  POST /a/{x}/c  answer.comment.id  worked 2
none    POST /api/x  needs: a date in the future?  make.x = '…'
noise   recipe  last_seen updated_at views
refusal 401  {\"status\":\"fail\",…}  #7f3a91c0
rows    GET /about  nothing of its owner's
rows    GET /recipes  its owner finds his own
value   POST /recipes  portions = 1  from minimum
witness PUT /accounts/{id}/secret  <-  sign-in old and new
";
        let lock = Lock::parse(text, "plimsoll.lock").unwrap();
        assert_eq!(lock.print(), text);
        assert_eq!(lock.witness("PUT /accounts/{id}/secret"), Some("sign-in old and new"));
        assert_eq!(lock.noise("recipe").len(), 3);
        assert_eq!(lock.link("DELETE /a/{x}/c/{id}", "id"), Some(("POST /a/{x}/c", "answer.comment.id", 2)));
        assert_eq!(
            (lock.rows("GET /about"), lock.rows("GET /recipes"), lock.rows("GET /x")),
            (Some(false), Some(true), None)
        );
        assert_eq!(lock.values("POST /recipes").len(), 1);
    }

    #[test]
    fn what_is_wrong_has_its_line() {
        let wrong = Lock::parse("plimsoll.lock 1\nlink x\n", "plimsoll.lock").unwrap_err().to_string();
        assert!(wrong.starts_with("plimsoll.lock:2: `link x` is not a fact"), "{wrong}");
        assert!(Lock::parse("", "l").is_err());
    }

    proptest! {
        #[test]
        fn what_is_added_is_read_again(action in ".*", text in ".*", value in ".*", number in 0..9_u32) {
            let mut lock = Lock::default();
            let value = serde_json::Value::from(value).to_string();
            lock.add(Fact::Value { action: action.clone(), field: "a.b".into(), value, from: text.clone() });
            lock.add(Fact::Link { action, parameter: text.clone(), producer: text.clone(), from: text.clone(), worked: number });
            lock.add(Fact::Refusal { status: 401, sample: text.clone(), digest: "7f3a".into() });
            lock.add(Fact::Noise { noun: text.clone(), fields: vec![text] });
            prop_assert_eq!(Lock::parse(&lock.print(), "l").unwrap(), lock);
        }

        #[test]
        fn any_text_is_read_or_refused(text in "[ -~\n]{0,60}") {
            let _ = Lock::parse(&format!("{HEADER}\n{text}"), "l");
        }
    }
}

//! From text to a [`Matrix`].

use std::collections::BTreeMap;

use super::{ANONYMOUS, FieldRule, Matrix, PathPattern, Reach, Review, Right, Row};
use crate::catalogue::Catalogue;
use crate::error::{Result, Trouble};
use crate::nearest::nearest;

/// The first line of every matrix.
pub(super) const HEADER: &str = "plimsoll.matrix 1";

impl Matrix {
    /// Reads a matrix. `place` (the file) and the line name what is wrong.
    pub fn parse(text: &str, place: &str) -> Result<Self> {
        let mut lines =
            text.lines().enumerate().map(|(index, line)| (index + 1, line.trim())).filter(|(_, line)| !line.is_empty());
        match lines.next() {
            Some((_, HEADER)) => {}
            first => {
                let (line, found) = first.unwrap_or((1, ""));
                return Err(Trouble::new(
                    format!("{place}:{line}"),
                    format!("`{found}` is not the first line of a matrix"),
                )
                .hint(format!("the first line is `{HEADER}`; make a draft with `plimsoll matrix draft`")));
            }
        }
        let mut matrix = Self { roles: columns(lines.next(), place)?, ..Self::default() };
        let mut comments = Vec::new();
        for (number, line) in lines {
            let trouble = |wrong: Wrong| {
                let trouble = Trouble::new(format!("{place}:{number}"), wrong.what);
                if wrong.hint.is_empty() { trouble } else { trouble.hint(wrong.hint) }
            };
            if line.starts_with('#') {
                comments.push(line.to_owned());
                continue;
            }
            let (content, why) = match line.split_once(" #") {
                Some((content, why)) => (content.trim_end(), Some(why.trim().to_owned())),
                None => (line, None),
            };
            let comments = std::mem::take(&mut comments);
            let first = content.split_whitespace().next().unwrap_or_default();
            if matches!(first, "hide" | "fixed") {
                let (names, roles) = field_rule(content, first == "fixed", &matrix).map_err(trouble)?;
                matrix.fields.push(FieldRule { fixed: first == "fixed", names, roles, line: number, comments });
            } else {
                let row = row(content, &matrix.roles).map_err(trouble)?;
                matrix.rows.push(Row { why, line: number, comments, ..row });
            }
        }
        matrix.comments = comments;
        matrix.refuse_doubles(place)?;
        Ok(matrix)
    }

    /// Two rows for the same verb and path with different reaches.
    fn refuse_doubles(&self, place: &str) -> Result<()> {
        let mut seen: BTreeMap<(Option<&str>, &str, String), &Row> = BTreeMap::new();
        for row in &self.rows {
            for verb in &row.verbs {
                let key = (row.state.as_deref(), verb.as_str(), row.path.without_names());
                if let Some(first) = seen.insert(key, row)
                    && first.rights != row.rights
                {
                    return Err(tie(place, first, row, &format!("{verb} {}", row.path)));
                }
            }
        }
        Ok(())
    }

    /// Holds the matrix against the actions: every row must mean one, and no action two rows alike.
    pub fn check(&self, catalogue: &Catalogue, place: &str) -> Result<()> {
        for row in &self.rows {
            let meant = |action: &&crate::catalogue::Action| row.names(&action.verb) && row.path.matches(&action.path);
            if !catalogue.actions.iter().any(|action| meant(&action)) {
                let names: Vec<String> = catalogue.actions.iter().map(crate::catalogue::Action::name).collect();
                let trouble = Trouble::new(
                    format!("{place}:{}", row.line),
                    format!("no action is meant by `{}`: gone, or misspelt", row.name()),
                );
                return Err(match nearest(&row.name(), names.iter().map(String::as_str)) {
                    Some(near) => trouble.hint(format!("did you mean `{near}`?")),
                    None => trouble.hint("remove the row, or write the path as the document spells it"),
                });
            }
        }
        for action in &catalogue.actions {
            self.refuse_tie(&action.verb, &action.path, place)?;
        }
        Ok(())
    }

    fn refuse_tie(&self, verb: &str, path: &str, place: &str) -> Result<()> {
        let mut states: Vec<Option<&str>> = self.rows.iter().map(|row| row.state.as_deref()).collect();
        states.sort_unstable();
        states.dedup();
        for state in states {
            let Some(best) = self.row(state, verb, path) else { continue };
            let rank = |row: &Row| (row.path.spells(path), row.path.literalness());
            let rival = self.rows.iter().find(|row| {
                row.state.as_deref() == state
                    && row.names(verb)
                    && row.path.matches(path)
                    && rank(row) == rank(best)
                    && row.rights != best.rights
            });
            if let Some(rival) = rival {
                return Err(tie(place, rival.min_line(best), rival.max_line(best), &format!("{verb} {path}")));
            }
        }
        Ok(())
    }
}

impl Row {
    fn min_line<'a>(&'a self, other: &'a Self) -> &'a Self {
        if self.line <= other.line { self } else { other }
    }

    fn max_line<'a>(&'a self, other: &'a Self) -> &'a Self {
        if self.line <= other.line { other } else { self }
    }
}

fn tie(place: &str, first: &Row, second: &Row, action: &str) -> Trouble {
    Trouble::new(
        format!("{place}:{}", second.line),
        format!("line {} says otherwise about {action} (`{}`), and neither is more literal", first.line, first.name()),
    )
    .hint("remove one of the two rows, or make one path more literal")
}

/// What is wrong with a line, and the next step.
struct Wrong {
    what: String,
    hint: String,
}

impl Wrong {
    fn new(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { what: what.into(), hint: hint.into() }
    }
}

/// `# action  anon  user  admin`: the roles after `anon`.
fn columns(line: Option<(usize, &str)>, place: &str) -> Result<Vec<String>> {
    let (number, line) = line.unwrap_or((2, ""));
    let mut words = line.strip_prefix('#').unwrap_or_default().split_whitespace().peekable();
    words.next_if_eq(&"action");
    if words.next() != Some(ANONYMOUS) {
        return Err(Trouble::new(format!("{place}:{number}"), "the line with the columns is missing")
            .hint("the second line is `# action  anon  ROLE  ROLE …`"));
    }
    let roles: Vec<String> = words.map(str::to_owned).collect();
    if let Some(double) = roles.iter().enumerate().find(|(index, role)| roles[..*index].contains(role)) {
        return Err(Trouble::new(format!("{place}:{number}"), format!("the column `{}` stands twice", double.1)));
    }
    Ok(roles)
}

fn row(content: &str, roles: &[String]) -> std::result::Result<Row, Wrong> {
    let form = "a row is `VERB /path  reach …`, as many reaches as columns";
    let (state, content) = match content.strip_prefix("when ") {
        Some(rest) => {
            let (state, rest) =
                rest.split_once(':').ok_or_else(|| Wrong::new("`when` without a colon", "when STATE: VERB /path …"))?;
            (Some(state.trim().to_owned()), rest)
        }
        None => (None, content),
    };
    let mut words = content.split_whitespace();
    let verbs: Vec<String> = words.next().unwrap_or_default().split(',').map(str::to_owned).collect();
    if let Some(verb) =
        verbs.iter().find(|verb| verb.is_empty() || !verb.chars().all(|letter| letter.is_ascii_uppercase()))
    {
        return Err(Wrong::new(format!("`{verb}` is not a verb in capitals"), form));
    }
    let path = PathPattern::parse(words.next().unwrap_or_default()).map_err(|wrong| Wrong::new(wrong, form))?;
    let rights: Vec<Right> = words.map(right).collect::<std::result::Result<_, _>>()?;
    if rights.len() != roles.len() + 1 {
        return Err(Wrong::new(
            format!("{} reaches for {} columns", rights.len(), roles.len() + 1),
            format!("the columns are {ANONYMOUS} {}", roles.join(" ")),
        ));
    }
    let anonymous = rights[0];
    let seen = if let Review::Seen(seen) = anonymous.review { seen } else { Reach::None };
    if [anonymous.reach, seen].iter().any(|reach| !matches!(reach, Reach::None | Reach::All)) {
        return Err(Wrong::new(
            format!("anon cannot reach `{anonymous}`"),
            "anon is - or all: nobody owns nothing, and belongs to no tenant",
        ));
    }
    Ok(Row { state, verbs, path, rights, why: None, line: 0, comments: Vec::new() })
}

fn right(word: &str) -> std::result::Result<Right, Wrong> {
    if let Some((drafted, seen)) = word.split_once('!') {
        return Ok(Right { reach: reach(drafted)?, review: Review::Seen(reach(seen)?) });
    }
    match word.strip_suffix('?') {
        Some(drafted) => Ok(Right { reach: reach(drafted)?, review: Review::Drafted }),
        None => Ok(Right { reach: reach(word)?, review: Review::Reviewed }),
    }
}

fn reach(word: &str) -> std::result::Result<Reach, Wrong> {
    Reach::ALL.into_iter().find(|reach| reach.to_string() == word).ok_or_else(|| {
        let names: Vec<String> = Reach::ALL.iter().map(Reach::to_string).collect();
        let hint = match nearest(word, names.iter().map(String::as_str)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("a reach is one of {}", names.join(" ")),
        };
        Wrong::new(format!("`{word}` is not a reach"), hint)
    })
}

/// `hide a b from user`, `fixed a b for user`.
fn field_rule(content: &str, fixed: bool, matrix: &Matrix) -> std::result::Result<(Vec<String>, Vec<String>), Wrong> {
    let (word, hint) =
        if fixed { ("for", "fixed FIELD … [for ROLE …]") } else { ("from", "hide FIELD … [from ROLE …]") };
    let words: Vec<&str> = content.split([' ', '\t', ',']).filter(|word| !word.is_empty()).skip(1).collect();
    let (names, roles) = match words.iter().position(|one| *one == word) {
        Some(position) => (&words[..position], &words[position + 1..]),
        None => (&words[..], &[][..]),
    };
    if names.is_empty() || (roles.is_empty() && words.len() != names.len()) {
        return Err(Wrong::new("a field or a role is missing", hint));
    }
    if let Some(role) = roles.iter().find(|role| matrix.column(role).is_none()) {
        let known = [ANONYMOUS].into_iter().chain(matrix.roles.iter().map(String::as_str));
        let hint = nearest(role, known).map_or_else(String::new, |near| format!("did you mean `{near}`?"));
        return Err(Wrong::new(format!("there is no column `{role}`"), hint));
    }
    let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    Ok((owned(names), owned(roles)))
}

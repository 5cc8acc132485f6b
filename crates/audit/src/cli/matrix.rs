//! `plimsoll matrix`: who may do what, drafted from rules, reviewed by people.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::io::IsTerminal as _;
use std::path::Path;

use super::args::MatrixCommand;
use super::audit::{interruptible, progress, setup};
use super::auth::scratch;
use super::place::{Place, write};
use super::review;
use crate::error::{Result, Trouble};
use crate::load_line::count;
use crate::matrix::{Matrix, Reach, Review, Seen};
use crate::nearest::nearest;
use crate::report::view::printable;
use crate::verdict::{Cause, Outcome, Verdict};

pub(super) fn text(command: &MatrixCommand, manifest: &Path, quiet: bool, place: &Place) -> Result<String> {
    let file = place.join("plimsoll.matrix");
    match command {
        MatrixCommand::Draft => draft(&file, manifest, quiet, place),
        MatrixCommand::Review => {
            let mut matrix = read(&file)?;
            let outcome = place.last_outcome().ok();
            if !(std::io::stdin().is_terminal() && std::io::stdout().is_terminal()) {
                return Ok(review::list(&matrix, outcome.as_ref()));
            }
            let (mut stdin, mut stdout) = (std::io::stdin().lock(), anstream::stdout());
            let decided = review::ask(&mut matrix, outcome.as_ref(), &mut stdin, &mut stdout);
            write(&file, &matrix.print())?;
            let decided = decided.map_err(|e| Trouble::new("the terminal", format!("cannot be read: {e}")))?;
            Ok(format!("wrote {}: {}\n", file.display(), decided.words(&matrix)))
        }
        MatrixCommand::Accept { row } => accept(&file, row.as_deref()),
        MatrixCommand::Show { action } => show(&read(&file)?, action),
    }
}

fn read(file: &Path) -> Result<Matrix> {
    let place = file.display().to_string();
    let text = fs::read_to_string(file).map_err(|error| {
        Trouble::new(&place, format!("cannot be read: {error}")).hint("make a first draft: plimsoll matrix draft")
    })?;
    Matrix::parse(&text, &place)
}

/// Adds a drafted row for every action that has none, and what the last run saw.
fn draft(file: &Path, manifest: &Path, quiet: bool, place: &Place) -> Result<String> {
    let scratch = scratch()?;
    let mut setup = setup(manifest, place)?;
    setup.evidence = scratch.path().join("evidence");
    let progress = progress(quiet);
    let catalogue = interruptible(async {
        let mut world = setup.open(progress.as_ref()).await?;
        world.open_documents().await?;
        Ok(world.catalogue)
    })?;
    let roles = setup.manifest.roles();
    let mut matrix = if file.exists() { read(file)? } else { Matrix::draft(&catalogue, &roles) };
    let added = if file.exists() { matrix.add_missing(&catalogue, &roles) } else { matrix.rows.len() };
    if let Ok(outcome) = place.last_outcome() {
        for ((action, role), seen) in seen(&outcome) {
            if let Some((verb, path)) = action.split_once(' ') {
                matrix.note_seen(verb, path, role, seen);
            }
        }
    }
    write(file, &matrix.print())?;
    let marked = matrix.review_items().len();
    Ok(format!(
        "wrote {}: {} drafted, {marked} marks to review\nnext  plimsoll matrix review\n",
        file.display(),
        count(added, "row")
    ))
}

/// What the last run proved that a role can do, or is refused, by action and role, where nobody said whether it may.
fn seen(outcome: &Outcome) -> BTreeMap<(&str, &str), Seen> {
    let mut seen: BTreeMap<(&str, &str), Seen> = BTreeMap::new();
    for finding in &outcome.findings {
        let Some(cell) = &finding.cell else { continue };
        if !matches!(finding.cause, Some(Cause::WaitsForAnswer | Cause::Unreviewed)) {
            continue;
        }
        let of_role = seen.entry((cell.action.as_str(), cell.role.as_str())).or_default();
        match finding.cause {
            Some(Cause::WaitsForAnswer) => of_role.got_through(match cell.relation.as_str() {
                "same tenant" => Reach::Tenant,
                "other tenant" | "anonymous" | "staff" => Reach::All,
                _ => Reach::Member,
            }),
            Some(Cause::Unreviewed) => of_role.was_refused(match cell.relation.as_str() {
                "same tenant" => Reach::Own,
                _ => Reach::Tenant,
            }),
            _ => {}
        }
    }
    seen
}

/// Removes `?` marks. Where something else was seen than was drafted, a person must write down which it is.
fn accept(file: &Path, row: Option<&str>) -> Result<String> {
    let mut matrix = read(file)?;
    if let Some(row) = row {
        find_row(&matrix, row)?;
    }
    let chosen = |action: &str| row.is_none_or(|row| action == row || action.ends_with(&format!(": {row}")));
    let accepted = matrix.accept(|item| item.right.review == Review::Drafted && chosen(&item.action));
    let left = matrix.review_items().iter().filter(|item| matches!(item.right.review, Review::Seen(_))).count();
    write(file, &matrix.print())?;
    let mut text =
        format!("{accepted} accepted in {}. Commit it: from now on a difference is a gap.\n", file.display());
    if left > 0 {
        let _ = writeln!(text, "{left} still wait for a decision: plimsoll matrix review");
    }
    Ok(text)
}

fn find_row(matrix: &Matrix, name: &str) -> Result<()> {
    if matrix.rows.iter().any(|row| row.name() == name) {
        return Ok(());
    }
    let names: Vec<_> = matrix.rows.iter().map(crate::matrix::Row::name).collect();
    let near = nearest(name, names.iter().map(String::as_str)).map(|near| format!("did you mean `{near}`?"));
    Err(Trouble::new(name, "is no row of the matrix")
        .hint(near.unwrap_or_else(|| "rows are written `GET /path`".to_owned())))
}

/// Every cell that follows from the row of an action.
fn show(matrix: &Matrix, action: &str) -> Result<String> {
    let (verb, path) = action.split_once(' ').unwrap_or(("GET", action));
    let verb = verb.to_ascii_uppercase();
    let Some(row) = matrix.row(None, &verb, path) else {
        find_row(matrix, action)?;
        return Ok(String::new());
    };
    let mut text =
        format!("{}{}\n\n", row.name(), row.why.as_ref().map_or_else(String::new, |why| format!("   # {why}")));
    let _ = writeln!(text, "  {:<14} {:<10} own  member  same tenant  other tenant", "role", "reach");
    for (column, right) in row.rights.iter().enumerate() {
        let role = column.checked_sub(1).map_or("anon", |column| &matrix.roles[column]);
        let may = |needed: Reach| if right.reach >= needed { Verdict::Holds.sign() } else { "–" };
        let _ = writeln!(
            text,
            "  {:<14} {:<10} {:<4} {:<7} {:<12} {}",
            printable(role),
            right.to_string(),
            may(Reach::Own),
            may(Reach::Member),
            may(Reach::Tenant),
            may(Reach::All)
        );
    }
    text.push_str("\n✔ may · – may not: refused, or without effect, is what is proved\n");
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MATRIX: &str = "plimsoll.matrix 1\n# action  anon user admin\nGET /recipes all all all\n\
                          PUT /recipes/{slug} - own!all own?\nDELETE /recipes/{slug} - own all?\n";

    fn matrix() -> Matrix {
        Matrix::parse(MATRIX, "plimsoll.matrix").unwrap()
    }

    #[test]
    fn accepting_leaves_what_a_person_must_decide() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("plimsoll.matrix");
        fs::write(&file, MATRIX).unwrap();
        let said = accept(&file, None).unwrap();
        assert!(said.starts_with("2 accepted") && said.contains("1 still wait"), "{said}");
        let items = read(&file).unwrap().review_items();
        assert_eq!(items.len(), 1);
        assert!(accept(&file, Some("PUT /recipe")).unwrap_err().hint.is_some());
    }

    #[test]
    fn a_row_shows_its_cells() {
        let text = show(&matrix(), "DELETE /recipes/{slug}").unwrap();
        let admin: Vec<_> = text.lines().find(|line| line.contains("admin")).unwrap().split_whitespace().collect();
        assert_eq!(admin, ["admin", "all?", "✔", "✔", "✔", "✔"]);
        assert!(show(&matrix(), "DELETE /nothing").is_err());
    }
}

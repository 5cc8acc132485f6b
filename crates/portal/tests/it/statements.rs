//! Every statement in the source is prepared on both databases: a misspelt column is found here, not by a client.

use std::path::Path;

use door::inventory::Copied;

use crate::house::{House, on_both};

/// The texts of statements in a source file: string literals that begin like one, with continued lines joined.
fn statements(source: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = source;
    while let Some(start) = rest.find('"') {
        let mut text = String::new();
        let mut letters = rest[start + 1..].char_indices().peekable();
        let mut end = rest.len();
        while let Some((index, letter)) = letters.next() {
            match letter {
                '"' => {
                    end = start + 1 + index + 1;
                    break;
                }
                '\\' => match letters.next() {
                    Some((_, '\n')) => {
                        while letters.peek().is_some_and(|(_, next)| next.is_whitespace()) {
                            letters.next();
                        }
                    }
                    Some((_, 'n')) => text.push('\n'),
                    Some((_, other)) => text.push(other),
                    None => {}
                },
                other => text.push(other),
            }
        }
        if ["SELECT ", "INSERT INTO ", "UPDATE ", "DELETE FROM "].iter().any(|verb| text.starts_with(verb)) {
            found.push(text);
        }
        rest = &rest[end..];
    }
    found
}

fn files(directory: &Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

async fn every_statement_prepares(house: House) {
    let mut paths = Vec::new();
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut paths);
    let mut count = 0;
    // A witness has a database of its own.
    for path in paths.into_iter().filter(|path| !path.ends_with("record/witness.rs")) {
        for statement in statements(&std::fs::read_to_string(&path).unwrap()) {
            // What is made of the inventory is prepared below.
            if statement.contains('{') {
                continue;
            }
            count += 1;
            let prepared = house.door.store().prepare(statement.clone().leak()).await;
            assert!(prepared.is_ok(), "{}: {statement}\n{prepared:?}", path.display());
        }
    }
    for table in portal::inventory::INVENTORY {
        let Copied::Where { person, organisation, client } = table.copied else { continue };
        for condition in [person, organisation, client].into_iter().flatten() {
            count += 1;
            let statement = format!("SELECT * FROM {} WHERE {condition}", table.name);
            let prepared = house.door.store().prepare(statement.clone().leak()).await;
            assert!(prepared.is_ok(), "{statement}\n{prepared:?}");
        }
    }
    assert!(count > 40, "only {count} statements were found");
}

on_both!(every_statement_prepares);

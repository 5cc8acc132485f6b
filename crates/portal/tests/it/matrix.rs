//! Who may do what is reviewed: a changed right is a changed mark in this snapshot, and so is a new action.

#[test]
fn the_matrix_is_as_reviewed() {
    insta::assert_snapshot!("matrix", portal::trail::text(&portal::catalogue::catalogue()));
}

#[test]
fn the_document_is_as_reviewed() {
    insta::assert_json_snapshot!("openapi", portal::wires::document(&portal::catalogue::catalogue()));
}

/// `plimsoll-portal events > docs/events.md` writes it anew.
#[test]
fn the_list_of_events_is_true() {
    let written = include_str!("../../../../docs/events.md");
    let generated = portal::trail::events_document(&portal::catalogue::catalogue());
    assert_eq!(generated.trim_end(), written.trim_end(), "hint: plimsoll-portal events > docs/events.md");
}

#[test]
fn names_are_unique_and_imperative() {
    let catalogue = portal::catalogue::catalogue();
    let names: Vec<&str> = catalogue.entries().map(|entry| entry.spec.name).collect();
    let unique: std::collections::BTreeSet<&&str> = names.iter().collect();
    assert_eq!(unique.len(), names.len());
    for name in names {
        assert!(name.contains('.') && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'.' || b == b'_'), "{name}");
    }
}

//! The reference below `docs/`, made from the declarations. A test fails where the files have drifted from them.

use std::fmt::Write;

use clap::CommandFactory;

use super::args::Cli;
use crate::checks::Check;
use crate::verdict::Dimension;

/// `docs/cli.md`: the help of every command, as it is shown.
fn cli() -> String {
    let mut text = String::from(
        "# Commands\n\nThe help of `plimsoll`, written by `PLIMSOLL_WRITE_DOCS=1 cargo test -p plimsoll drifted`.\n",
    );
    let mut root = Cli::command().term_width(100);
    root.build();
    command(&mut text, &mut root, "plimsoll");
    text
}

fn command(text: &mut String, this: &mut clap::Command, name: &str) {
    let help = this.render_long_help().to_string();
    let help: Vec<_> = help.lines().map(str::trim_end).collect();
    let _ = writeln!(text, "\n## {name}\n\n```text\n{}\n```", help.join("\n").trim());
    for inner in this.get_subcommands_mut() {
        let name = format!("{name} {}", inner.get_name());
        command(text, inner, &name);
    }
}

/// `docs/checks.md`: every check, built or not.
fn checks(declared: &[Check]) -> String {
    let built = declared.iter().filter(|check| check.built).count();
    let mut text = format!(
        "# Checks\n\n{} checks, {built} of them built. A check that is not built counts as unproven in every sum.\n\
         Written from the declarations by `PLIMSOLL_WRITE_DOCS=1 cargo test -p plimsoll drifted`.\n",
        declared.len()
    );
    for dimension in Dimension::ALL {
        let _ = writeln!(
            text,
            "\n## {} {}\n\n{}\n",
            dimension.number(),
            capital(dimension.name()),
            capital(dimension.question())
        );
        text.push_str("| id | phase | built | check |\n| --- | --- | --- | --- |\n");
        let own = || declared.iter().filter(|check| check.dimension == dimension);
        for check in own() {
            let built = if check.built { "yes" } else { "no" };
            let link = check.id.to_lowercase();
            let _ =
                writeln!(text, "| [{}](#{link}) | {} | {built} | {} |", check.id, check.severity.phase(), check.title);
        }
        for check in own() {
            let (phase, purpose) = (check.severity.phase(), check.severity.purpose());
            let built = if check.built { "" } else { " **Not built into this version.**" };
            let _ = writeln!(
                text,
                "\n### {}\n\n**{}.** Phase {phase}, {purpose}.{built}\n",
                check.id,
                capital(check.title)
            );
            let _ = writeln!(text, "- Why: {}\n- How: {}\n- Fix: {}", check.why, check.how, check.fix);
            if !check.references.is_empty() {
                let _ = writeln!(text, "- References: {}", check.references.join(" · "));
            }
        }
    }
    text
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[test]
fn the_reference_has_not_drifted() {
    let docs = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
    let mut drifted = Vec::new();
    for (name, made) in [("cli.md", cli()), ("checks.md", checks(crate::checks::all()))] {
        let path = docs.join(name);
        if std::env::var_os("PLIMSOLL_WRITE_DOCS").is_some() {
            std::fs::create_dir_all(&docs).unwrap();
            std::fs::write(&path, &made).unwrap();
        } else if std::fs::read_to_string(&path).unwrap_or_default() != made {
            drifted.push(name);
        }
    }
    assert!(
        drifted.is_empty(),
        "docs/{} drifted; write it anew with `PLIMSOLL_WRITE_DOCS=1 cargo test -p plimsoll drifted`",
        drifted.join(", docs/")
    );
}

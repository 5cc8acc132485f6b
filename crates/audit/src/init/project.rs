//! What the files of a project tell: its tests, how it is started, and how it prints its routes. Nothing is run.

use std::path::Path;

use serde_json::Value;

/// Longest file that is read, in bytes.
const FILE_BYTES_MAX: u64 = 1024 * 1024;

/// What a directory tells.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Project {
    /// The suite that drives the service.
    pub tests: Option<Told>,
    /// What starts it.
    pub start: Option<Told>,
    /// What prints its routes.
    pub routes: Option<Told>,
}

/// A command, and the file that tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// For the shell.
    pub command: String,
    /// `package.json`
    pub file: String,
}

/// Suites by the beginning of their file, with what runs them.
const SUITES: &[(&str, &str)] =
    &[("playwright.config.", "npx playwright test"), ("cypress.config.", "npx cypress run"), ("pytest.ini", "pytest")];
/// What starts a service, by a file of its project.
const STARTS: &[(&str, &str)] = &[
    ("bin/rails", "bin/rails server --port {port}"),
    ("artisan", "php artisan serve --port {port}"),
    ("manage.py", "python3 manage.py runserver {port} --noreload"),
    ("mix.exs", "mix phx.server"),
    ("compose.yaml", "docker compose up"),
    ("compose.yml", "docker compose up"),
    ("docker-compose.yaml", "docker compose up"),
    ("docker-compose.yml", "docker compose up"),
    ("Cargo.toml", "cargo run"),
    ("go.mod", "go run ."),
];
/// What prints the routes, by a file of its project.
const ROUTES: &[(&str, &str)] = &[
    ("bin/rails", "bin/rails routes --expanded"),
    ("artisan", "php artisan route:list"),
    ("mix.exs", "mix phx.routes"),
];

/// Looks at the files of a directory.
#[must_use]
pub(super) fn look(directory: &Path) -> Project {
    let package = read(&directory.join("package.json")).and_then(|text| serde_json::from_str(&text).ok());
    let listed = |known: &[(&str, &str)]| {
        let there = known.iter().find(|(file, _)| directory.join(file).is_file());
        there.map(|(file, command)| Told { command: (*command).to_owned(), file: (*file).to_owned() })
    };
    Project {
        tests: suite(directory).or_else(|| script(package.as_ref(), &["test:e2e", "e2e", "test"], "run ")),
        start: script(package.as_ref(), &["start", "dev", "serve"], "run ")
            .or_else(|| procfile(directory))
            .or_else(|| listed(STARTS)),
        routes: listed(ROUTES),
    }
}

fn suite(directory: &Path) -> Option<Told> {
    let mut names: Vec<String> = std::fs::read_dir(directory)
        .ok()?
        .take(2_000)
        .filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned()))
        .collect();
    names.sort();
    SUITES.iter().find_map(|(begins, command)| {
        let file = names.iter().find(|name| name.starts_with(begins))?;
        Some(Told { command: (*command).to_owned(), file: file.clone() })
    })
}

/// The first of these scripts that a package has.
fn script(package: Option<&Value>, names: &[&str], run: &str) -> Option<Told> {
    let scripts = package?.get("scripts")?.as_object()?;
    let name = names.iter().find(|name| scripts.get(**name).is_some_and(Value::is_string))?;
    // What a new package is given says that there is none.
    let empty = scripts.get(*name)?.as_str()?.contains("no test specified");
    let run = if ["start", "test"].contains(name) { "" } else { run };
    (!empty).then(|| Told { command: format!("npm {run}{name}"), file: "package.json".to_owned() })
}

fn procfile(directory: &Path) -> Option<Told> {
    let text = read(&directory.join("Procfile"))?;
    let command = text.lines().find_map(|line| line.strip_prefix("web:"))?.trim();
    (!command.is_empty()).then(|| Told { command: command.to_owned(), file: "Procfile".to_owned() })
}

fn read(path: &Path) -> Option<String> {
    let short = std::fs::metadata(path).is_ok_and(|about| about.is_file() && about.len() <= FILE_BYTES_MAX);
    if short { std::fs::read_to_string(path).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn looked(files: &[(&str, &str)]) -> Project {
        let directory = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = directory.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        look(directory.path())
    }

    fn told(command: &str, file: &str) -> Option<Told> {
        Some(Told { command: command.into(), file: file.into() })
    }

    #[test]
    fn scripts_and_suites_are_found() {
        let package = r#"{"scripts": {"dev": "vite", "test": "echo \"Error: no test specified\" && exit 1"}}"#;
        let project = looked(&[("package.json", package), ("playwright.config.ts", "")]);
        assert_eq!(project.start, told("npm run dev", "package.json"));
        assert_eq!(project.tests, told("npx playwright test", "playwright.config.ts"));
        assert_eq!(looked(&[("package.json", package)]).tests, None);
        let started = looked(&[("package.json", r#"{"scripts": {"start": "node .", "test": "vitest"}}"#)]);
        assert_eq!(
            (started.start, started.tests),
            (told("npm start", "package.json"), told("npm test", "package.json"))
        );
    }

    #[test]
    fn frameworks_are_known_by_their_files() {
        let rails = looked(&[("bin/rails", ""), ("Procfile", "web: bin/puma -p $PORT\nworker: x\n")]);
        assert_eq!(rails.routes, told("bin/rails routes --expanded", "bin/rails"));
        assert_eq!(rails.start, told("bin/puma -p $PORT", "Procfile"));
        assert_eq!(looked(&[("compose.yaml", "")]).start, told("docker compose up", "compose.yaml"));
        assert_eq!(looked(&[("package.json", "[]"), ("Procfile", "web:")]), Project::default());
    }
}

//! Files and pages that should be nobody's to read, at their usual places, and the content that proves each.

use crate::client::{Answer, Purpose};
use crate::walk::{Call, World};
use regex::Regex;
use serde::{Deserialize, Serialize};

/// Path, what its content must look like, and what it is.
const PLACES: &[(&str, &str, &str)] = &[
    ("/.git/HEAD", r"\A(?:ref: refs/heads/\S+|[0-9a-f]{40})\s*\z", "the repository of the source"),
    ("/.git/config", r"(?m)^\[core\]\s*$", "the repository of the source"),
    ("/.svn/entries", r"\A\d+\s+(?:dir|\z)", "the repository of the source"),
    ("/.hg/requires", r"(?m)^(?:revlogv1|dotencode|fncache)$", "the repository of the source"),
    ("/.env", SECRETS, "settings with secrets"),
    ("/.env.local", SECRETS, "settings with secrets"),
    ("/.env.production", SECRETS, "settings with secrets"),
    ("/.aws/credentials", r"(?im)^aws_(?:access_key_id|secret_access_key)\s*=", "keys of a cloud"),
    ("/id_rsa", r"-----BEGIN [A-Z ]*PRIVATE KEY-----", "a private key"),
    ("/server.key", r"-----BEGIN [A-Z ]*PRIVATE KEY-----", "a private key"),
    ("/.htpasswd", r"(?m)^[\w.@-]+:(?:\$(?:apr1|2[aby]|5|6)\$|\{SHA\})\S+", "passwords"),
    ("/wp-config.php.bak", r"define\(\s*['\x22]DB_PASSWORD", "settings with secrets"),
    ("/config.php.bak", r"(?i)\$\w*(?:pass|secret)\w*\s*=", "settings with secrets"),
    ("/docker-compose.yml", r"(?m)^services:\s*$(?s:.)*^\s+(?:image|build):", "how it is set up"),
    ("/server-status", r"Apache Server Status for|<h1>Apache Server Status", "who asks for what"),
    ("/nginx_status", r"\AActive connections: \d+", "who asks for what"),
    ("/actuator/env", r#""propertySources"\s*:"#, "the settings of the process"),
    ("/actuator/configprops", r#""contexts"\s*:\s*\{.*"beans""#, "the settings of the process"),
    ("/actuator/mappings", r#""dispatcherServlets?"\s*:"#, "the routes of the process"),
    ("/debug/pprof/", r"Types of profiles available|/debug/pprof/", "the memory of the process"),
    ("/debug/vars", r#""memstats"\s*:\s*\{"#, "the memory of the process"),
    ("/debug/requests", r"<title>/debug/requests", "the requests of others"),
    ("/phpinfo.php", r"<title>(?:PHP [\d.]+ - )?phpinfo\(\)", "the settings of the process"),
    ("/info.php", r"<title>(?:PHP [\d.]+ - )?phpinfo\(\)", "the settings of the process"),
    ("/console", r"(?i)<title>Console // Werkzeug Debugger|Interactive Console</h1>|<title>H2 Console", "a console"),
    ("/_profiler", r"Symfony Profiler", "a debug page"),
    ("/telescope/requests", r"<title>Telescope", "a debug page"),
    ("/rails/info/routes", r"<title>Routes</title>|Rails\.root", "a debug page"),
    ("/__debug__/", r"(?i)django.debug.toolbar|djdt", "a debug page"),
    ("/elmah.axd", r"Error Log for", "errors of others"),
    ("/trace.axd", r"Application Trace", "the requests of others"),
    ("/backup.sql", DUMP, "a dump of the database"),
    ("/dump.sql", DUMP, "a dump of the database"),
    ("/database.sql", DUMP, "a dump of the database"),
    ("/db.sqlite3", r"\ASQLite format 3\x00", "the database"),
    ("/database.sqlite", r"\ASQLite format 3\x00", "the database"),
    ("/app.db", r"\ASQLite format 3\x00", "the database"),
    ("/.DS_Store", r"\A\x00\x00\x00\x01Bud1", "a list of files"),
    ("/uploads/", LISTING, "a list of files"),
    ("/files/", LISTING, "a list of files"),
    ("/static/", LISTING, "a list of files"),
    ("/media/", LISTING, "a list of files"),
    ("/backup/", LISTING, "a list of files"),
    ("/backups/", LISTING, "a list of files"),
];
const SECRETS: &str = r"(?m)\A(?:\s*(?:#.*|[A-Za-z_][A-Za-z0-9_]*=.*)?\n)*\s*(?:export )?[A-Za-z0-9_]*(?:KEY|SECRET|PASSWORD|PASS|TOKEN|DSN|_URL|_URI)[A-Za-z0-9_]*=\S+";
const DUMP: &str = r"(?m)^(?:-- (?:MySQL|MariaDB) dump|-- PostgreSQL database dump|INSERT INTO |CREATE TABLE |COPY \S+ \(.*\) FROM stdin)";
const LISTING: &str =
    r"(?i)<title>(?:Index of /|Directory listing for /|listing directory /)|<h1>(?:Index of /|Directory listing for /)";
/// Longest piece that is shown, in characters. Values are cut away.
const PIECE_MAX: usize = 40;

/// Something that anybody can read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Exposed {
    /// `/.env`.
    pub path: String,
    /// What it is.
    pub what: String,
    /// The piece that shows it, without any value.
    pub piece: String,
}

/// Asks for each place: how many were answered, and what they showed.
pub(super) async fn probe(world: &mut World<'_>, nowhere: &Answer) -> (usize, Vec<Exposed>) {
    let mut found = Vec::new();
    let mut answered = 0;
    for (path, pattern, what) in PLACES {
        let asked = world.ask(None, &Call::get(*path), Purpose::Other).await;
        answered += usize::from(asked.answer.status != 0);
        // Some services answer everything with one page.
        let same = asked.answer.body == nowhere.body;
        if asked.answer.status == 200
            && !same
            && let Some(piece) = shows(&asked.answer, pattern)
        {
            found.push(Exposed { path: (*path).to_owned(), what: (*what).to_owned(), piece });
        }
    }
    (answered, found)
}

/// The piece of an answer that is what its path promises.
fn shows(answer: &Answer, pattern: &str) -> Option<String> {
    let text = answer.text();
    let begins = text.trim_start().to_lowercase();
    let page = begins.starts_with("<!doctype") || begins.starts_with("<html");
    // A page that only speaks of such a file is none.
    let of_page = pattern.contains('<')
        || pattern.contains("Symfony")
        || pattern.contains("django")
        || pattern.contains("rror Log")
        || pattern.contains("Application Trace")
        || pattern.contains("pprof");
    if page && !of_page {
        return None;
    }
    let found = Regex::new(pattern).ok()?.find(&text)?.as_str().to_owned();
    let line = found.lines().rev().find(|line| !line.trim().is_empty())?.trim().to_owned();
    // The name of a setting shows enough; its value is a secret.
    let shown = line.split_once('=').map_or(line.as_str(), |(name, _)| name);
    Some(shown.chars().filter(|c| !c.is_control()).take(PIECE_MAX).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn place(path: &str, body: &str) -> Option<String> {
        let (_, pattern, _) = PLACES.iter().find(|(known, ..)| *known == path).unwrap();
        shows(&Answer { status: 200, body: body.as_bytes().to_vec(), ..Answer::default() }, pattern)
    }

    #[test]
    fn every_pattern_is_one() {
        for (path, pattern, _) in PLACES {
            assert!(Regex::new(pattern).is_ok(), "{path}");
        }
    }

    #[test]
    fn content_proves_and_a_status_does_not() {
        assert!(place("/.git/HEAD", "ref: refs/heads/main\n").is_some());
        assert_eq!(place("/.git/HEAD", "<html>ref: refs/heads/main</html>"), None);
        assert_eq!(
            place("/.env", "# x\nDEBUG=1\n\nDATABASE_URL=postgres://a:b@c/d\n").as_deref(),
            Some("DATABASE_URL")
        );
        assert_eq!(place("/.env", "You look for DATABASE_URL=?"), None);
        assert_eq!(place("/.env", "{\"error\":\"no\"}"), None);
        assert_eq!(place("/.env", "DEBUG=1\nPORT=80\n"), None);
        assert!(place("/actuator/env", r#"{"activeProfiles":[],"propertySources":[]}"#).is_some());
        assert!(place("/uploads/", "<html><head><title>Index of /uploads/</title>").is_some());
        assert_eq!(place("/uploads/", "<html><title>Uploads</title>"), None);
        assert!(place("/db.sqlite3", "SQLite format 3\0x").is_some());
        assert_eq!(
            place("/debug/pprof/", "<!doctype html><title>Not found</title><p>there is nothing at this address"),
            None
        );
    }

    proptest! {
        // Each case compiles every pattern.
        #![proptest_config(ProptestConfig::with_cases(8))]
        #[test]
        fn any_answer_is_looked_at(text in ".*") {
            for (path, ..) in PLACES {
                place(path, &text);
            }
        }
    }
}

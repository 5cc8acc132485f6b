//! Signs of internals in an error answer: stack traces, failing SQL, files of the server, debug pages.
//!
//! Each is a form that only a program prints about itself, in many languages; a word like "exception" alone is none.

use std::sync::LazyLock;

use regex::Regex;

/// Longest piece that is shown, in characters.
const PIECE_MAX: usize = 120;
/// Pattern, and what it shows.
const SIGNS: &[(&str, &str)] = &[
    (r"Traceback \(most recent call last\)", "a Python stack trace"),
    (r#"File "[^"\n]+\.py", line \d+"#, "a Python stack frame"),
    (r"(?m)^\s*at (?:[\w$]+\.)+[\w$<>]+\([\w$]+\.(?:java|kt|scala|groovy):\d+\)", "a Java stack frame"),
    (r"\bat (?:[\w$.<>\[\] ]+ \()?(?:file://)?(?:/|[A-Za-z]:\\|node:)[^\s():]+:\d+:\d+\)?", "a JavaScript stack frame"),
    (
        r"\b(?:java|javax|jakarta|org\.springframework|org\.hibernate|kotlin)\.[\w.$]+(?:Exception|Error)\b",
        "a Java exception's class",
    ),
    (r"\bSystem\.(?:\w+\.)*\w+Exception\b", "a .NET exception's class"),
    (r"(?m)^\s*at [\w.<>`]+\(.*\) in .+:line \d+", "a .NET stack frame"),
    (r"Server Error in '/[^']*' Application", "the ASP.NET debug page"),
    (r"goroutine \d+ \[[a-z ]+\]:", "a Go stack trace"),
    (r"panic: runtime error|runtime error: (?:invalid memory|index out of range)", "a Go panic"),
    (r"thread '[^']+' (?:\(\d+\) )?panicked at", "a Rust panic"),
    (r"\b(?:src|crates)/[\w/-]+\.rs:\d+:\d+", "a Rust source line"),
    (r"(?:Fatal error|Parse error|Warning|Notice)(?:</b>)?: .{0,300} in (?:<b>)?/?[\w./\\:-]+\.php", "a PHP error"),
    (r"#\d+ /[\w./-]+\.php\(\d+\)", "a PHP stack frame"),
    (r"\b(?:Illuminate|Symfony\\Component|Doctrine\\DBAL)\\\w+", "a PHP framework's class"),
    (r"[\w./-]+\.rb:\d+:in [`']", "a Ruby stack frame"),
    (r"\b(?:ActionController|ActiveRecord|ActionView|ActiveModel)::\w+", "a Rails class"),
    (r"[\w./-]+\.exs?:\d+: (?:anonymous fn|[\w.]+/\d)", "an Elixir stack frame"),
    (r"SQLSTATE\[\w+\]", "a database error code"),
    (r#"syntax error at or near ""#, "a PostgreSQL error"),
    (
        r#"(?:duplicate key value violates|violates (?:foreign key|not-null|check|unique)) constraint|null value in column ".+" of relation"#,
        "a PostgreSQL constraint",
    ),
    (
        r"relation \\?\x22[\w.]+\\?\x22 does not exist|column \\?\x22[\w.]+\\?\x22 does not exist|invalid input syntax for (?:type )?(?:uuid|integer|bigint|timestamp|json)",
        "a PostgreSQL error",
    ),
    (
        r"(?:UNIQUE|NOT NULL|FOREIGN KEY|CHECK) constraint failed|no such (?:table|column): |SQLITE_[A-Z]+|sqlite3\.\w+Error",
        "an SQLite error",
    ),
    (r"You have an error in your SQL syntax|ER_[A-Z]{3,}(?:_[A-Z]+)+|Duplicate entry '.*' for key", "a MySQL error"),
    (r"\bORA-\d{5}\b", "an Oracle error"),
    (r"Incorrect syntax near '|Unclosed quotation mark after", "an SQL Server error"),
    (r"E11000 duplicate key error|MongoServerError|CastError: Cast to", "a MongoDB error"),
    (
        r"\b(?:psycopg2?|sqlalchemy|asyncpg|pymysql|sequelize|PrismaClient\w+|QueryFailedError|typeorm|sqlx|diesel)\b[.:\w]*(?:Error|error|Exception)",
        "a database library's error",
    ),
    (r"(?i)\bselect\b[^<>{}]{1,200}\bfrom\b[^<>{}]{1,100}\bwhere\b[^<>{}]{1,200}(?:\$\d|\?|=)", "an SQL statement"),
    (r"(?i)\binsert into [\w.\x22`]+ ?\([^)]{1,300}\) values", "an SQL statement"),
    (
        r"(?:/usr/src/app|/var/www|/home/[a-z][\w-]*|/srv|/opt|/app|/root)/[\w./-]+\.(?:py|js|ts|mjs|cjs|rb|php|go|rs|java|ex|exs|jsx|tsx)\b",
        "a source file of the server",
    ),
    (
        r"(?:node_modules|site-packages|dist-packages|vendor/bundle|\.cargo/registry)/[\w@./-]+",
        "a library's file on the server",
    ),
    (r"[A-Z]:\\(?:Users|inetpub|Windows|Program Files|app|src)\\", "a file of the server"),
    (
        r"Werkzeug Debugger|werkzeug\.debug|DEBUG = True|Django Version:|Whoops, looks like something went wrong|<title>Action Controller: Exception caught|Better Errors",
        "a debug page",
    ),
];

/// The piece of a debug page in a text.
pub(in crate::checks) fn debug_page(text: &str) -> Option<String> {
    let debug = SIGNS.iter().filter(|(_, shows)| shows.contains("debug page"));
    debug.filter_map(|(pattern, _)| Regex::new(pattern).ok()).find_map(|regex| {
        let piece = regex.find(text)?.as_str();
        Some(piece.chars().take(PIECE_MAX).collect())
    })
}

/// The first sign in a text: what it shows, and the piece itself.
pub(super) fn find(text: &str) -> Option<(&'static str, String)> {
    static COMPILED: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
        SIGNS.iter().filter_map(|(pattern, shows)| Some((Regex::new(pattern).ok()?, *shows))).collect()
    });
    // Inside JSON line breaks and quotes are escaped.
    let plain = text.replace("\\n", "\n").replace("\\\"", "\"");
    COMPILED.iter().find_map(|(regex, shows)| {
        let piece: String = regex.find(&plain)?.as_str().split_whitespace().collect::<Vec<_>>().join(" ");
        Some((*shows, piece.chars().take(PIECE_MAX).collect()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_pattern_is_one() {
        for (pattern, _) in SIGNS {
            Regex::new(pattern).unwrap();
        }
    }

    #[test]
    fn traces_of_many_languages_are_found() {
        for text in [
            r#"{"error":"Traceback (most recent call last):\n  File \"/srv/app/views.py\", line 41, in show"}"#,
            "\tat com.acme.web.NoteController.show(NoteController.java:42)",
            "TypeError: x is not a function\n    at Object.<anonymous> (/usr/src/app/index.js:10:15)",
            "   at Acme.Notes.Show(Int32 id) in C:\\src\\Notes.cs:line 12",
            "goroutine 17 [running]:\nmain.main()",
            "thread 'main' panicked at src/main.rs:4:5",
            "<b>Fatal error</b>: Uncaught Exception in <b>/var/www/html/index.php</b>",
            "app/models/note.rb:12:in `find'",
            "SQLSTATE[42S22]: Column not found",
            r#"{"detail":"duplicate key value violates unique constraint \"users_email_key\""}"#,
            "UNIQUE constraint failed: users.email",
            "ERROR: invalid input syntax for type uuid: \"x\"",
            "select id, name from notes where id = $1",
        ] {
            assert!(find(text).is_some(), "{text}");
        }
    }

    #[test]
    fn plain_words_are_no_sign() {
        for text in [
            r#"{"title":"Not Found","status":404,"detail":"there is no such thing here","reference":"ref-1"}"#,
            r#"{"detail":[{"loc":["body","name"],"msg":"Field required","type":"missing"}]}"#,
            "Failed to deserialize the JSON body into the target type: missing field `name` at line 1 column 2",
            "Please select a project from the list where you are a member",
            "An unexpected exception occurred; our team was told. Error id 7f3a",
            "<!DOCTYPE html><title>Cannot GET /x</title>",
            "expected value at line 1 column 5",
        ] {
            assert_eq!(find(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_searched(text in ".*") {
            let _ = find(&text);
        }
    }
}

//! Backups that are of use, pages and cookies that give nothing away, and nothing that lies open.

use plimsoll::verdict::{Dimension::Operations, Verdict};

use crate::vessel;

const BACKUP: &str = "[backup]\nmake = \"{do backup {dir} {backup} done}\"\nrestore = \"{do restore {backup} {scratch} done}\"\n\
                      serve = \"{serve}\"\nlist = \"date -u +%FT%TZ\"\nmax_age = \"1h\"\nplace = \"s3://elsewhere/backups\"\n";

#[tokio::test]
async fn a_backup_that_is_of_use() {
    let told = vessel::with("", Operations).also(BACKUP).told().await;
    told.is("OP04", Verdict::Holds, "kept at s3://elsewhere");
    told.is("OP05", Verdict::Holds, "note.title");
    told.is("OP06", Verdict::Holds, "3 damaged copies were refused");
    told.is("OP07", Verdict::Holds, "nothing that it restores can be read");
    told.gaps_only_in(&["OP01"]);
}

#[tokio::test]
async fn a_backup_that_is_of_none() {
    let told =
        vessel::with("backup-without-files backup-in-clear restore-believes", Operations).also(BACKUP).told().await;
    told.is("OP05", Verdict::Gap, "does not show file");
    told.is("OP06", Verdict::Gap, "is restored without a word");
    told.is("OP07", Verdict::Gap, "anybody can read it: note.title");
    told.gaps_only_in(&["OP01", "OP05", "OP06", "OP07"]);
}

/// What has expired is counted by the manifest's commands.
#[tokio::test]
async fn what_has_expired() {
    let class =
        "[expired.upload]\nmake = \"touch {dir}/files/900\"\nlater = \"LATER\"\ncount = \"ls {dir}/files | wc -l\"\n";
    for (later, verdict, words) in [
        ("rm {dir}/files/900", Verdict::Holds, "of 1 rows 0 are left"),
        ("true", Verdict::Gap, "1 rows are left after the time"),
        ("false", Verdict::Unproven, "failed"),
    ] {
        let told = vessel::with("", Operations).also(&class.replace("LATER", later)).told().await;
        told.says("OP03", "upload", verdict, words);
    }
}

/// The restore says that all is well, and what is started is the live data.
#[tokio::test]
async fn what_is_restored_is_the_live_data() {
    let live = BACKUP.replace("{serve}", "{serve live}");
    let told = vessel::with("", Operations).also(&live).told().await;
    told.is("OP05", Verdict::Unproven, "it is the live data");
    told.gaps_only_in(&["OP01"]);
}

#[tokio::test]
async fn a_backup_that_is_old_or_beside_the_data() {
    for (was, is, words) in [
        ("date -u +%FT%TZ", "echo 2025-01-01T00:00:00Z", "the newest is"),
        ("date -u +%FT%TZ", "true", "the list is empty"),
        ("s3://elsewhere/backups", "{dir}/files\"\ndata = \"{dir}", "inside the data"),
    ] {
        let listed = "[backup]\nlist = \"date -u +%FT%TZ\"\nmax_age = \"1h\"\nplace = \"s3://elsewhere/backups\"\n";
        let told = vessel::with("", Operations).also(&listed.replace(was, is)).told().await;
        told.is("OP04", Verdict::Gap, words);
        told.is_not_told("OP05", "[backup] make");
        told.gaps_only_in(&["OP01", "OP04"]);
    }
}

#[tokio::test]
async fn nothing_is_told_of_backups() {
    let told = vessel::with("", Operations).told().await;
    for (check, line) in [
        ("OP03", "[expired.CLASS]"),
        ("OP04", "[backup] list"),
        ("OP05", "[backup] make"),
        ("OP06", "[backup] make"),
        ("OP07", "[backup] make"),
    ] {
        told.is_not_told(check, line);
    }
    told.says("OP13", "HTTPS", Verdict::Unproven, "without HTTPS");
    told.says("OP13", "cookies", Verdict::NotApplicable, "");
    told.says("OP13", "framing", Verdict::Holds, "");
    told.is("OP14", Verdict::Holds, "");
    told.gaps_only_in(&["OP01"]);
}

#[tokio::test]
async fn cookies_and_headers() {
    let told = vessel::with("cookies", Operations).by_cookie().told().await;
    told.says("OP13", "cookie sid", Verdict::Holds, "HttpOnly, SameSite");
    told.gaps_only_in(&["OP01"]);
    let told = vessel::with("cookies cookie-for-scripts pages-without-headers", Operations).by_cookie().told().await;
    told.says("OP13", "cookie sid", Verdict::Gap, "HttpOnly is missing");
    told.says("OP13", "framing", Verdict::Gap, "may be shown inside other sites");
    told.says("OP13", "sniffing", Verdict::Gap, "nosniff");
    told.gaps_only_in(&["OP01", "OP13"]);
    let told = vessel::with("cookies cookie-for-other-sites", Operations).by_cookie().told().await;
    told.says("OP13", "cookie sid", Verdict::Gap, "SameSite=None");
}

#[tokio::test]
async fn what_lies_open() {
    let told = vessel::with("shows-env admin-admin debug-pages", Operations).told().await;
    told.says("OP14", "/.env", Verdict::Gap, "settings with secrets: `SECRET_KEY`");
    told.says("OP14", "default credentials", Verdict::Gap, "`admin` with the password `admin`");
    told.says("OP14", "debug pages", Verdict::Gap, "DEBUG = True");
    told.gaps_only_in(&["OP01", "OP14"]);
    let told = vessel::with("a-page-for-everything", Operations).told().await;
    told.is("OP14", Verdict::Holds, "");
    told.gaps_only_in(&["OP01"]);
}

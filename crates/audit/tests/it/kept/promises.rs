//! What the policy promises: a copy of one's data, and that one's account can be deleted.

use plimsoll::verdict::{Dimension::Promises, Verdict};

use crate::vessel;

const DUMP: &str = "[dump]\nrun = \"cat {dir}/state.json; cat {dir}/files/* 2>/dev/null; true\"\n";

#[tokio::test]
async fn a_sound_service_keeps_what_it_promises() {
    for flaws in ["promises-export promises-deletion", "promises-export promises-deletion export-as-zip"] {
        let told = vessel::with(flaws, Promises).also(DUMP).told().await;
        told.says("PR01", "the privacy policy", Verdict::Holds, "published at /privacy");
        told.says("PR01", "export", Verdict::Holds, "POST /me/export does it");
        told.says("PR01", "deletion", Verdict::Holds, "Sie können Ihr Konto");
        told.says("PR02", "export", Verdict::Holds, "note");
        told.says("PR03", "deletion", Verdict::Holds, "the sign-in fails");
        told.says("PR03", "deletion · the database", Verdict::Holds, "nothing of the account");
        told.gaps_only_in(&[]);
    }
}

#[tokio::test]
async fn a_promise_without_a_button() {
    let told = vessel::with("promises-export promises-deletion no-export no-deletion", Promises).told().await;
    told.says("PR01", "export", Verdict::Gap, "download a copy of all your data");
    told.says("PR01", "deletion", Verdict::Gap, "jederzeit selbst löschen");
    told.gaps_only_in(&["PR01"]);
    // What the manifest names for it is no button, either, where nothing is there; and one gap is said once.
    let named = "[promises]\nexport = \"POST /me/takeout\"\ndeletion = \"DELETE /me/account\"\n";
    let told =
        vessel::with("promises-export promises-deletion no-export no-deletion", Promises).also(named).told().await;
    told.says("PR01", "export", Verdict::Gap, "is told to do it, and answered 404");
    told.says("PR01", "deletion", Verdict::Gap, "is told to do it, and answered 40");
    told.gaps_only_in(&["PR01"]);
    let told = vessel::with("promises-nothing-of-the-kind no-export no-deletion", Promises).told().await;
    told.is("PR01", Verdict::Holds, "");
    told.is_not_told("PR02", "[promises] export");
    told.is_not_told("PR03", "[promises] deletion");
    told.gaps_only_in(&[]);
}

#[tokio::test]
async fn an_export_that_is_not_whole() {
    for (flaws, words) in [
        ("export-without-notes", "without anything of: note"),
        ("export-without-files", "without anything of: file"),
        ("export-of-everybody", "of another tenant"),
    ] {
        let told = vessel::with(flaws, Promises).told().await;
        told.says("PR02", "export", Verdict::Gap, words);
        told.gaps_only_in(&["PR02"]);
    }
}

/// A copy that is said to be on its way may come by mail; where mail is received and none comes, it does not.
#[tokio::test]
async fn an_export_that_never_comes() {
    let told = vessel::with("export-is-on-its-way", Promises).told().await;
    told.is_not_told("PR02", "{sink.smtp}");
    let mail = "SMTP_URL = \"{sink.smtp}\"";
    let told = vessel::with("export-is-on-its-way promises-export", Promises).env(mail).told().await;
    told.says("PR02", "export", Verdict::Gap, "nothing came");
    told.gaps_only_in(&["PR02"]);
}

#[tokio::test]
async fn a_deletion_that_only_says_so() {
    for (flaws, subject, words) in [
        ("deletion-does-nothing", "deletion", "can still sign in"),
        ("deletion-signs-out", "deletion", "GET /people shows"),
        ("deletion-leaves-the-rows", "deletion · the database", "note.title"),
    ] {
        let told = vessel::with(flaws, Promises).also(DUMP).told().await;
        told.says("PR03", subject, Verdict::Gap, words);
        told.gaps_only_in(&["PR03"]);
    }
    let told = vessel::with("deletion-leaves-the-rows", Promises).told().await;
    told.is_not_told("PR03", "[dump]");
    told.gaps_only_in(&[]);
}

const AT_REST: &str = "[at_rest]\npaths = [\"{dir}\"]\nencrypted = [\"note.secret\"]\n";

#[tokio::test]
async fn what_is_encrypted_where_it_lies() {
    let told = vessel::with("promises-encryption", Promises).also(AT_REST).told().await;
    told.says("PR05", "note.secret", Verdict::Holds, "are nowhere in");
    told.gaps_only_in(&[]);
    let told = vessel::with("promises-encryption secrets-in-clear", Promises).also(AT_REST).told().await;
    told.says("PR05", "note.secret", Verdict::Gap, "it stands in clear in");
    told.gaps_only_in(&["PR05"]);
    // Bytes in which nothing is found show nothing.
    let elsewhere = AT_REST.replace("{dir}", "{dir}/files/none");
    let told = vessel::with("promises-encryption secrets-in-clear", Promises).also(&elsewhere).told().await;
    told.says("PR05", "note.secret", Verdict::Unproven, "they show nothing");
    let told = vessel::with("promises-encryption", Promises).told().await;
    told.is_not_told("PR05", "[at_rest]");
    let told = vessel::with("", Promises).told().await;
    told.is("PR05", Verdict::NotApplicable, "the policy does not say");
}

#[tokio::test]
async fn a_stated_period() {
    let class = "[retention.session]\nmake = \"touch {dir}/files/900\"\nlater = \"LATER\"\ncount = \"ls {dir}/files | wc -l\"\n";
    for (later, verdict) in [("rm {dir}/files/900", Verdict::Holds), ("true", Verdict::Gap)] {
        let told = vessel::with("promises-a-time", Promises).also(&class.replace("LATER", later)).told().await;
        told.says("PR04", "session", verdict, "");
    }
    vessel::with("promises-a-time", Promises).told().await.is_not_told("PR04", "[retention.CLASS]");
}

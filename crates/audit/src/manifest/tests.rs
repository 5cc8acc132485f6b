//! What the reader makes of manifests, sound and broken.

use proptest::prelude::*;

use std::time::Duration;

use super::*;

const SMALL: &str = r#"[target]
url      = "http://127.0.0.1:8080"
mine     = true                               # I may change and break it
document = "/openapi.json"
reset    = "docker compose restart api"       # optional: start, stop, health

[sign_up]                                     # optional; makes throw-away actors possible
send  = 'POST /accounts {"name":"{name}","password":"{password}","mail":"{name}@example.com"}'
[sign_in]
send  = 'POST /session {"name":"{name}","password":"{password}"}'
token = "session.key"
use   = "Authorization: Bearer {token}"
proof = "GET /whoami"                         # answers the signed-in, each with himself

[actors]                                      # without a password an actor signs up
ann  = { role = "user",  tenant = "ann" }
bob  = { role = "user",  tenant = "bob" }
root = { role = "admin", tenant = "*", name = "admin", password = "env:ADMIN_PASSWORD" }
"#;

const LARGE: &str = r##"[service]
name    = "tallyhouse"
require = { authorization = "pilot" }
[target]
url        = "https://staging.example.com"
mine       = true
authorized = { by = "J. Doe", contact = "security@example.com", until = 2199-12-31 }
document   = ["/openapi.yaml", "recordings/admin-afternoon.har"]
routes     = "bin/rails routes --expanded"    # a command or a file: GET /path, a line
discover   = true                             # guess beyond the document (safe verbs)
start      = "bin/staging up"
stop       = "bin/staging down"
reset      = "bin/staging restore seed"
health     = "GET /healthz"
rate       = 50                               # requests a second
never      = ["POST /api/billing/charge", "* /api/admin/maintenance"]
secrets    = ["env:DATABASE_PASSWORD"]        # must never stand in any answer
prepare    = ["bin/staging people"]
start_timeout = "5m"

[sign_in.web]
form  = "GET /login"                          # fetched, hidden fields and cookies kept
fill  = { email = "{name}@example.com", password = "{password}", code = "{totp(secret)}" }
proof = "GET /account"
[sign_in.key]
use   = "X-Api-Key: {key}"
only  = "/ingest/**"

[actors]
olga = { tenant = "acme", role = "owner",  password = "env:OLGA", secret = "env:OLGA_TOTP" }
adam = { tenant = "acme", role = "admin",  password = "env:ADAM" }
mia  = { tenant = "acme", role = "member", password = "env:MIA", key = "env:MIA_KEY" }
eve  = { tenant = "evil", role = "owner",  password = "{prepare.eve_password}" }     # the other tenant
sam  = { tenant = "*",    role = "support", password = "env:SAM" }
pat  = { tenant = "acme", role = "viewer", sign_in = { playwright = "playwright/.auth/owner.json" } }

[throw_away]                                  # how more of them are made
make   = 'adam: POST /api/members {"mail":"{name}@example.com","role":"{role}","password":"{password}"} -> id'
remove = 'adam: DELETE /api/members/{actor.id}'

[become]
suspended = 'adam: PATCH /api/members/{actor.id} {"state":"suspended"}'

[make]                                        # only what the planner could not find; it prints these lines
invoice = 'olga: POST /api/invoices {"customer":"{customer.id}","note":"{canary}"} -> data.id'
[fixtures]
report = { id = "r-2024-11", owner = "mia", may = "read" }            # read | change | destroy

[record]
read   = 'olga: GET /api/audit?after={cursor}&limit=200 -> items[]'
silent = { "POST /api/views" = "a view counter is not a business action" }

[sessions]
max_after_end = "15m"
[promises]
policy = "/privacy"
[alerts]
to = "none"                              # told: a gap at once, no probing needed
[backup]
make = "backup"
restore = "restore"
[tests]
run = "npx playwright test"
[scans]
sarif = ["scans/*.sarif"]
[limits]
tries = 30
account = "eve"

[[waive]]
gap = "AZ20 POST /api/signup"
owner = "J. Doe"
reason = "invitation only from January"
until = 2027-01-31
"##;

const ENVIRONMENTS: &str = r#"
[environment.local]
url  = "http://localhost:{port}"
start = "run --port {port}"
document = "openapi.json"
disposable = true
env  = { SMTP_URL = "{sink.smtp}", MODE = "test" }
ca   = "ca.pem"
[environment.production]                 # looked at from outside, never walked
url      = "https://app.tallyhouse.example"
mode     = "look"
settings = "fly secrets list --json"
[sign_in]
use = ["?api_key={key}", "X-Tenant: {tenant}"]
proof = "GET /me"
[actors]
ann = { role = "user", tenant = "a", key = "k1" }
[record]
sql = "select 1"
database = "env:DATABASE_URL"
"#;

fn parse(text: &str) -> Result<Manifest, crate::Trouble> {
    Manifest::parse_with(text, std::path::Path::new("plimsoll.toml"), &|name| {
        (!name.starts_with("MISSING")).then(|| format!("value of {name}"))
    })
}

fn refused(text: &str) -> String {
    parse(text).unwrap_err().to_string()
}

/// The small manifest with one piece of text replaced.
fn with(old: &str, new: &str) -> String {
    assert!(SMALL.contains(old), "{old}");
    SMALL.replacen(old, new, 1)
}

const PAGE: &str = include_str!("../../../../docs/manifest.md");

/// Every section by which the audit is given an instrument, so that the reader asks for all of its keys.
const INSTRUMENTS: &str = r#"
[second_factor]
set_up = "POST /factor -> secret"
[ranks]
[links.reset]
ask = "POST /reset"
use = "POST /reset/{link}"
[errors]
[alerts]
[monitor]
[jobs]
[database]
break = "pause"
mend = "go on"
[dump]
[at_rest]
[backup]
[runbook]
[promises]
[retention.invitation]
count = "count"
[expired.session]
count = "count"
"#;

/// The page's block in a language.
fn block(language: &str) -> &'static str {
    let begun = PAGE.split_once(&format!("```{language}\n")).unwrap().1;
    begun.split_once("```").unwrap().0
}

#[test]
fn the_page_about_the_manifest_can_be_typed() {
    let manifest = parse(block("toml")).unwrap();
    assert_eq!(manifest.notes, Vec::<String>::new());
    let states: Vec<_> = manifest.memberships().chain(manifest.closings()).map(|(name, ..)| name).collect();
    assert_eq!(states, ["viewer", "archived"]);
    crate::matrix::Matrix::parse(block("text"), "plimsoll.matrix").unwrap();
}

#[test]
fn every_key_is_on_a_page() {
    let pages = [PAGE, include_str!("../../../../docs/instruments.md")].join("\n");
    let written: std::collections::BTreeSet<&str> =
        pages.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').collect();
    for text in [SMALL, LARGE, ENVIRONMENTS, &format!("{SMALL}{INSTRUMENTS}"), block("toml")] {
        let source = toml_reader::Source::new(std::path::Path::new("plimsoll.toml"), text);
        Manifest::read(&source, text, std::path::Path::new("plimsoll.toml"), &|_| Some("x".into())).unwrap();
        let unwritten: Vec<_> = source.asked().into_iter().filter(|key| !written.contains(key.as_str())).collect();
        assert_eq!(unwritten, Vec::<String>::new());
    }
}

#[test]
fn the_small_example() {
    let manifest = parse(SMALL).unwrap();
    let ids: Vec<_> = manifest.actors.iter().map(|actor| (actor.id.as_str(), actor.values.len())).collect();
    assert_eq!(ids, [("ann", 0), ("bob", 0), ("root", 1)]);
    let root = manifest.actor("root").unwrap();
    assert_eq!(root.value("name", &|_| None).unwrap(), "admin");
    assert_eq!(root.value("password", &|_| None).unwrap(), "value of ADMIN_PASSWORD");
    assert_eq!(manifest.sign_in[0].token, Some(TokenPlace::Body(JsonPath::parse("session.key").unwrap())));
    let roles: Vec<_> = manifest.roles().into_iter().map(|role| (role.name, role.crosses_tenants)).collect();
    assert_eq!(roles, [("user".to_owned(), false), ("admin".to_owned(), true)]);
    assert!(manifest.service.require.is_empty() && manifest.notes.is_empty());
}

#[test]
fn the_large_example() {
    let manifest = parse(LARGE).unwrap();
    assert_eq!(manifest.service.require, BTreeMap::from([(Dimension::Authorization, Mark::Pilot)]));
    assert_eq!(manifest.sign_in.iter().map(|way| way.name.as_str()).collect::<Vec<_>>(), ["web", "key"]);
    assert!(manifest.target.never[1].matches("PUT", "/api/admin/maintenance"));
    assert_eq!(manifest.target.start_timeout, Duration::from_secs(300));
    assert_eq!(manifest.told.get("alerts.to"), Some(&Told::None));
    assert_eq!(manifest.promises.policy, Told::At("/privacy".into()));
    assert_eq!(manifest.record.silent[0].1, "a view counter is not a business action");
    let RecordSource::Http(readers) = &manifest.record.source else { panic!("{:?}", manifest.record.source) };
    let [read] = readers.as_slice() else { panic!("{readers:?}") };
    assert_eq!(read.produces.as_ref().unwrap().to_string(), "items[]");
    assert_eq!(manifest.waivers[0].until.to_string(), "2027-01-31");
    assert_eq!(manifest.limits.tries, 30);
    let eve = manifest.actor("eve").unwrap();
    let prepared = |name: &str| (name == "prepare.eve_password").then(|| "pw".to_owned());
    assert_eq!(eve.value("password", &prepared).unwrap(), "pw");
    assert!(manifest.roles()[0].shares_tenant);
    let rails = Routes::Command { command: "bin/rails routes --expanded".into(), within: Routes::WITHIN };
    assert_eq!(manifest.target.routes, [rails]);
    for key in ["target.discover", "tests.run", "pat.sign_in"] {
        assert!(manifest.notes.iter().any(|note| note.contains(key)), "{key} in {:#?}", manifest.notes);
    }
}

#[test]
fn environments_instead_of_a_target() {
    let manifest = parse(ENVIRONMENTS).unwrap();
    assert_eq!(
        (manifest.target.name.as_str(), manifest.target.address(4711).as_str()),
        ("local", "http://localhost:4711")
    );
    assert_eq!(manifest.looked_at[0].name, "production");
    assert_eq!(manifest.target.environment(&|_| None), [("MODE".to_owned(), "test".to_owned())]);
    assert!(matches!(manifest.record.source, RecordSource::Unused("sql")));
    assert!(matches!(&manifest.sign_in[0].credentials[0], Credential::Query { name, .. } if name == "api_key"));
    assert!(refused(&ENVIRONMENTS.replace("disposable = true", "")).contains("everything in it may be lost"));
}

#[test]
fn a_command_may_stand_beside_the_requests_that_read_the_record() {
    let record = |lines: &str| format!("{SMALL}\n[record]\n{lines}");
    let read = "read = \"GET /trail -> events[]\"\n";
    let both = parse(&record(&format!("{read}command = \"app record\"\n"))).unwrap().record;
    assert!(matches!(both.source, RecordSource::Http(_)) && both.also.as_deref() == Some("app record"));
    let alone = parse(&record("command = \"app record\"\n")).unwrap().record;
    assert!(matches!(alone.source, RecordSource::Command(_)) && alone.also.is_none());
    assert!(refused(&record("file = \"a.jsonl\"\ncommand = \"app record\"\n")).contains("two places"));
}

#[test]
fn routes_are_files_and_commands() {
    let of = |routes: &str| {
        parse(&with("reset    =", &format!("routes = {routes}\nreset    ="))).map(|read| read.target.routes)
    };
    let command =
        |command: &str, seconds| Routes::Command { command: command.into(), within: Duration::from_secs(seconds) };
    assert_eq!(of("\"routes.txt\"").unwrap(), [Routes::File("routes.txt".into())]);
    assert_eq!(of("{ command = \"bin/routes\", within = \"5m\" }").unwrap(), [command("bin/routes", 300)]);
    let both = of("[\"php artisan route:list\", { file = \"my routes\" }]").unwrap();
    assert_eq!(both, [command("php artisan route:list", 60), Routes::File("my routes".into())]);
    for wrong in ["{ }", "3", "{ file = \"a\", command = \"b\" }", "{ comand = \"b\" }"] {
        assert!(of(wrong).unwrap_err().to_string().contains("plimsoll.toml:5: target.routes"), "{wrong}");
    }
    let without = with("document = \"/openapi.json\"", "routes = \"bin/routes -a\"");
    assert!(parse(&without).is_ok(), "a list is enough");
}

#[test]
fn what_is_wrong_has_file_line_key_and_hint() {
    let rol = with("bob  = { role", "bob  = { rol");
    assert_eq!(refused(&rol), "plimsoll.toml:17: actors.bob.rol: unknown key\n\nhint: did you mean \"role\"?");
    let colour = with("reset    =", "colour   =");
    assert!(
        refused(&colour).starts_with("plimsoll.toml:5: target.colour: unknown key\n\nhint: "),
        "{}",
        refused(&colour)
    );
    assert!(refused(&with("[actors]", "[actor]")).contains("15: actor: unknown key\n\nhint: did you mean \"actors\"?"));
    assert!(
        refused(&with(r#",  tenant = "bob""#, ""))
            .starts_with("plimsoll.toml:17: actors.bob: the key `tenant` is missing")
    );
    assert!(
        refused(&with("= true", "= \"yes\""))
            .starts_with("plimsoll.toml:3: target.mine: true or false is expected, this is a text")
    );
    assert!(
        refused(&with("ADMIN_PASSWORD", "MISSING_X"))
            .contains("18: actors.root.password: the environment variable MISSING_X is not set")
    );
    assert!(refused(&with("env:ADMIN_PASSWORD", "file:/none/at/all")).contains("cannot be read"));
    assert!(
        refused(&with("http://127.0.0.1:8080", "ftp://x")).contains("2: target.url: `ftp://x` is not an http address")
    );
    assert!(refused(&with("POST /session", "post /session")).contains("10: sign_in.send: `post` is not a verb"));
    assert!(refused(&with("proof =", "# proof =")).contains("sign_in: the key `proof` is missing"));
    assert!(refused(&with("[sign_in]", "[sign_in")).starts_with("plimsoll.toml:9: not TOML:"));
    assert!(refused("").contains("there is no target"));
    assert!(
        refused(&format!("{SMALL}[[waive]]\ngap = \"AZ01\"\nowner=\"x\"\nreason=\"y\"\nuntil=\"soon\""))
            .contains("`soon` is not a day")
    );
    assert!(
        refused(&format!("{SMALL}[fixtures]\nx = {{ id = \"1\", owner = \"zoe\" }}"))
            .contains("there is no actor `zoe`")
    );
    assert!(
        refused(
            &with(", password = \"env:ADMIN_PASSWORD\"", "")
                .replace("[sign_up]", "[become]")
                .replace("send  = 'POST /accounts", "x = 'POST /accounts")
        )
        .contains("nothing to sign in with")
    );
    assert!(refused(&format!("{SMALL}[service]\nrequire = \"gold\"")).contains("there is no mark `gold`"));
}

#[test]
fn a_target_elsewhere_needs_an_owner_an_authorization_and_no_literal_secrets() {
    let elsewhere = with("http://127.0.0.1:8080", "https://staging.example.com");
    assert!(refused(&elsewhere).contains("nobody authorized the walk"));
    assert!(refused(&elsewhere.replace("mine     = true", "mine     = false")).contains("may be changed and broken"));
    let ended = elsewhere.replace(
        "reset",
        r#"authorized = { by = "J", contact = "j@example.com", until = 2020-01-01 }
reset"#,
    );
    assert!(refused(&ended).contains("the authorization ended on 2020-01-01"));
    let allowed = ended.replace("2020", "2199");
    assert!(parse(&allowed).is_ok());
    let literal = allowed.replace("env:ADMIN_PASSWORD", "hunter2");
    assert!(refused(&literal).contains("looks like a secret") && !refused(&literal).contains("hunter2"));
}

#[test]
fn a_missing_document_is_named_when_the_file_is_loaded() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("plimsoll.toml");
    let text = with("/openapi.json", "openapi.json").replace("env:ADMIN_PASSWORD", "secret");
    std::fs::write(&path, &text).unwrap();
    assert!(
        Manifest::load(&path)
            .unwrap_err()
            .to_string()
            .contains("plimsoll.toml:4: target.document: there is no file openapi.json")
    );
    std::fs::write(directory.path().join("openapi.json"), "{}").unwrap();
    assert!(Manifest::load(&path).is_ok());
    assert!(Manifest::load(&directory.path().join("none.toml")).unwrap_err().to_string().contains("cannot be read"));
}

proptest! {
    #[test]
    fn any_change_is_read_or_refused(position in 0..LARGE.len(), junk in "[ -~\n]{0,6}", cut in 0..12_usize) {
        if LARGE.is_char_boundary(position) {
            let end = (position + cut).min(LARGE.len());
            let text = format!("{}{junk}{}", &LARGE[..position], &LARGE[end..]);
            if let Err(trouble) = parse(&text) {
                prop_assert!(trouble.place.starts_with("plimsoll.toml"), "{}", trouble);
            }
        }
    }
}

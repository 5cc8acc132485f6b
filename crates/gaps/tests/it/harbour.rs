//! A portal from altered parts, listening, with people in it, and the audit's view of it.

use std::path::Path;
use std::sync::Arc;

use audit::evidence::Dossier;
use audit::manifest::Manifest;
use audit::progress::Silent;
use audit::verdict::Outcome;
use clap::Parser as _;
use door::Door;
use portal::Parts;
use portal::connections::{self, Limits};
use portal::data::Data;
use portal::settings::{Cli, Command, Serve};
use portal::wires::{Proxies, console, jobs};
use serde_json::{Value, json};

const PASSWORD: &str = "a fine long password";
/// What the manifest does to a process and its files; a portal inside a test has neither.
const OF_A_PROCESS: [&str; 13] = [
    "[alerts]",
    "[monitor]",
    "[database]",
    "[errors]",
    "[backup]",
    "[throw_away]",
    "[dump]",
    "[retention.",
    "[expired.",
    "[at_rest]",
    "[jobs]",
    "[runbook]",
    "[links.",
];
/// Keys of what is left that belong to a process.
const KEYS_OF_A_PROCESS: [&str; 7] =
    ["start ", "stop ", "start_timeout", "env ", "prepare", "command ", "deletion_now "];
/// What needs an account that may be harmed, which a command makes: never sent, beside what the manifest says.
pub(crate) const NEVER: (&str, &str) = ("POST", "/api/v1/account/copy");

/// A portal that runs until it is dropped.
pub(crate) struct Harbour {
    pub(crate) directory: tempfile::TempDir,
    pub(crate) url: String,
    pub(crate) door: Arc<Door>,
    /// What the walk's preparation would have printed: `client.halden` and its id.
    prepared: [(&'static str, String); 4],
    _stop: tokio::sync::watch::Sender<bool>,
}

impl Harbour {
    /// Opens one from these parts.
    pub(crate) async fn open(parts: &Parts) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        // By a name: passkeys are made for one.
        let url = format!("http://localhost:{}", listener.local_addr().unwrap().port());
        let serve = settings(&directory.path().join("data"));
        let data = Data::open(&serve.place).unwrap();
        // Nobody answers there, and nobody else is asked.
        let dns = portal::dns::Dns::new(vec![([127, 0, 0, 1], 9).into()]);
        let parts = Parts { program: env!("CARGO_BIN_EXE_gapped-portal").into(), dns, ..parts.clone() };
        let door = parts.door(&data, &serve.place, &url, false).await.unwrap();
        let prepared = people(&door).await;
        let app = portal::serve::router(&door, &serve).unwrap();
        let (all, forever) = (Limits::default(), std::future::pending());
        tokio::spawn(connections::serve(listener, app, Proxies::default(), all, forever));
        let (stop, stopping) = tokio::sync::watch::channel(false);
        tokio::spawn(jobs::start(&door, &stopping).join_all());
        Self { directory, url, door, prepared, _stop: stop }
    }

    /// Walks it, all of it or one action, and judges.
    pub(crate) async fn audit(&self, only: Option<&str>) -> Outcome {
        audit::outcome(&self.walk(only).await)
    }

    /// Walks it, all of it or one action: the evidence.
    pub(crate) async fn walk(&self, only: Option<&str>) -> Dossier {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        // The project's own manifest; only the address and the way to start are this test's.
        let manifest = std::fs::read_to_string(root.join("plimsoll.toml")).unwrap();
        let mut of_a_process = false;
        let manifest: Vec<String> = manifest
            .lines()
            .filter(|line| {
                if line.starts_with('[') {
                    of_a_process = OF_A_PROCESS.iter().any(|name| line.starts_with(name));
                }
                !of_a_process && !KEYS_OF_A_PROCESS.iter().any(|key| line.starts_with(key))
            })
            .map(|line| match line {
                line if line.starts_with("url ") => format!("url = {:?}", self.url),
                line if line.starts_with("never ") => line.replacen('[', &format!("[\"{} {}\", ", NEVER.0, NEVER.1), 1),
                line => line.to_owned(),
            })
            .collect();
        let path = self.directory.path().join("plimsoll.toml");
        let filled = |text: String, (name, value): &(&str, String)| text.replace(&format!("{{prepare.{name}}}"), value);
        std::fs::write(&path, self.prepared.iter().fold(manifest.join("\n"), filled)).unwrap();
        std::fs::copy(root.join("plimsoll.matrix"), self.directory.path().join("plimsoll.matrix")).unwrap();
        let mut setup = audit::Setup::new(Manifest::load(&path).unwrap(), "run").unwrap();
        setup.part.one = only.map(str::to_owned);
        let walked = audit::walk(&setup, &Silent).await.unwrap();
        Dossier::load(&walked.evidence).unwrap()
    }

    /// The secret of the first link below this path that a letter leads to: without a mail server they lie in a folder.
    pub(crate) async fn link_in_a_letter(&self, below: &str) -> String {
        for _ in 0..300 {
            let letters = std::fs::read_dir(self.directory.path().join("data/outbox")).into_iter().flatten().flatten();
            for letter in letters.map(|letter| std::fs::read_to_string(letter.path()).unwrap_or_default()) {
                let letter = letter.replace("=\r\n", "").replace("=\n", "");
                if let Some((_, rest)) = letter.split_once(below) {
                    return rest.chars().take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)).collect();
                }
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        panic!("no letter leads to {below}")
    }

    /// Does an action that takes a file, by the door.
    pub(crate) async fn hand_in(
        &self,
        action: &str,
        token: &str,
        ids: door::Ids,
        name: &str,
        bytes: &'static [u8],
    ) -> door::Result<Value> {
        let pieces = futures_util::stream::once(std::future::ready(Ok(bytes.into())));
        let request = door::Request {
            credential: door::Credential::Bearer(token.to_owned().into()),
            ids,
            input: door::Input::Fields(json!({"name": name})),
            body: door::Body::of(Box::pin(pieces)),
            id: door::id::uuid_at(self.door.now()),
            ..door::Request::default()
        };
        Ok(self.door.pass(action, request).await?.output)
    }

    /// Signs somebody in and asks the JSON interface by the door, without the network.
    pub(crate) async fn pass(&self, action: &str, token: &str, ids: door::Ids, input: Value) -> door::Result<Value> {
        let request = door::Request {
            credential: if token.is_empty() {
                door::Credential::None
            } else {
                door::Credential::Bearer(token.to_owned().into())
            },
            ids,
            input: door::Input::Fields(input),
            id: door::id::uuid_at(self.door.now()),
            ..door::Request::default()
        };
        Ok(self.door.pass(action, request).await?.output)
    }
}

/// Gaps as `CHECK action`, for comparing.
pub(crate) fn gaps(outcome: &Outcome) -> Vec<String> {
    outcome.gaps.iter().map(|gap| format!("{} {}", gap.check, gap.subject)).collect()
}

fn settings(data: &Path) -> Serve {
    // A portal that is meant for use names somebody to write to.
    let contact = ["--security-contact", "security@halden.studio"];
    let arguments = ["portal", "serve", "--data", data.to_str().unwrap()].into_iter().chain(contact);
    let Command::Serve(serve) = Cli::parse_from(arguments).command else { panic!("serve") };
    *serve
}

/// The people of `crates/portal/people.sh`, by the same commands, and what it prints of them.
async fn people(door: &Arc<Door>) -> [(&'static str, String); 4] {
    let operator = async |action: &str, input: Value| console::pass(door, action, &input.to_string()).await.unwrap();
    let found = |name: &str, owner: &str, clients: &[&str]| json!({"name": name, "owner": owner, "mail": format!("{owner}@example.com"), "password": PASSWORD, "clients": clients});
    let here =
        operator("organisation.create", found("Halden & Rook", "maya", &["Brightwater Hotels", "Kestrel Cycles"]))
            .await;
    let there = operator("organisation.create", found("Studio Pallas", "otto", &["Mill & Oat Bakery"])).await;
    let client = &here["clients"][0];
    let people = [
        ("ana", &here, "admin", None),
        ("tom", &here, "staff", None),
        ("nils", &here, "staff", None),
        ("petra", &here, "client_admin", Some(client)),
        ("sam", &here, "client_member", Some(client)),
        ("jo", &there, "staff", None),
    ];
    for (name, organisation, role, client) in people {
        let input = json!({"mail": format!("{name}@example.com"), "name": name, "password": PASSWORD,
                           "organisation": organisation["organisation"], "role": role, "client": client});
        operator("person.create", input).await;
    }
    let first = |organisation: &Value| organisation["clients"][0].as_str().unwrap_or_default().to_owned();
    let whole = |organisation: &Value| organisation["organisation"].as_str().unwrap_or_default().to_owned();
    [
        ("client.halden", first(&here)),
        ("client.pallas", first(&there)),
        ("organisation.halden", whole(&here)),
        ("organisation.pallas", whole(&there)),
    ]
}

//! The target's process: started by the manifest's command in a process group of its own, waited for, and ended
//! whatever happens. Leaving a server behind would be a poor thing for an audit to do.

use crate::client::{Client, Purpose, Request};
use crate::error::{Result, Trouble};
use crate::process::{Ended, Group, Running, first_line};
use crate::progress::Progress;
use std::collections::BTreeMap;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Commands of the manifest, with `{port}` and `{url}` still in them.
#[derive(Debug, Clone, Default)]
pub struct Commands {
    /// Where the service answers.
    pub url: String,
    /// Where they run.
    pub root: PathBuf,
    /// How long a start may take: it may be a build from nothing.
    pub wait_max: Duration,
    /// Starts the service and stays in the foreground.
    pub start: Option<String>,
    /// Ends it, where ending its process group is not enough.
    pub stop: Option<String>,
    /// Brings it back to where it was.
    pub reset: Option<String>,
    /// Path that answers when it is up: `/healthz`.
    pub health: String,
    /// Run in order when it is up; what they print becomes values.
    pub prepare: Vec<String>,
    /// Environment of all of them.
    pub env: BTreeMap<String, String>,
}

/// How often a running command is looked at.
const COMMAND_LOOK: Duration = Duration::from_millis(10);

/// Shortest and longest pause between two looks whether the target is up.
const HEALTH_LOOK: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(1));

/// A target that is up, for as long as this value lives.
#[derive(Debug)]
pub struct Target {
    /// Its address, port filled in.
    pub url: String,
    /// What the prepare commands printed, by name.
    pub values: BTreeMap<String, String>,
    commands: Commands,
    log: PathBuf,
    group: Option<Group>,
    asked: u32,
    port: Option<u16>,
}

impl Target {
    /// Starts the service where there is a `start`, waits until it answers, and runs the prepare commands. The
    /// service's output goes to the file `log`.
    ///
    /// # Errors
    /// When a command cannot be run or fails, the service ends early, or it does not answer in time.
    pub async fn start(commands: Commands, log: &Path, progress: &dyn Progress) -> Result<Self> {
        let url = commands.url.clone();
        let asks_port = url.contains("{port}") || commands.start.as_ref().is_some_and(|line| line.contains("{port}"));
        let port = if asks_port { Some(free_port()?) } else { None };
        let url = match port {
            Some(port) => url.replace("{port}", &port.to_string()),
            None => url,
        };
        let mut target =
            Self { url, values: BTreeMap::new(), commands, log: log.to_owned(), group: None, asked: 0, port };
        target.launch()?;
        target.wait_until_healthy(progress).await?;
        target.prepare(progress).await?;
        Ok(target)
    }

    /// Runs the prepare commands.
    ///
    /// # Errors
    /// When one of them fails.
    pub async fn prepare(&mut self, progress: &dyn Progress) -> Result<()> {
        for command in self.commands.prepare.clone() {
            progress.note(&format!("preparing: {}", first_line(&command)));
            let output = self.run(&command).await?;
            self.values.extend(parse_values(&output));
        }
        Ok(())
    }

    /// Whether the health path answers without a failure of the server.
    pub async fn is_healthy(&self, client: &Client) -> bool {
        let path = self.commands.health.clone();
        let request = Request { method: "GET".into(), path, ..Request::default() };
        let answer = client.send_unpaused(&request, Purpose::Other).await;
        (1..500).contains(&answer.status)
    }

    /// How often the target was asked whether it is up, before anything else was asked.
    pub fn asked(&self) -> u32 {
        self.asked
    }

    /// Whether a dead target can be brought back by this audit.
    pub fn can_restart(&self) -> bool {
        self.commands.start.is_some() || self.commands.reset.is_some()
    }

    /// Starts it again after it died; runs `reset` where there is one.
    ///
    /// # Errors
    /// As [`Target::start`].
    pub async fn restart(&mut self, progress: &dyn Progress) -> Result<()> {
        self.group = None;
        if let Some(reset) = self.commands.reset.clone() {
            self.run(&reset).await?;
        }
        self.launch()?;
        self.wait_until_healthy(progress).await
    }

    fn launch(&mut self) -> Result<()> {
        let Some(start) = &self.commands.start else { return Ok(()) };
        let log = std::fs::File::create(&self.log)
            .map_err(|e| Trouble::new(self.log.display().to_string(), format!("cannot be written: {e}")))?;
        let again = log.try_clone().map_err(|e| Trouble::new("target.start", e.to_string()))?;
        let child = self
            .shell(start)
            .stdin(Stdio::null())
            .stdout(log)
            .stderr(again)
            .process_group(0)
            .spawn()
            .map_err(|e| Trouble::new("target.start", format!("cannot be run: {e}")))?;
        self.group = Some(Group(child));
        Ok(())
    }

    async fn wait_until_healthy(&mut self, progress: &dyn Progress) -> Result<()> {
        let client = Client::new(&self.url, None, Duration::ZERO)?;
        let started = Instant::now();
        let mut told = String::new();
        while !self.is_healthy(&client).await {
            let Some(group) = &mut self.group else {
                return Err(Trouble::new(&self.url, "nothing answers there")
                    .hint("start the service, or say how with `start = \"…\"` under [target]"));
            };
            if let Ok(Some(status)) = group.0.try_wait() {
                return Err(Trouble::new("target.start", format!("ended before it answered: {status}"))
                    .hint(format!("its last words: {}", self.last_line())));
            }
            if self.commands.wait_max < started.elapsed() {
                return Err(Trouble::new(
                    "target.start",
                    format!("did not answer in {} seconds", self.commands.wait_max.as_secs()),
                )
                .hint(format!("its last words: {}", self.last_line())));
            }
            let line = self.last_line();
            if line != told {
                progress.note(&format!("starting: {line}"));
                told = line;
            }
            // What starts at once is looked at at once; a build of minutes is not asked every moment.
            tokio::time::sleep((started.elapsed() / 10).clamp(HEALTH_LOOK.0, HEALTH_LOOK.1)).await;
        }
        self.asked += client.counts().total();
        Ok(())
    }

    /// The last line that the service wrote, for progress and errors.
    fn last_line(&self) -> String {
        let text = std::fs::read(&self.log).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        // A progress bar begins its line again with a carriage return: only what it shows last counts.
        let line = text.rsplit(['\n', '\r']).find(|line| !line.trim().is_empty()).unwrap_or("(nothing)");
        line.trim().chars().take(120).collect()
    }

    /// Runs one command to its end and returns what it printed. Whoever stops waiting ends its process group.
    ///
    /// # Errors
    /// When it cannot be run, fails, or takes longer than ten minutes.
    pub async fn run(&self, command: &str) -> Result<String> {
        let mut running = Running::begin(self.shell(command), command)?;
        loop {
            if let Some(done) = running.look()? {
                return Ok(done);
            }
            tokio::time::sleep(COMMAND_LOOK).await;
        }
    }

    /// Runs one command to its end, however it ends, with values for further holes.
    ///
    /// # Errors
    /// When it cannot be run, takes longer than ten minutes, or a value could mean something to the shell.
    pub(crate) async fn run_with(&self, command: &str, values: &[(&str, String)]) -> Result<Ended> {
        let mut text = command.to_owned();
        for (hole, value) in values {
            let hole = format!("{{{hole}}}");
            // Values may come from the service: what a shell would read in them is refused, not quoted.
            let plain = |c: char| c.is_alphanumeric() || "@._:/+=,-! ".contains(c);
            if text.contains(&hole) && !value.chars().all(plain) {
                let place = format!("the command `{}`", first_line(command));
                return Err(Trouble::new(place, format!("{hole} holds what a shell may not take as it is")));
            }
            text = text.replace(&hole, value);
        }
        let shell = self.shell(&text);
        let mut running = Running::begin(shell, command)?;
        loop {
            if let Some(ended) = running.outcome()? {
                return Ok(ended);
            }
            tokio::time::sleep(COMMAND_LOOK).await;
        }
    }

    /// The same service once more, started by another command on a port of its own; it ends with this value.
    ///
    /// # Errors
    /// As [`Target::start`].
    pub(crate) async fn sibling(&self, start: &str, log: &Path, progress: &dyn Progress) -> Result<Self> {
        let commands = Commands {
            url: "http://127.0.0.1:{port}".into(),
            start: Some(start.to_owned()),
            stop: None,
            reset: None,
            prepare: Vec::new(),
            ..self.commands.clone()
        };
        Self::start(commands, log, progress).await
    }

    /// The path that says whether it is well.
    pub(crate) fn health(&self) -> &str {
        &self.commands.health
    }

    /// The same where nobody can wait: while the target is being dropped.
    fn run_to_its_end(&self, command: &str) -> Result<String> {
        let mut running = Running::begin(self.shell(command), command)?;
        loop {
            if let Some(done) = running.look()? {
                return Ok(done);
            }
            std::thread::sleep(COMMAND_LOOK);
        }
    }

    fn shell(&self, command: &str) -> Command {
        let mut text = command.replace("{url}", &self.url);
        if let Some(port) = self.port {
            text = text.replace("{port}", &port.to_string());
        }
        let mut shell = Command::new("sh");
        shell.arg("-c").arg(text).current_dir(&self.commands.root).env("BASE_URL", &self.url);
        for (name, value) in &self.commands.env {
            let value = value.replace("{url}", &self.url);
            let value = match self.port {
                Some(port) => value.replace("{port}", &port.to_string()),
                None => value,
            };
            shell.env(name, value);
        }
        shell
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        self.group = None;
        if let Some(stop) = self.commands.stop.take() {
            // The walk is over; a stop that fails changes no verdict, and there is nobody left to tell.
            let _ = self.run_to_its_end(&stop);
        }
    }
}

/// A port that is free now. Between here and the service's own bind another could take it; then the start fails and
/// says so.
fn free_port() -> Result<u16> {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0));
    (listener.and_then(|listener| listener.local_addr()).map(|address| address.port()))
        .map_err(|e| Trouble::new("{port}", format!("no free port: {e}")))
}

/// Values in a command's output: lines that are a JSON object of scalars, or `key=value` with a plain key.
pub(crate) fn parse_values(output: &str) -> BTreeMap<String, String> {
    let mut values = BTreeMap::new();
    for line in output.lines().map(str::trim) {
        if let Ok(serde_json::Value::Object(fields)) = serde_json::from_str(line) {
            for (key, value) in fields {
                if let Some(text) = crate::compare::scalar(&value) {
                    values.insert(key, text);
                }
            }
        } else if let Some((key, value)) = line.split_once('=') {
            let plain = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
            if !key.is_empty() && key.chars().all(plain) {
                values.insert(key.to_owned(), value.to_owned());
            }
        }
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::progress::Silent;
    use rustix::process::Pid;

    #[tokio::test]
    async fn an_early_end_is_told_with_the_last_words() {
        let dir = tempfile::tempdir().unwrap();
        let commands = Commands {
            url: "http://127.0.0.1:{port}".into(),
            root: dir.path().into(),
            wait_max: Duration::from_secs(9),
            start: Some("echo no database; exit 3".into()),
            health: "/".into(),
            ..Commands::default()
        };
        let trouble = Target::start(commands, &dir.path().join("log"), &Silent).await.unwrap_err();
        assert!(trouble.wrong.contains("ended before"), "{trouble}");
        assert!(trouble.hint.unwrap().contains("no database"));
    }

    #[tokio::test]
    async fn who_stops_waiting_for_a_command_ends_it() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("pid");
        let prepare = format!("sleep 300 & echo $! > {}; wait", file.display());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let app = axum::Router::new().fallback(|| async { "up" });
        tokio::spawn(async move { axum::serve(listener, app).await });
        let commands = Commands {
            url,
            root: dir.path().into(),
            wait_max: Duration::from_secs(9),
            health: "/".into(),
            prepare: vec![prepare],
            ..Commands::default()
        };
        let log = dir.path().join("log");
        let pid = tokio::select! {
            _ = Target::start(commands, &log, &Silent) => panic!("the command does not end by itself"),
            pid = async {
                loop {
                    let text = std::fs::read_to_string(&file).unwrap_or_default();
                    if let Ok(pid) = text.trim().parse() {
                        break Pid::from_raw(pid).unwrap();
                    }
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
            } => pid,
        };
        has_ended(pid);
    }

    /// An orphan that was signalled may be a zombie until its reaper comes by.
    #[track_caller]
    fn has_ended(pid: Pid) {
        let state = std::fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero()));
        assert!(state.map_or(true, |text| text.contains(") Z ")), "the grandchild lives");
    }

    #[test]
    fn the_whole_group_ends() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("pid");
        let mut shell = Command::new("sh");
        shell.arg("-c").arg(format!("sleep 300 & echo $! > {}; wait", file.display()));
        let group = Group(shell.process_group(0).spawn().unwrap());
        let pid = loop {
            let text = std::fs::read_to_string(&file).unwrap_or_default();
            if let Ok(pid) = text.trim().parse() {
                break Pid::from_raw(pid).unwrap();
            }
        };
        drop(group);
        has_ended(pid);
    }

    #[test]
    fn values_come_from_json_and_from_pairs() {
        let values = parse_values("making…\n{\"id\": 7, \"token\": \"t\"}\nkey=a=b\nnot a key = x\n");
        let expected = [("id", "7"), ("key", "a=b"), ("token", "t")];
        assert_eq!(values, expected.map(|(k, v)| (k.to_owned(), v.to_owned())).into());
    }
}

//! Whether somebody else's scanner finds something bad in a file. Only its word counts: whatever it cannot tell is no
//! “clean”.

use std::path::PathBuf;
use std::process::Stdio;
use std::str::FromStr;
use std::time::Duration;

use bytes::Bytes;
use futures_core::Stream;
use futures_util::StreamExt as _;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::process::Command;

use super::BoxError;

/// How long a scan may take from its first byte to the answer.
const PATIENCE: Duration = Duration::from_secs(10 * 60);
/// Bytes of an answer that are read.
const ANSWER_BYTES_MAX: u64 = 4096;
/// Characters of a finding's name that are kept.
const FINDING_CHARACTERS_MAX: usize = 120;
/// Bytes that are sent to clamd at once. Its own limit for a whole file is `StreamMaxLength`.
const PIECE_BYTES: usize = 64 * 1024;

/// What looks at files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scanner {
    /// Nothing does.
    None,
    /// A program and its arguments: it gets the file on its standard input, and ends with 0 when the file is clean, with
    /// 1 when it found something, whose name is then the first line that it prints. `clamscan -` and `clamdscan -` do.
    Command(Vec<String>),
    /// A clamd, by its INSTREAM command (clamd(8)).
    Clamd(Clamd),
}

/// Where a clamd listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Clamd {
    /// Host and port.
    Tcp(String),
    /// A socket in the file system.
    Socket(PathBuf),
}

/// What a scan said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// There is no scanner: nobody has looked.
    NotScanned,
    /// The scanner found nothing.
    Clean,
    /// It found this.
    Found(String),
}

/// Why nobody can tell. The file cannot be taken in now.
#[derive(Debug, thiserror::Error)]
pub enum ScanError {
    /// The scanner cannot be started or reached, or broke off.
    #[error("the scanner cannot be asked: {0}")]
    Unreachable(#[from] std::io::Error),
    /// It answered neither clean nor found.
    #[error("the scanner cannot tell: {0}")]
    CannotTell(String),
    /// It did not answer in time.
    #[error("the scanner did not answer within {} seconds", .0.as_secs())]
    TooSlow(Duration),
    /// The file could not be read to its end.
    #[error("the file cannot be read: {0}")]
    Source(BoxError),
}

impl Scanner {
    /// Lets the scanner look at a whole file.
    ///
    /// # Errors
    /// Whenever it did not say clearly what it found.
    pub async fn scan<S, E>(&self, pieces: S) -> Result<Verdict, ScanError>
    where
        S: Stream<Item = Result<Bytes, E>>,
        E: Into<BoxError>,
    {
        self.scan_within(PATIENCE, pieces).await
    }

    /// The same with another patience.
    ///
    /// # Errors
    /// As [`Scanner::scan`].
    pub async fn scan_within<S, E>(&self, patience: Duration, pieces: S) -> Result<Verdict, ScanError>
    where
        S: Stream<Item = Result<Bytes, E>>,
        E: Into<BoxError>,
    {
        let scan = async {
            match self {
                Self::None => Ok(Verdict::NotScanned),
                Self::Command(arguments) => command(arguments, pieces).await,
                Self::Clamd(Clamd::Tcp(address)) => clamd(TcpStream::connect(address).await?, pieces).await,
                #[cfg(unix)]
                Self::Clamd(Clamd::Socket(path)) => clamd(tokio::net::UnixStream::connect(path).await?, pieces).await,
                #[cfg(not(unix))]
                Self::Clamd(Clamd::Socket(_)) => Err(std::io::Error::from(std::io::ErrorKind::Unsupported).into()),
            }
        };
        tokio::time::timeout(patience, scan).await.unwrap_or(Err(ScanError::TooSlow(patience)))
    }
}

impl FromStr for Scanner {
    type Err = String;

    /// `none`, `clamd:/run/clamav/clamd.ctl`, `clamd:127.0.0.1:3310`, or a program with its arguments.
    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        match text.strip_prefix("clamd:") {
            Some(path) if path.starts_with('/') => Ok(Self::Clamd(Clamd::Socket(path.into()))),
            Some(address) => {
                let port = address
                    .rsplit_once(':')
                    .and_then(|(host, port)| port.parse::<u16>().ok().filter(|_| !host.is_empty()));
                port.map(|_| Self::Clamd(Clamd::Tcp(address.to_owned())))
                    .ok_or_else(|| "must be clamd:HOST:PORT or clamd:/PATH/TO/SOCKET".to_owned())
            }
            None if text == "none" => Ok(Self::None),
            None if text.is_empty() => Err("must be none, clamd:… or a program with its arguments".to_owned()),
            None => Ok(Self::Command(text.split_whitespace().map(str::to_owned).collect())),
        }
    }
}

async fn command<S, E>(arguments: &[String], pieces: S) -> Result<Verdict, ScanError>
where
    S: Stream<Item = Result<Bytes, E>>,
    E: Into<BoxError>,
{
    let (program, arguments) =
        arguments.split_first().ok_or_else(|| ScanError::CannotTell("no program is named".to_owned()))?;
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
    // It needs to be found, and nothing else of what we know.
    command.env_clear().envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
    let mut child = command.spawn()?;
    let (Some(mut stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(std::io::Error::other("its standard input and output are not ours").into());
    };
    let feed = async move {
        let mut pieces = std::pin::pin!(pieces);
        while let Some(piece) = pieces.next().await {
            let piece = piece.map_err(|error| ScanError::Source(error.into()))?;
            // Who has seen enough may stop reading; the exit code tells.
            if stdin.write_all(&piece).await.is_err() {
                break;
            }
        }
        Ok(())
    };
    let answer = async move {
        let (mut answer, mut rest) = (Vec::new(), stdout);
        (&mut rest).take(ANSWER_BYTES_MAX).read_to_end(&mut answer).await?;
        // Whoever prints more must not wait for us.
        tokio::io::copy(&mut rest, &mut tokio::io::sink()).await?;
        Ok::<_, ScanError>(answer)
    };
    let ((), answer) = tokio::try_join!(feed, answer)?;
    let status = child.wait().await?;
    match status.code() {
        Some(0) => Ok(Verdict::Clean),
        Some(1) => Ok(Verdict::Found(finding(&String::from_utf8_lossy(&answer)))),
        _ => Err(ScanError::CannotTell(format!("{program} ended with {status}"))),
    }
}

async fn clamd<C, S, E>(mut connection: C, pieces: S) -> Result<Verdict, ScanError>
where
    C: AsyncRead + AsyncWrite + Unpin,
    S: Stream<Item = Result<Bytes, E>>,
    E: Into<BoxError>,
{
    let mut pieces = std::pin::pin!(pieces);
    connection.write_all(b"zINSTREAM\0").await?;
    let mut sent = Ok(());
    'file: while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|error| ScanError::Source(error.into()))?;
        for piece in piece.chunks(PIECE_BYTES) {
            // Where its limit is reached it answers and hangs up, and the answer says why.
            sent = send(&mut connection, piece).await;
            if sent.is_err() {
                break 'file;
            }
        }
    }
    if sent.is_ok() {
        sent = send(&mut connection, b"").await;
    }
    let mut answer = Vec::new();
    let read = connection.take(ANSWER_BYTES_MAX).read_to_end(&mut answer).await;
    let answer = String::from_utf8_lossy(&answer);
    let answer = answer.trim_end_matches(['\0', '\n']);
    let said = answer.strip_prefix("stream: ").unwrap_or(answer);
    match said.strip_suffix(" FOUND") {
        Some(name) => Ok(Verdict::Found(finding(name))),
        None if said == "OK" && sent.is_ok() => Ok(Verdict::Clean),
        None if said.is_empty() => {
            sent.and(read.map(drop))?;
            Err(ScanError::CannotTell("clamd hung up without an answer".to_owned()))
        }
        None => Err(ScanError::CannotTell(format!("clamd says: {}", finding(said)))),
    }
}

/// One chunk of INSTREAM: its length in four bytes, most significant first, and the bytes. None ends the stream.
async fn send(connection: &mut (impl AsyncWrite + Unpin), piece: &[u8]) -> std::io::Result<()> {
    let length = u32::try_from(piece.len()).map_err(std::io::Error::other)?;
    connection.write_all(&length.to_be_bytes()).await?;
    connection.write_all(piece).await?;
    connection.flush().await
}

/// The first line of what a scanner says, as far as it can be shown.
fn finding(said: &str) -> String {
    let line = said.lines().next().unwrap_or_default().trim();
    let line: String = line.chars().filter(|character| !character.is_control()).take(FINDING_CHARACTERS_MAX).collect();
    if line.is_empty() { "something without a name".to_owned() } else { line }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use futures_util::stream;
    use proptest::prelude::*;
    use tokio::io::DuplexStream;

    use super::*;

    fn pieces(bytes: &[u8]) -> impl Stream<Item = Result<Bytes, Infallible>> + use<> {
        let pieces: Vec<_> = bytes.chunks(1000).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
        stream::iter(pieces)
    }

    fn shell(script: &str) -> Scanner {
        Scanner::Command(["/bin/sh", "-c", script].map(str::to_owned).to_vec())
    }

    #[test]
    fn a_scanner_is_named_in_a_word() {
        let parse = |text: &str| text.parse::<Scanner>();
        assert_eq!(parse("none"), Ok(Scanner::None));
        assert_eq!(parse("clamd:/run/clamd.ctl"), Ok(Scanner::Clamd(Clamd::Socket("/run/clamd.ctl".into()))));
        assert_eq!(parse("clamd:[::1]:3310"), Ok(Scanner::Clamd(Clamd::Tcp("[::1]:3310".to_owned()))));
        assert_eq!(
            parse("clamscan  --quiet -"),
            Ok(Scanner::Command(["clamscan", "--quiet", "-"].map(str::to_owned).to_vec()))
        );
        for wrong in ["", " ", "clamd:", "clamd:3310", "clamd:host:port", "clamd::3310"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }

    #[tokio::test]
    async fn nobody_is_no_word_of_clean() {
        assert_eq!(Scanner::None.scan(pieces(b"x")).await.unwrap(), Verdict::NotScanned);
    }

    #[tokio::test]
    async fn a_command_answers_by_its_exit_code() {
        let script = "if grep -q bad; then echo 'Bad.Thing'; echo more; exit 1; fi";
        assert_eq!(shell(script).scan(pieces(b"good")).await.unwrap(), Verdict::Clean);
        assert_eq!(shell(script).scan(pieces(b"a bad one")).await.unwrap(), Verdict::Found("Bad.Thing".to_owned()));
        assert_eq!(
            shell("exit 1").scan(pieces(b"x")).await.unwrap(),
            Verdict::Found("something without a name".to_owned())
        );
        // It need not read all, and may say more than anybody wants to know.
        assert_eq!(shell("exit 0").scan(pieces(&vec![0; 1_000_000])).await.unwrap(), Verdict::Clean);
        assert_eq!(
            shell("yes | head -c 1000000; cat >/dev/null").scan(pieces(&vec![0; 1_000_000])).await.unwrap(),
            Verdict::Clean
        );
        for cannot_tell in ["exit 2", "exit 127", "kill -9 $$"] {
            let told = shell(cannot_tell).scan(pieces(b"x")).await;
            assert!(matches!(told, Err(ScanError::CannotTell(_))), "{cannot_tell}: {told:?}");
        }
        let absent = Scanner::Command(vec!["/nowhere/scanner".to_owned()]).scan(pieces(b"x")).await;
        assert!(matches!(absent, Err(ScanError::Unreachable(_))), "{absent:?}");
        let slow = shell("sleep 60").scan_within(Duration::from_millis(100), pieces(b"x")).await;
        assert!(matches!(slow, Err(ScanError::TooSlow(_))), "{slow:?}");
        let broken = stream::iter([Err::<Bytes, _>(std::io::Error::other("the disk is gone"))]);
        let broken = shell("exit 0").scan(broken).await;
        assert!(matches!(broken, Err(ScanError::Source(_))), "{broken:?}");
        assert_eq!(shell("test -z \"$CARGO\" || exit 2").scan(pieces(b"x")).await.unwrap(), Verdict::Clean);
    }

    /// What is made of a clamd's answer, after it has read to the end.
    async fn answered(answer: &[u8]) -> Result<Verdict, ScanError> {
        let (ours, mut theirs): (DuplexStream, DuplexStream) = tokio::io::duplex(64);
        let clamd = async {
            let mut read = Vec::new();
            while !read.ends_with(&[0, 0, 0, 1, b'x', 0, 0, 0, 0]) {
                read.push(theirs.read_u8().await.unwrap());
            }
            assert!(read.starts_with(b"zINSTREAM\0"));
            theirs.write_all(answer).await.unwrap();
            drop(theirs);
        };
        tokio::join!(super::clamd(ours, pieces(b"x")), clamd).0
    }

    #[tokio::test]
    async fn a_clamd_answers_in_its_words() {
        assert_eq!(answered(b"stream: OK\0").await.unwrap(), Verdict::Clean);
        assert_eq!(answered(b"stream: Eicar FOUND\0").await.unwrap(), Verdict::Found("Eicar".to_owned()));
        for cannot_tell in ["", "stream: ", "stream: OKAY", "INSTREAM size limit exceeded. ERROR", "UNKNOWN COMMAND"] {
            let told = answered(cannot_tell.as_bytes()).await;
            assert!(matches!(told, Err(ScanError::CannotTell(_))), "{cannot_tell}: {told:?}");
        }
        let nobody = Scanner::Clamd(Clamd::Tcp("127.0.0.1:1".to_owned())).scan(pieces(b"x")).await;
        assert!(matches!(nobody, Err(ScanError::Unreachable(_))), "{nobody:?}");
    }

    proptest! {
        #[test]
        fn no_answer_is_clean_but_one(answer in prop::collection::vec(any::<u8>(), 0..40)) {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let told = runtime.block_on(answered(&answer));
            prop_assert!(!matches!(told, Ok(Verdict::Clean)) || answer.starts_with(b"stream: OK") || answer.starts_with(b"OK"));
        }

        #[test]
        fn any_word_for_a_scanner_is_taken_or_refused(text in ".{0,40}") {
            let _ = text.parse::<Scanner>();
        }
    }
}

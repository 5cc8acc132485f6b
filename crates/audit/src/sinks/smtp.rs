//! A small mail server (RFC 5321) that takes every mail and delivers none.

use super::{SMTP, Shelf};
use base64::Engine as _;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// Longest line, in bytes; the standard allows 1000.
const LINE_BYTES_MAX: u64 = 16 * 1024;
/// Longest mail, in bytes.
const MAIL_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Longest conversation.
const TALK_MAX: Duration = Duration::from_secs(120);

/// Takes connections until it is aborted.
pub(super) async fn receive(listener: TcpListener, shelf: Shelf) {
    while let Ok((stream, _)) = listener.accept().await {
        let shelf = shelf.clone();
        // Whoever breaks off has sent nothing.
        tokio::spawn(async move { tokio::time::timeout(TALK_MAX, talk(stream, shelf)).await });
    }
}

async fn talk(mut stream: TcpStream, shelf: Shelf) -> std::io::Result<()> {
    let (read, mut write) = stream.split();
    let mut read = BufReader::new(read);
    write.write_all(b"220 plimsoll takes everything\r\n").await?;
    let mut recipients: Vec<String> = Vec::new();
    loop {
        let Some(line) = line(&mut read).await? else { return Ok(()) };
        let verb = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
        let answer = match verb.as_str() {
            // Without extensions nobody asks for encryption or a password; whoever signs in all the same is let in.
            "AUTH" => "235 2.7.0 welcome",
            "DATA" => {
                write.write_all(b"354 end with a dot\r\n").await?;
                let text = mail(&mut read).await?;
                shelf.put(SMTP, format!("mail to {}", recipients.join(", ")), readable(&text));
                recipients.clear();
                "250 2.0.0 taken"
            }
            "RCPT" => {
                let to = line.split_once(':').map_or("", |(_, to)| to).trim();
                recipients.push(to.split(['<', '>']).find(|part| part.contains('@')).unwrap_or(to).to_owned());
                "250 2.1.5 fine"
            }
            "QUIT" => {
                write.write_all(b"221 2.0.0 bye\r\n").await?;
                return Ok(());
            }
            "EHLO" | "HELO" | "MAIL" | "RSET" | "NOOP" => "250 fine",
            _ => "502 5.5.1 not here",
        };
        write.write_all(format!("{answer}\r\n").as_bytes()).await?;
    }
}

async fn line(read: &mut (impl tokio::io::AsyncBufRead + Unpin)) -> std::io::Result<Option<String>> {
    let mut bytes = Vec::new();
    if read.take(LINE_BYTES_MAX).read_until(b'\n', &mut bytes).await? == 0 {
        return Ok(None);
    }
    Ok(Some(String::from_utf8_lossy(&bytes).trim_end_matches(['\r', '\n']).to_owned()))
}

/// A mail up to the dot that ends it; a dot that was doubled is one (RFC 5321 section 4.5.2).
async fn mail(read: &mut (impl tokio::io::AsyncBufRead + Unpin)) -> std::io::Result<String> {
    let mut text = String::new();
    while let Some(line) = line(read).await? {
        if line == "." {
            break;
        }
        if text.len() < MAIL_BYTES_MAX {
            text.push_str(line.strip_prefix('.').unwrap_or(&line));
            text.push('\n');
        }
    }
    Ok(text)
}

/// A mail with its text unpacked behind it, where it is in base64 or quoted-printable (RFC 2045 sections 6.7 and 6.8): a
/// link in it is to be found.
fn readable(mail: &str) -> String {
    let lower = mail.to_lowercase();
    let mut text = mail.to_owned();
    if lower.contains("quoted-printable") {
        text.push('\n');
        text.push_str(&unquote(mail));
    }
    if lower.contains("base64") {
        for block in mail.split("\n\n") {
            let packed: String = block.lines().take_while(|line| !line.starts_with("--")).collect();
            let bytes = base64::engine::general_purpose::STANDARD.decode(packed.trim());
            if let Ok(bytes) = bytes {
                text.push('\n');
                text.push_str(&String::from_utf8_lossy(&bytes));
            }
        }
    }
    text
}

/// What quoted-printable text says.
fn unquote(text: &str) -> String {
    let joined = text.replace("=\r\n", "").replace("=\n", "");
    let mut pieces = joined.split('=');
    let mut bytes = pieces.next().unwrap_or_default().as_bytes().to_vec();
    for piece in pieces {
        let byte = piece.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match (byte, piece.get(2..)) {
            (Some(byte), Some(rest)) => {
                bytes.push(byte);
                bytes.extend(rest.as_bytes());
            }
            _ => {
                bytes.push(b'=');
                bytes.extend(piece.as_bytes());
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_link_is_found_however_the_mail_is_packed() {
        let quoted = "Content-Transfer-Encoding: quoted-printable\n\nsee http://127.0.0.1:1/al=\nerts?a=3D1 =C3=BC\n";
        assert!(readable(quoted).contains("see http://127.0.0.1:1/alerts?a=1 ü"));
        let packed = "Content-Transfer-Encoding: base64\n\nc2VlIGh0dHA6Ly94\nL2FsZXJ0cw==\n\n--x--\n";
        assert!(readable(packed).contains("see http://x/alerts"));
    }

    proptest! {
        #[test]
        fn any_mail_is_read(text in "(base64|quoted-printable)?[=\n0-9A-Fü -]{0,60}") {
            readable(&text);
        }
    }
}

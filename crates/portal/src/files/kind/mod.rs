//! What a file is, by its first bytes and by its name, which must agree. Programs are not taken.
//!
//! A download is answered with the media type of the kind, never with what somebody claimed, and never with a type that a
//! browser runs. This is a courtesy to people and the first of several lines: downloads are also always attachments, and a
//! scanner may look at all of the bytes.

mod table;

use std::fmt;

use super::name::FileName;
use table::{KINDS, PROGRAM_ENDINGS, PROGRAMS};

/// How many bytes of the head are enough.
pub const HEAD_BYTES: usize = 8 * 1024;

/// A kind of file.
#[derive(Clone, Copy)]
pub struct Kind(&'static Row);

/// A line of the table.
struct Row {
    /// Its word, for storing.
    word: &'static str,
    /// What people call it, with its article.
    name: &'static str,
    /// In lower case.
    endings: &'static [&'static str],
    media_type: &'static str,
    signs: Signs,
}

/// By what a kind's first bytes are known.
enum Signs {
    /// One of these; each is pieces that stand at their places.
    Bytes(&'static [&'static [(usize, &'static [u8])]]),
    /// A ZIP archive, with one of these in its first entries. None means any.
    Zip(&'static [&'static str]),
    /// Readable text.
    Text,
    /// Anything at all.
    Any,
}

/// Why a file is not taken: what it is, as the end of a sentence that begins with its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mistyped {
    /// It would run.
    Program(&'static str),
    /// Its name says one thing and its bytes another: the ending, and what the bytes are if that is known.
    Contradiction(String, Option<&'static str>),
    /// A picture, a sound or a film that holds a web page: what it is called.
    WebPage(&'static str),
}

impl fmt::Display for Mistyped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Program(what) => write!(f, "is {what}, and programs are not taken; put it into a ZIP archive"),
            Self::Contradiction(ending, Some(found)) => write!(f, "is called .{ending}, and is {found}"),
            Self::Contradiction(ending, None) => {
                write!(f, "is called .{ending}, and does not begin as such a file does")
            }
            Self::WebPage(what) => write!(f, "is {what} with a web page in it"),
        }
    }
}

impl fmt::Debug for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Kind({})", self.word())
    }
}

impl PartialEq for Kind {
    fn eq(&self, other: &Self) -> bool {
        self.word() == other.word()
    }
}

impl Eq for Kind {}

impl Kind {
    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> {
        KINDS.iter().map(Self)
    }

    /// The word for it: `pdf`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        self.0.word
    }

    /// Back from the word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::all().find(|kind| kind.word() == word)
    }

    /// What people call it, with its article: `a PDF document`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.0.name
    }

    /// The media type to answer a download with. Nothing that a browser would run.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        self.0.media_type
    }

    /// The first kind with this media type.
    #[must_use]
    pub fn of_media_type(media_type: &str) -> Option<Self> {
        Self::all().find(|kind| kind.media_type() == media_type)
    }

    /// Whether a preview can be made of it.
    #[must_use]
    pub fn has_preview(self) -> bool {
        matches!(self.word(), "pdf" | "png" | "jpeg" | "gif" | "webp")
    }

    /// Whether a browser shows or plays it.
    fn is_medium(self) -> bool {
        ["image/", "audio/", "video/"].iter().any(|of| self.media_type().starts_with(of))
    }

    fn begins(self, head: &[u8]) -> bool {
        match &self.0.signs {
            Signs::Bytes(any) => any.iter().any(|pieces| stands(head, pieces)),
            Signs::Zip(entries) => {
                is_zip(head) && (entries.is_empty() || entries.iter().any(|entry| find(head, entry.as_bytes())))
            }
            Signs::Text => is_text(head),
            Signs::Any => true,
        }
    }
}

/// What a file is. `head` is its first [`HEAD_BYTES`], or all of it.
///
/// # Errors
/// When it is a program, or is not what its name says.
pub fn recognise(head: &[u8], name: &FileName) -> Result<Kind, Mistyped> {
    let head = &head[..head.len().min(HEAD_BYTES)];
    let ending = name.ending();
    if PROGRAM_ENDINGS.contains(&ending.as_str()) {
        return Err(Mistyped::Program("called as a program"));
    }
    // Two letters make no program of a text.
    let text = is_text(head);
    if let Some((what, _)) = PROGRAMS.iter().find(|(_, pieces)| !text && stands(head, pieces)) {
        return Err(Mistyped::Program(what));
    }
    if without_mark(head).starts_with(b"#!") {
        return Err(Mistyped::Program("a script"));
    }
    if is_zip(head) && find(head, b"META-INF/MANIFEST.MF") {
        return Err(Mistyped::Program("a program for Java or Android"));
    }
    // What the bytes are, if they are of a kind that bytes tell.
    let binary = Kind::all().find(|kind| matches!(kind.0.signs, Signs::Bytes(_) | Signs::Zip(_)) && kind.begins(head));
    let named = Kind::all().find(|kind| kind.0.endings.contains(&ending.as_str()));
    let kind = match (named, binary) {
        // A text that begins with the letters of some signature is still a text.
        (Some(named), _) if named.begins(head) => named,
        (Some(_), binary) => return Err(Mistyped::Contradiction(ending, binary.map(Kind::name))),
        (None, Some(binary)) if !text => binary,
        (None, _) => unknown(head),
    };
    if kind.is_medium()
        && [b"<script".as_slice(), b"<html", b"<!doctype html", b"<iframe"].iter().any(|tag| holds(head, tag))
    {
        return Err(Mistyped::WebPage(kind.name()));
    }
    Ok(kind)
}

/// The kind of what nothing is known of but whether it can be read. A web page without a name for it stays bytes.
fn unknown(head: &[u8]) -> Kind {
    let text = is_text(head) && !head.is_empty() && !without_mark(head).trim_ascii_start().starts_with(b"<");
    let word = if text { "text" } else { "bytes" };
    Kind(KINDS.iter().find(|row| row.word == word).unwrap_or(&KINDS[KINDS.len() - 1]))
}

fn stands(head: &[u8], pieces: &[(usize, &[u8])]) -> bool {
    pieces.iter().all(|(at, bytes)| head.get(*at..).is_some_and(|rest| rest.starts_with(bytes)))
}

fn is_zip(head: &[u8]) -> bool {
    head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06")
}

fn find(head: &[u8], bytes: &[u8]) -> bool {
    head.windows(bytes.len()).any(|window| window == bytes)
}

/// Whether the head holds this tag, in whatever case.
fn holds(head: &[u8], tag: &[u8]) -> bool {
    head.windows(tag.len()).any(|window| window.eq_ignore_ascii_case(tag))
}

/// The head without a byte order mark of UTF-8.
fn without_mark(head: &[u8]) -> &[u8] {
    head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head)
}

/// Whether it can be text: in UTF-16 with its mark, or in whatever encoding without the bytes that no text holds
/// (WHATWG: MIME Sniffing, section 3, "binary data byte").
fn is_text(head: &[u8]) -> bool {
    let utf16 = head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff");
    utf16 || !head.iter().any(|byte| matches!(byte, 0..=8 | 0x0b | 0x0e..=0x1a | 0x1c..=0x1f))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn look(name: &str, head: &[u8]) -> Result<Kind, String> {
        recognise(head, &FileName::try_from(name.to_owned()).unwrap()).map_err(|why| why.to_string())
    }

    /// The first local header of a ZIP archive, with an entry of this name.
    fn zip(name: &str, content: &[u8]) -> Vec<u8> {
        let length = u16::try_from(name.len()).unwrap().to_le_bytes();
        [
            b"PK\x03\x04\x14\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0".as_slice(),
            &length,
            b"\0\0",
            name.as_bytes(),
            content,
        ]
        .concat()
    }

    #[test]
    fn what_agrees_is_taken() {
        let docx = zip("[Content_Types].xml", &zip("word/document.xml", b""));
        let odt = zip("mimetype", b"application/vnd.oasis.opendocument.text");
        let heads: [(&str, &[u8], &str); 18] = [
            ("Plan.PDF", b"%PDF-1.7\n", "pdf"),
            ("a.jpeg", b"\xff\xd8\xff\xe0\0\x10JFIF", "jpeg"),
            ("a.webp", b"RIFF\x24\0\0\0WEBPVP8 ", "webp"),
            ("a.docx", &docx, "docx"),
            ("a.odt", &odt, "odt"),
            ("a.zip", &docx, "zip"),
            ("a.ai", b"%PDF-1.5", "ai"),
            ("a.mov", b"\0\0\0\x20ftypmp42", "mov"),
            ("a.txt", "Grüße".as_bytes(), "text"),
            ("a.txt", b"Gr\xfc\xdfe in Latin-1", "text"),
            ("a.txt", b"\xff\xfeG\0r\0", "text"),
            ("a.txt", b"", "text"),
            ("BMW.csv", b"BM;W", "csv"),
            ("page.html", b"<!doctype html>", "html"),
            ("README", b"Read me", "text"),
            ("MZ", b"MZ is two letters", "text"),
            ("answer", b"true", "text"),
            ("contract.final", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\x01", "pdf"),
        ];
        for (name, head, kind) in heads {
            assert_eq!(look(name, head).unwrap().word(), kind, "{name}");
        }
    }

    #[test]
    fn what_contradicts_itself_is_not() {
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
        assert_eq!(look("a.pdf", png).unwrap_err(), "is called .pdf, and is a PNG picture");
        assert_eq!(look("a.txt", png).unwrap_err(), "is called .txt, and is a PNG picture");
        assert_eq!(look("a.docx", &zip("x", b"")).unwrap_err(), "is called .docx, and is a ZIP archive");
        assert_eq!(look("a.pdf", b"").unwrap_err(), "is called .pdf, and does not begin as such a file does");
        assert_eq!(look("a.png", b"<html>").unwrap_err(), "is called .png, and does not begin as such a file does");
        assert_eq!(look("a.csv", b"a;b\0").unwrap_err(), "is called .csv, and does not begin as such a file does");
    }

    #[test]
    fn programs_are_not() {
        let heads: [(&str, &[u8]); 14] = [
            ("a.pdf", b"MZ\x90\0"),
            ("a", b"\x7fELF\x02"),
            ("a.txt", b"#!/bin/sh\nrm"),
            ("a.txt", b"\xef\xbb\xbf#!/bin/sh"),
            ("a.png", b"\xcf\xfa\xed\xfe\x07"),
            ("a.zip", &zip("META-INF/MANIFEST.MF", b"")),
            ("a.js", b"alert(1)"),
            ("invoice.pdf.exe", b"%PDF-1.7"),
            ("a.BAT", b"echo"),
            ("a.cmd", b""),
            ("a.ps1", b""),
            ("a.vbs", b""),
            ("a.lnk", b"L\0\0\0\x01\x14\x02\0"),
            ("a.scr", b""),
        ];
        for (name, head) in heads {
            assert!(look(name, head).unwrap_err().contains("programs are not taken"), "{name}");
        }
    }

    #[test]
    fn a_web_page_in_a_picture_is_seen() {
        let gif = b"GIF89a/*<HTML><ScRiPt>alert(1)</script>*/";
        assert_eq!(look("a.gif", gif).unwrap_err(), "is a GIF picture with a web page in it");
        assert_eq!(look("nothing", b" <script>alert(1)</script>").unwrap().media_type(), "application/octet-stream");
    }

    #[test]
    fn no_kind_is_given_out_as_something_that_runs() {
        for kind in Kind::all() {
            let media_type = kind.media_type();
            let (of, what) = media_type.split_once('/').unwrap();
            for runs in ["html", "svg", "xml", "script", "css", "wasm", "x-shockwave"] {
                // Office documents have `openxml` in their name; a browser takes `xml` and `+xml` only.
                assert!(media_type.contains("openxml") || !what.contains(runs), "{media_type}");
            }
            assert!(["application", "image", "audio", "video", "font", "text"].contains(&of));
            assert_eq!(Kind::from_word(kind.word()), Some(kind));
            assert!(!kind.has_preview() || Kind::of_media_type(media_type) == Some(kind));
            assert!(kind.0.endings.iter().all(|ending| !PROGRAM_ENDINGS.contains(ending)), "{kind:?}");
        }
        let mut endings: Vec<_> = KINDS.iter().flat_map(|row| row.endings).collect();
        endings.sort_unstable();
        assert!(endings.windows(2).all(|pair| pair[0] != pair[1]), "an ending means one kind: {endings:?}");
    }

    proptest! {
        #[test]
        fn any_head_is_taken_or_refused(
            head in prop::collection::vec(any::<u8>(), 0..300),
            ending in prop::sample::select(Kind::all().flat_map(|kind| kind.0.endings.iter().copied()).collect::<Vec<_>>()),
        ) {
            let _ = look(&format!("a.{ending}"), &head);
            let _ = look("a", &head);
        }
    }
}

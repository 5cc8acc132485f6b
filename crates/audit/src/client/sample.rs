//! Small files that are what they say they are, with a text in them: for services that look at what they are sent.
//!
//! The text stands in the clear inside each kind, so that whoever is given the file is known by it.

use aho_corasick::AhoCorasickBuilder;

/// A file of its kind.
pub(super) struct File {
    /// What it is called: by what is in it, for services list files by their names.
    pub(super) name: String,
    /// What it is (RFC 6838).
    pub(super) media_type: &'static str,
    /// What is in it.
    pub(super) bytes: Vec<u8>,
}

/// A way to make the bytes of a file that holds a word of plain letters.
type Make = fn(&str) -> Vec<u8>;

/// The kinds that can be made, by the end of a name; what has no such end is plain text.
const KINDS: [(&str, &str, Make); 2] = [(".pdf", "application/pdf", pdf), (".png", "image/png", png)];

/// The ends of the names of all that is made.
const ENDS: [&str; 3] = [".txt", ".pdf", ".png"];

impl File {
    /// The file that a text stands for: `plim1234.pdf` is a paper with that word on it, `plim1234` that word alone.
    pub(super) fn of(text: &str) -> Self {
        let made = KINDS
            .into_iter()
            .find_map(|(end, media_type, make)| Some((text.strip_suffix(end)?, end, media_type, make)));
        let (stem, end) = made.map_or((text, ".txt"), |(stem, end, ..)| (stem, end));
        let stem: String = stem.chars().take(60).map(plain_letter).collect();
        let stem = if stem.trim_matches('-').is_empty() { "plimsoll" } else { stem.trim_matches('-') };
        let name = format!("{stem}{end}");
        match made {
            Some((_, _, media_type, make)) => Self { name, media_type, bytes: make(stem) },
            None => Self { name, media_type: "text/plain", bytes: text.as_bytes().to_vec() },
        }
    }
}

/// Whether a text stands somewhere in the bytes, and everywhere as the name of the file that it stands for: then what is in
/// the file is not there.
pub(crate) fn is_only_a_name(text: &str, bytes: &[u8]) -> bool {
    let Ok(finder) = AhoCorasickBuilder::new().ascii_case_insensitive(true).build([text]) else { return false };
    let is_name = |at: usize| ENDS.iter().any(|end| bytes[at..].starts_with(end.as_bytes()));
    let mut found = finder.find_iter(bytes).peekable();
    found.peek().is_some() && found.all(|one| is_name(one.end()))
}

fn plain_letter(letter: char) -> char {
    if letter.is_ascii_alphanumeric() { letter } else { '-' }
}

/// One page with the word on it (ISO 32000-1), nothing compressed.
fn pdf(text: &str) -> Vec<u8> {
    let drawn = format!("BT /F1 12 Tf 20 60 Td ({text}) Tj ET");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 240 120] /Contents 4 0 R \
         /Resources << /Font << /F1 5 0 R >> >> >>"
            .to_owned(),
        format!("<< /Length {} >>\nstream\n{drawn}\nendstream", drawn.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
    ];
    let mut file = "%PDF-1.4\n".to_owned();
    let mut places = String::new();
    for (at, object) in objects.iter().enumerate() {
        places.push_str(&format!("{:010} 00000 n \n", file.len()));
        file.push_str(&format!("{} 0 obj\n{object}\nendobj\n", at + 1));
    }
    let (table, count) = (file.len(), objects.len() + 1);
    file.push_str(&format!("xref\n0 {count}\n0000000000 65535 f \n{places}"));
    file.push_str(&format!("trailer\n<< /Size {count} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n"));
    file.into_bytes()
}

/// One white point with the word as its comment (PNG, ISO/IEC 15948).
fn png(text: &str) -> Vec<u8> {
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    // One by one point, eight bits of grey, no interlace.
    chunk(&mut file, b"IHDR", b"\0\0\0\x01\0\0\0\x01\x08\0\0\0\0");
    chunk(&mut file, b"tEXt", format!("Comment\0{text}").as_bytes());
    // A zlib stream (RFC 1950) of one stored block (RFC 1951): no filter, white; and its Adler-32.
    chunk(&mut file, b"IDAT", b"\x78\x01\x01\x02\0\xfd\xff\0\xff\x01\x01\x01\0");
    chunk(&mut file, b"IEND", b"");
    file
}

/// A chunk: length, kind, content, and the checksum of the last two.
fn chunk(file: &mut Vec<u8>, kind: &[u8; 4], content: &[u8]) {
    file.extend(u32::try_from(content.len()).unwrap_or(0).to_be_bytes());
    let start = file.len();
    file.extend(kind);
    file.extend(content);
    let sum = crc32(&file[start..]);
    file.extend(sum.to_be_bytes());
}

/// CRC-32 as PNG wants it (ISO/IEC 15948 annex D), bit by bit.
fn crc32(bytes: &[u8]) -> u32 {
    let step = |sum: u32, _| if sum & 1 == 1 { (sum >> 1) ^ 0xedb8_8320 } else { sum >> 1 };
    !bytes.iter().fold(u32::MAX, |sum, byte| (0..8).fold(sum ^ u32::from(*byte), step))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn each_file_is_what_its_name_says() {
        let paper = File::of("plimabcd10001.pdf");
        assert_eq!((paper.name.as_str(), paper.media_type), ("plimabcd10001.pdf", "application/pdf"));
        let text = String::from_utf8(paper.bytes).unwrap();
        assert!(text.starts_with("%PDF-1.4\n") && text.contains("(plimabcd10001) Tj"), "{text}");
        let table: usize = text.lines().rev().nth(1).unwrap().parse().unwrap();
        assert!(text[table..].starts_with("xref\n0 6\n"), "the table stands where the end says");
        let picture = File::of("plimabcd10001.png");
        assert!(picture.bytes.starts_with(b"\x89PNG"));
        assert!(picture.bytes.windows(13).any(|part| part == b"plimabcd10001"));
        assert!(picture.bytes.ends_with(b"IEND\xae\x42\x60\x82"), "the checksum of an empty end is known");
        assert_eq!(File::of("").name, "plimsoll.txt");
    }

    #[test]
    fn a_checksum_is_the_published_one() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
    }

    proptest! {
        #[test]
        fn no_name_breaks_a_header(text in ".*") {
            let file = File::of(&text);
            prop_assert!(file.name.chars().all(|letter| letter.is_ascii_alphanumeric() || "-.".contains(letter)));
        }
    }

    #[test]
    fn a_name_is_not_what_is_in_a_file() {
        for text in ["plim1234", "plim1234.pdf", "plim1234.png"] {
            let file = File::of(text);
            assert!(!is_only_a_name("plim1234", &file.bytes), "{text}");
            assert!(is_only_a_name("plim1234", format!("{{\"name\":\"{}\"}}", file.name).as_bytes()), "{text}");
        }
        assert!(!is_only_a_name("plim1234", b"nothing of it"));
    }
}

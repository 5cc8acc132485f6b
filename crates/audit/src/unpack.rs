//! What lies inside archives and compressed bytes, bounded: an archive that unpacks without end fills no memory.

use std::io::{Cursor, Read};

/// Most bytes that are unpacked of one piece.
const PIECE_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// Most entries that are read of one archive.
const ENTRIES_MAX: usize = 2000;
/// How deep archives may lie in archives.
const DEPTH_MAX: u32 = 3;

/// What `gzip` packed (RFC 1952), where it is that.
pub fn gunzip(bytes: &[u8]) -> Option<Vec<u8>> {
    read(flate2::read::MultiGzDecoder::new(bytes))
}

/// What `deflate` packed, with the frame of zlib (RFC 1950) or without.
pub fn inflate(bytes: &[u8]) -> Option<Vec<u8>> {
    read(flate2::read::ZlibDecoder::new(bytes)).or_else(|| read(flate2::read::DeflateDecoder::new(bytes)))
}

fn read(from: impl Read) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    from.take(PIECE_BYTES_MAX).read_to_end(&mut out).ok()?;
    Some(out)
}

/// The entries of a ZIP archive by name; nothing where it is none.
pub fn unzip(bytes: &[u8]) -> Option<Vec<(String, Vec<u8>)>> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).ok()?;
    let mut entries = Vec::new();
    for at in 0..archive.len().min(ENTRIES_MAX) {
        // What is encrypted, or packed in a way that is not known, stands as an empty entry.
        let Ok(entry) = archive.by_index(at) else { continue };
        let Ok(name) = entry.name().map(std::borrow::Cow::into_owned) else { continue };
        entries.push((name, read(entry).unwrap_or_default()));
    }
    Some(entries)
}

/// The piece itself and everything that can be unpacked from it, each with a name.
pub fn all(name: &str, bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    unpack(name, bytes.to_vec(), 0, &mut found);
    found
}

fn unpack(name: &str, bytes: Vec<u8>, depth: u32, found: &mut Vec<(String, Vec<u8>)>) {
    if depth < DEPTH_MAX {
        if bytes.starts_with(&[0x1f, 0x8b])
            && let Some(inside) = gunzip(&bytes)
        {
            unpack(&format!("{name} unpacked"), inside, depth + 1, found);
        } else if bytes.starts_with(b"PK\x03\x04")
            && let Some(entries) = unzip(&bytes)
        {
            for (entry, inside) in entries {
                unpack(&format!("{name}: {entry}"), inside, depth + 1, found);
            }
        }
    }
    found.push((name.to_owned(), bytes));
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::Write as _;

    #[test]
    fn an_archive_in_a_compressed_piece_is_seen() {
        let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
        archive.start_file("a/b.json", zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(b"[1]").unwrap();
        let archive = archive.finish().unwrap().into_inner();
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(&archive).unwrap();
        let found = all("x", &packed.finish().unwrap());
        assert!(found.iter().any(|(name, bytes)| name == "x unpacked: a/b.json" && bytes == b"[1]"), "{found:?}");
    }

    proptest! {
        #[test]
        fn any_bytes_are_read(mut bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            all("x", &bytes);
            for magic in [&b"PK\x03\x04"[..], &[0x1f, 0x8b, 8]] {
                bytes.splice(0..0, magic.iter().copied());
                all("x", &bytes);
            }
            inflate(&bytes);
        }
    }
}

//! Copies of a backup with one damage each, and what restoring them says.

use super::{files, run, text};
use crate::walk::World;
use serde::{Deserialize, Serialize};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

/// What is done to the biggest file of the backup.
type Damage = fn(&Path) -> std::io::Result<()>;
/// Each of them.
const DAMAGES: [(&str, Damage); 3] =
    [("one byte in the middle is changed", flip), ("the second half is cut off", halve), ("it is empty", empty)];

/// What restoring a damaged copy came to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::checks::operations) struct Damaged {
    /// What was done to it: `one byte in the middle of data.bin is changed`.
    pub how: String,
    /// Why it was not tried.
    pub untried: Option<String>,
    /// It was restored, and the command ended well.
    pub well: bool,
    /// What the command said last.
    pub words: String,
}

/// Restores one damaged copy after the other, each into a place of its own.
pub(super) async fn each(world: &World<'_>, restore: &str, backup: &Path, scratch: &Path) -> Vec<Damaged> {
    let mut all = Vec::new();
    for (number, (how, damage)) in DAMAGES.into_iter().enumerate() {
        let copy = scratch.join(format!("damaged{number}"));
        let mut seen = Damaged { how: how.to_owned(), ..Damaged::default() };
        let done = copy_of(backup, &copy).and_then(|()| {
            let biggest =
                files(&copy).into_iter().max_by_key(|file| std::fs::metadata(file).map_or(0, |file| file.len()));
            let biggest = biggest.ok_or_else(|| std::io::Error::other("it holds no file"))?;
            damage(&biggest)
        });
        if let Err(error) = done {
            seen.untried = Some(error.to_string());
        } else {
            let place = scratch.join(format!("restored{number}"));
            match run(world, restore, &[("backup", text(&copy)), ("scratch", text(&place))]).await {
                Ok(ended) => {
                    seen.well = ended.well;
                    seen.words = if ended.text().trim().is_empty() { String::new() } else { ended.last_words() };
                }
                Err(why) => seen.untried = Some(why),
            }
        }
        all.push(seen);
    }
    all
}

fn copy_of(from: &Path, to: &Path) -> std::io::Result<()> {
    if from.is_file() {
        return std::fs::copy(from, to).map(drop);
    }
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        copy_of(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}

fn flip(file: &Path) -> std::io::Result<()> {
    let mut file = std::fs::File::options().read(true).write(true).open(file)?;
    let middle = file.metadata()?.len() / 2;
    let mut byte = [0];
    file.seek(SeekFrom::Start(middle))?;
    file.read_exact(&mut byte)?;
    file.seek(SeekFrom::Start(middle))?;
    file.write_all(&[byte[0] ^ 0x55])
}

fn halve(file: &Path) -> std::io::Result<()> {
    let file = std::fs::File::options().write(true).open(file)?;
    file.set_len(file.metadata()?.len() / 2)
}

fn empty(file: &Path) -> std::io::Result<()> {
    std::fs::File::options().write(true).open(file)?.set_len(0)
}

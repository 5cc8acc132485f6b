//! From the file's text to a [`Manifest`].

use std::path::Path;

use super::Manifest;
use crate::error::{Result, Trouble};

impl Manifest {
    /// Reads the file.
    pub fn load(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| Trouble::new(path.display().to_string(), error.to_string()))?;
        Self::parse(&text, path)
    }

    /// Reads the text of a file.
    pub fn parse(_text: &str, path: &Path) -> Result<Self> {
        Err(Trouble::new(path.display().to_string(), "reading comes in the next commit"))
    }
}

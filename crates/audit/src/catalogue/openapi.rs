//! OpenAPI documents.

use super::Catalogue;
use crate::error::{Result, Trouble};

/// Reads a document: JSON or YAML. `place` names it in errors.
pub fn read(_bytes: &[u8], place: &str) -> Result<Catalogue> {
    Err(Trouble::new(place, "reading comes in the next commit"))
}

//! An input or an output with nothing in it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An empty object. A field that is sent all the same is refused by name.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

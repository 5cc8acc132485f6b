//! What an organisation looks like: its name, a colour, a picture, and as whom it writes.

mod colour;
mod logo;
mod set;

use door::Recorded;
use door::store::{Result, Row};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use colour::Colour;
pub use logo::{LogoShown, RemoveLogo, SetLogo, ShowLogo};
pub use set::SetLook;

/// The table of pictures.
pub const LOGO: Recorded = Recorded { table: "organisation_logo", entity: 100 };

/// The largest picture, in bytes.
pub const LOGO_BYTES_MAX: usize = 256 * 1024;

/// What an organisation looks like.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct Look {
    /// The colour of buttons and links; none where it is the portal's own.
    pub accent: Option<Colour>,
    /// The name that letters come from; none where it is the organisation's.
    pub sender: Option<String>,
    /// Where answers to its letters go; none where nobody reads them.
    pub reply_to: Option<String>,
    /// The picture's SHA-256 in hexadecimal, where there is one.
    pub logo: Option<String>,
}

impl Look {
    /// From a row with the columns `accent`, `sender` and `reply_to` of an organisation, and `logo`, its picture's SHA-256.
    ///
    /// # Errors
    /// As the store says.
    pub fn read(row: &Row) -> Result<Self> {
        Ok(Self { logo: logo(row)?, ..Self::written(row)? })
    }

    /// The same as far as letters go: without the picture.
    ///
    /// # Errors
    /// As the store says.
    pub fn written(row: &Row) -> Result<Self> {
        Ok(Self { accent: accent(row)?, sender: row.get("sender")?, reply_to: row.get("reply_to")?, logo: None })
    }

    /// The same as far as pages go: without what only letters say.
    ///
    /// # Errors
    /// As the store says.
    pub fn seen(row: &Row) -> Result<Self> {
        Ok(Self { accent: accent(row)?, logo: logo(row)?, ..Self::default() })
    }
}

/// A colour that cannot be read is none: pages are shown all the same.
fn accent(row: &Row) -> Result<Option<Colour>> {
    Ok(row.get::<Option<String>>("accent")?.and_then(|text| text.parse().ok()))
}

fn logo(row: &Row) -> Result<Option<String>> {
    Ok(row.get::<Option<Vec<u8>>>("logo")?.map(hex::encode))
}

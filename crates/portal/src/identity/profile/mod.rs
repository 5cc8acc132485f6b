//! What one is called, and where one gets mail.

mod mail_ask;
mod mail_confirm;
mod name_set;

pub use mail_ask::AskMail;
pub use mail_confirm::ConfirmMail;
pub use name_set::SetName;

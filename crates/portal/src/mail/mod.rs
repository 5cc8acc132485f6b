//! Mail to people: a letter is written down in the transaction of the action that causes it, sealed, and sent afterwards by
//! [`Send`], again and again until it is received or pointless. Nothing of it is left in the database then.
//!
//! It goes by SMTP where a server is named; else it lies in a folder, and in a demo on a page.

mod letter;
mod letters;
mod list;
mod outbox;
mod owners;
pub mod pages;
mod post;
mod send;
mod smtp;

pub use letter::{Letter, Link, Off, Section};
pub(crate) use letters::{
    EndingTold, Invited, News, Reader, ending, invitation, mail_link, password_link, sign_in_link, tell,
};
pub use list::{LetterShown, List, Shown};
pub(crate) use outbox::{KEPT_SECONDS, place_name, row};
pub use outbox::{Kind, Queued, queue};
pub(crate) use owners::{OwnersNews, tell_owners};
pub use post::Post;
pub use send::Send;
pub(crate) use smtp::{MAIL_HINT, Smtp};

//! What every page shares: the frame round it, the forms, the words and the clock.
//!
//! A page is a struct of plain data with a template beside it, in the folder of its
//! noun. Pages know nothing of the database or of the door: a wire builds the
//! [`Page`], a noun fills the rest, and rendering cannot fail for any reason that a
//! user could cause.

pub mod assets;
mod browser;
mod confirm;
mod field;
mod form;
mod icon;
mod page;
mod parts;
mod refusal;
mod when;

pub use confirm::{Confirm, StepUp};
pub use field::{Choice, Field};
pub use form::{FieldErrors, Form, Refused};
pub use icon::Icon;
pub use page::{Demo, Face, NavigationItem, Page, Side, Viewer};
pub use parts::{Avatar, Badge, Chip, May, Person};
pub use refusal::{Refusal, RefusalKind, sign_in_again};
pub use when::When;

//! The pages of the record: the audit trail in words, and who may do what.

mod events;
mod matrix;
mod replay;
mod trail;
mod webhooks;
mod words;

pub use events::EventsPage;
pub use matrix::MatrixPage;
pub use replay::ReplayPage;
pub use trail::{Filter, TrailPage};
pub use webhooks::{WebhookCard, WebhooksPage};

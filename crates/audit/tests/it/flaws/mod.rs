//! Plain flaws in services of many styles: each is found, on its action and by its check, and nothing else is said.

mod called;
mod careless;
pub(crate) mod crossing;
mod deeds;
mod dry;
mod files;
mod founders;
mod hidden;
mod homes;
mod nesting;
mod races;
mod record;
mod roles;
mod secrets;
mod sides;
mod spellings;
mod states;
mod styles;
mod surface;
mod uploads;
mod walls;

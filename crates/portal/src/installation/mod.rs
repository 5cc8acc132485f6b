//! The installation itself: its first run, its demo, and how ready it is.

mod demo_fill;
mod maintenance;
mod moved;
pub mod pages;
mod readiness;
mod set_up;

pub use demo_fill::{DemoFilled, FillDemo};
pub use maintenance::{BeginMaintenance, EndMaintenance, Expected, MaintenanceBegun, MaintenanceEnded};
pub use moved::{Move, Moved};
pub use readiness::{Readiness, ReadinessItem, ReadinessShown};
pub use set_up::{SetUp, make_link};

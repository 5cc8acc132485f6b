//! The installation itself: its first run, and how ready it is.

pub mod pages;

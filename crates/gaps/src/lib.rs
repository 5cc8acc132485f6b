//! The gaps.

//! Registers one check.

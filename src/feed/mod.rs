//! The feed protocol, sans-IO.

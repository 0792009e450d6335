//! Elixir-0.

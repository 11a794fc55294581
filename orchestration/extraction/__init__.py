"""Asking Atlas and landing what it answers: per connection, without Dagster and without DuckDB."""

"""Speaks HTTP to the Atlas Administration API and nothing else: no Dagster, no DuckDB."""

"""What the bill means: series go in, rows come out. No Dagster, no DuckDB, no file."""

"""What Dagster materializes: thin; ask, land, load, report counts."""

"""Everything that runs: Dagster assets, checks, jobs and the `atlas-costs` command."""

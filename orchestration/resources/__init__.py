"""Dagster resources over the Atlas client, the warehouse and dbt."""

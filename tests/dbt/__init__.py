"""The warehouse: what dbt makes of raw rows written by hand."""

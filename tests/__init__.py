"""Tests; packages, because a folder called dbt would otherwise hide dbt itself."""

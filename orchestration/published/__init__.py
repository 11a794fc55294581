"""The published warehouse, read."""

"""Insight: tiny bills with answers worked out by hand."""

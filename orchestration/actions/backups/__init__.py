"""Snapshots and restores."""

"""Snapshots and restores of the sandbox's clusters."""

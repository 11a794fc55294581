"""Workspaces: who sees which part of the bill, and a warehouse that contains nothing else."""

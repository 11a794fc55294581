"""Budgets held against what was spent and what is expected: plans and costs in, rows out."""

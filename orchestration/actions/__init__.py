"""What this product may do in Atlas: plan first, act only when told, record everything.

No Dagster and no DuckDB here: the launchpad, the command line, schedules and assistants all run
the same actions.
"""

"""A refresh without Dagster: what is read, what that changed, and what is told to readers."""

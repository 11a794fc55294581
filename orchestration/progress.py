"""What a person at a terminal sees of a run: our own messages, one plain line each.

The same logger is managed by Dagster (see refresh.DAGSTER_YAML), so its UI shows them too.
"""

import logging

NAME = "atlas_costs"


def to_the_terminal() -> None:
    """Write the messages of the logger `atlas_costs` to standard error."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s  %(message)s", "%H:%M:%S"))
    logger = logging.getLogger(NAME)
    logger.setLevel(logging.INFO)
    logger.handlers = [handler]
    logger.propagate = False

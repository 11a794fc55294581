"""How often Python looks for garbage in processes that make many objects and end soon."""

import gc

# By default every 700 new objects, where dbt's manifest and Dagster's definitions are hundreds of
# thousands that stay: 12% of the CPU seconds of a daily refresh went into looking at them.
OBJECTS, YOUNG, MIDDLE = 100_000, 50, 100


def collect_rarely() -> None:
    """Only cycles wait for it; all else is freed at once, as ever."""
    gc.set_threshold(OBJECTS, YOUNG, MIDDLE)

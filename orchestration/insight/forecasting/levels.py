"""Level shifts: where a resource's history stops to speak for its future."""

from collections.abc import Sequence

import numpy as np

from orchestration.insight.forecasting.calendars import Floats

EXPLAINING = ("tier changed", "nodes changed", "region changed", "paused", "resumed")
RHYTHM_DAYS = 100
RHYTHM_EVENTS = 2
SHORTEST = 3
"""Days of a new level from which its mean is taken."""
PENALTY = 4.0
"""How many times the noise of a day a shift must explain to count as one, per log of days."""


def explained_step(steps: Sequence[tuple[int, str]], origin: int) -> int | None:
    """The day of the last event before `origin` that changed the level for good.

    An event with others of its kind around it is a rhythm (a cluster paused at weekends, or scaled
    every month) that methods must learn, not a step to cut at.
    """
    for position, event in reversed(steps):
        if position > origin or event not in EXPLAINING:
            continue
        alike = [
            at
            for at, other in steps
            if other == event and at <= origin and abs(at - position) <= RHYTHM_DAYS
        ]
        return position if len(alike) <= RHYTHM_EVENTS else None
    return None


def is_deleted(steps: Sequence[tuple[int, str]], history: Floats) -> bool:
    """Whether a resource was deleted, for the first time, and has cost nothing since.

    One that was deleted before and came again may come again.
    """
    past = [(at, event) for at, event in steps if at <= len(history)]
    deletions = [at for at, event in past if event == "deleted"]
    if len(deletions) != 1 or history[deletions[0] + 1 :].any():
        return False
    return not any(event == "created" and at >= deletions[0] for at, event in past)


def on_new_level(history: Floats, step: int) -> Floats:
    """A history whose days before a step are scaled to the level since: shape stays, level goes.

    The day of the step itself is billed at both levels and takes the mean since. A difference that
    the noise of so few days may make is none.
    """
    since = history[step + 1 :]
    before = history[max(step - 28, 0) : step]
    if len(since) < SHORTEST or not before.sum() > 0:
        return history
    noise = 2 * float(before.std()) / len(since) ** 0.5
    if abs(since.mean() - before.mean()) <= noise:
        return history
    whole_weeks = len(since) // 7 * 7 or len(since)
    level = since[-whole_weeks:].mean()
    scaled = history.copy()
    scaled[:step] *= level / before.mean()
    scaled[step] = level
    return scaled


def last_shift(history: Floats) -> int:
    """The first day of the newest level, found by splitting where two means fit best.

    0 if one mean fits as well. Repeated on the newer side until nothing is left to split.
    """
    start = 0
    while len(history) - start >= 2 * SHORTEST:
        split = _best_split(history[start:])
        if split is None:
            return start
        start += split
    return start


def _best_split(values: Floats) -> int | None:
    count = len(values)
    total = values.sum()
    sums = np.cumsum(values)[SHORTEST - 1 : count - SHORTEST]
    sizes = np.arange(SHORTEST, count - SHORTEST + 1)
    gain = sums**2 / sizes + (total - sums) ** 2 / (count - sizes) - total**2 / count
    best = int(np.argmax(gain))
    # successive differences measure noise without counting the shifts themselves
    noise = float(np.median(np.diff(values) ** 2)) / 2 + 1.0
    return int(sizes[best]) if gain[best] > PENALTY * noise * np.log(count) * 2 else None

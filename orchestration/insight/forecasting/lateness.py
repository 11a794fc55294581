"""How much of a day's usage is billed by which age, and what is still to come of the last days."""

from collections.abc import Iterable

import numpy as np

from orchestration.insight.forecasting.calendars import Calendar, Floats
from orchestration.insight.forecasting.parts import LATEST, Part

AGES = LATEST["usage"] + 1
Shares = dict[str, Floats]
"""By service: what share of a day is billed by age, on ordinary days (row 0) and month ends."""


def shares_billed(parts: Iterable[Part], calendar: Calendar, origin: int) -> Shares:
    """Measured on the days that are billed in full; where there is no evidence, all is billed."""
    sums: dict[str, Floats] = {}
    until = max(origin - AGES, 0)
    ends = calendar.ends_month[:until]
    for part in parts:
        days = part.known_by_age[:until]
        both = np.stack([days[~ends].sum(axis=0), days[ends].sum(axis=0)])
        sums[part.key.service] = sums.get(part.key.service, 0) + both
    return {service: _shares(found) for service, found in sums.items()}


def completed(part: Part, shares: Shares, calendar: Calendar, origin: int, delay: int) -> Floats:
    """Days up to `origin` as they will be once all is billed.

    To what is known of a day, the share that is usually still missing at its age is added, of the
    mean of four weeks: an addition, since of a day of which nothing is known yet no factor helps.
    """
    known = part.known(origin, delay)
    usual = float(known[-28 - AGES : -AGES].mean()) if len(known) > AGES else 0.0
    of_service = shares.get(part.key.service)
    if usual <= 0 or of_service is None:
        return known
    for age in range(min(AGES - 1, len(known))):
        kind = int(calendar.ends_month[origin - age])
        missing = 1 - of_service[kind, min(age + delay, AGES - 1)]
        if _goes_on(known, origin - age):
            known[origin - age] += missing * usual
    return known


def _goes_on(known: Floats, position: int) -> bool:
    """Whether anything was billed for the week up to a day: what is gone has nothing to come."""
    return bool(known[max(position - 6, 0) :].any())


def _shares(sums: Floats) -> Floats:
    whole = sums[:, -1:]
    return np.where(whole > 0, np.divide(sums, whole, where=whole > 0, out=np.ones_like(sums)), 1.0)

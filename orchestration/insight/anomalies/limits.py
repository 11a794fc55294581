"""How much is odd: the numbers that were tuned, and what an operator may set."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """When a cost is odd.

    Attributes:
        floor_cents: An incident that costs less more than expected is none.
        floor_share: Nor is one that costs less than this share of a day's whole bill.
        window: A day is compared with that many before it.
        window_of_sparse: A series that is zero on many days has too few others in a window to know
            how far they reach: that is looked up in so many.
        history: Days of an organization before anything is called odd.
        new_level: Days after which a higher level is the usual one.
        settling: Days after a new level began before the next step can be seen: a week and one, for
            jobs that run weekly; a series that is zero on many days needs `history_of_sparse`.
        gap: Days that an incident may pause.
        day_share: A day that costs less than this share of the floor more begins no incident.
        share: Neither does one that costs less than this share more than expected.
        spreads: Nor one within so many robust standard deviations.
        reach: Nor one that is not so many times as far off as the farthest day before it.
        event_days: Days around an event of a resource on which it explains a step.
        large_creation: A new resource costing more than so many times the organization's dearest
            one is not explained by its creation.
        learned: An incident up to so many times one that was expected is expected too.
    """

    floor_cents: int = 2000
    floor_share: float = 0.05
    window: int = 56
    window_of_sparse: int = 182
    history: int = 28
    new_level: int = 28
    settling: int = 8
    history_of_sparse: int = 14
    gap: int = 1
    day_share: float = 0.05
    share: float = 0.15
    spreads: float = 4.0
    reach: float = 1.5
    event_days: int = 2
    large_creation: float = 2.0
    learned: float = 1.5

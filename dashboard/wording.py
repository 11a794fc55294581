"""The choices of a report as a reader sees them."""

from reporting.ranges import AHEAD, RANGES
from reporting.words import OPERATOR_WORDS

_WORDS = {
    **OPERATOR_WORDS,
    "auto": "Automatic", "like_for_like": "Like for like", "same_days": "Same days, as billed now",
    "previous": "Previous period", "last_year": "Same period last year", "none": "Nothing",
    "current": "Current tags", "first_seen": "Tags when billed", "custom": "Custom days",
    "bar": "Stacked bars", "multi_bar": "Bars side by side", "groups": "By group",
    "periods": "By period", "forecast": "Forecast", "events": "Events and notes", **RANGES, **AHEAD,
}  # fmt: skip
_KINDS = {"budget": "Budget", "scenario": "Scenario", "unit_cost": "Unit cost"}


def words(value: str) -> str:
    """A choice in words."""
    kind, colon, name = value.partition(":")
    if colon and kind in _KINDS:
        return f"{_KINDS[kind]}: {name}"
    return _WORDS.get(value, value.capitalize())

"""Filters in words: one chip for each that is in force, with names where the address has ids."""

from collections.abc import Iterable, Mapping

from dashboard import data
from reporting.dimensions import COST_DIMENSIONS, label
from reporting.state import Filter

WORDS = {
    "is": "is", "is_not": "is not", "has": "has value", "contains": "contains",
    "not_contains": "does not contain", "starts": "starts with", "ends": "ends with",
}  # fmt: skip


def names_of(filters: Iterable[Filter]) -> dict[str, str]:
    """What the ids among the values of filters are called; a link names a resource by its id."""
    found: dict[str, str] = {}
    for one in filters:
        dimension = COST_DIMENSIONS.get(one.dimension)
        if dimension and dimension.id_column:
            rows = data.rows(data.names(dimension, one.values))
            found |= {row["id"]: row["label"] for row in rows}
    return found


def text(one: Filter, names: Mapping[str, str]) -> str:
    """One filter in words."""
    prefix = "or: " if one.set_number > 1 else ""
    values = " or ".join(names.get(value, value) for value in one.values)
    return f"{prefix}{label(one.dimension)} {WORDS[one.operator]} {values}"

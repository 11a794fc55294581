"""Names for the chips of filters, where the address has ids."""

from collections.abc import Iterable

from dashboard import data
from reporting import bill
from reporting.dimensions import COST_DIMENSIONS
from reporting.state import Filter


def names_of(filters: Iterable[Filter]) -> dict[str, str]:
    """What the ids among the values of filters are called; a link names a resource by its id."""
    found: dict[str, str] = {}
    for one in filters:
        dimension = COST_DIMENSIONS.get(one.dimension)
        if dimension and dimension.id_column:
            rows = data.rows(bill.names(dimension, one.values))
            found |= {row["id"]: row["label"] for row in rows}
    return found

"""Filters as SQL predicates: names come from the registry, every value is bound."""

from collections.abc import Iterable

from reporting.dimensions import Bind, Dimension
from reporting.state import Filter

_TESTS = {"contains": "contains", "starts": "starts_with", "ends": "ends_with"}


def conditions(filters: Iterable[tuple[Filter, Dimension]], bind: Bind) -> str:
    """All filters as one predicate: a set holds together, and any one set is enough."""
    sets: dict[int, list[str]] = {}
    for one, dimension in filters:
        sets.setdefault(one.set_number, []).append(_condition(one, dimension, bind))
    joined = [" and ".join(each) for each in sets.values()]
    return f"({' or '.join(joined)})" if len(joined) > 1 else "".join(joined)


def _condition(one: Filter, dimension: Dimension, bind: Bind) -> str:
    """One filter; where names repeat, a whole id says the same more exactly."""
    sides = {dimension.label_sql(bind): None}
    if one.operator not in _TESTS:
        sides[dimension.id_sql(bind)] = None
    found = " or ".join(_test(one, side, bind) for side in sides)
    return f"not ({found})" if one.operator == "is_not" else f"({found})"


def _test(one: Filter, side: str, bind: Bind) -> str:
    if one.operator in ("is", "is_not"):
        return f"{side} in {bind(one.values)}"
    name = _TESTS[one.operator]
    return " or ".join(f"{name}(lower({side}), lower({bind(each)}))" for each in one.values)

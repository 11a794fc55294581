"""Filters as SQL predicates: names come from the registry, every value is bound."""

from collections.abc import Iterable

from reporting.dimensions import NONE, Bind, Dimension
from reporting.state import Filter

_TEXT_TESTS = {
    "contains": "contains", "not_contains": "contains", "starts": "starts_with",
    "ends": "ends_with",
}  # fmt: skip
_NEGATED = frozenset({"is_not", "not_contains", "not_flexible"})
_FLEXIBLE = frozenset({"flexible", "not_flexible"})


def conditions(filters: Iterable[tuple[Filter, Dimension]], bind: Bind) -> str:
    """All filters as one predicate: a set holds together, and any one set is enough."""
    sets: dict[int, list[str]] = {}
    for one, dimension in filters:
        sets.setdefault(one.set_number, []).append(_condition(one, dimension, bind))
    joined = [" and ".join(each) for each in sets.values()]
    return f"({' or '.join(joined)})" if len(joined) > 1 else "".join(joined)


def _condition(one: Filter, dimension: Dimension, bind: Bind) -> str:
    """One filter, met by any of its values; with a negated operator by none of them."""
    found = " or ".join(dict.fromkeys(_tests(one, dimension, bind)))
    return f"not ({found})" if one.operator in _NEGATED else f"({found})"


def _tests(one: Filter, dimension: Dimension, bind: Bind) -> list[str]:
    """The tests that one filter is; where names repeat, a whole id says the same more exactly."""
    label = dimension.label_sql(bind)
    if one.operator in _FLEXIBLE:
        sides = (label, dimension.id_sql(bind))
        return [f"{_loose(side)} = {_loose(bind(each))}" for each in one.values for side in sides]
    if name := _TEXT_TESTS.get(one.operator):
        return [f"{name}(lower({label}), lower({bind(each)}))" for each in one.values]
    compared = _columns(one, dimension) or (label, dimension.id_sql(bind))
    whole = [f"{side} in {bind(one.values)}" for side in compared]
    if one.operator != "has" or not dimension.has_values:
        return whole
    return [*whole, f"list_has_any({dimension.values_sql(bind)}, {bind(one.values)})"]


def _columns(one: Filter, dimension: Dimension) -> tuple[str, ...]:
    """The bare columns where they say the same: asking them takes two thirds of the CPU of a scan.

    What stands for nothing has no column, and a negation would leave out where nothing is.
    """
    is_plain = not (dimension.has_values or dimension.label_expression)
    if not is_plain or one.operator in _NEGATED or {NONE, ""} & set(one.values):
        return ()
    return (f"{dimension.column}::varchar", *filter(None, [dimension.id_column]))


def _loose(text: str) -> str:
    """A text without case, spaces, - and _; allocation rules have the same (flexible_text)."""
    return f"regexp_replace(lower({text}), '[ _-]+', '', 'g')"

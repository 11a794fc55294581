"""The cost report of a budget: its conditions as parameters of an address, where they can be."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from orchestration.refreshing.looked_at import FIRST_TAG
from orchestration.rules.budgets import Budget
from orchestration.rules.conditions import TAG
from orchestration.rules.costs import THE_TOTAL, Costs
from reporting.state import Filter

# A test and whether it must fail → what the cost report calls it; it knows no others.
OPERATORS = {
    ("is", False): "is", ("is", True): "is_not", ("contains", False): "contains",
    ("contains", True): "not_contains", ("starts", False): "starts", ("ends", False): "ends",
}  # fmt: skip
MOST_SETS = 99
Set = list[Filter]


class _CannotBeSaidError(Exception):
    """A condition that the cost report has no filter for."""


def report_of(budget: Budget, budgets: Sequence[Budget]) -> str | None:
    """The parameters that show what a budget and its children cover; None where none can."""
    family = list(_family(budget, budgets))
    bases = {each.tags for each in family if each.when}
    charge_types = {name for each in family for name in each.include}
    try:
        sets = [one for each in family for one in _sets(each)]
    except _CannotBeSaidError:
        return None
    if len(bases) > 1 or len(sets) > MOST_SETS:
        return None
    parameters: list[tuple[str, str]] = [("show", "credits")] * ("credit" in charge_types)
    parameters += [("tags", "first_seen")] * ("first_seen" in bases)
    return urlencode([*parameters, *_written(sets)])


def _family(budget: Budget, budgets: Sequence[Budget]) -> Iterator[Budget]:
    if budget.covers is None:
        yield budget
    for each in budgets:
        if each.parent == budget.name:
            yield from _family(each, budgets)


def _sets(costs: Costs) -> Iterator[Set]:
    """Sets of filters of which any is enough; one without a filter is all costs."""
    types = () if set(costs.include) == set(THE_TOTAL) else tuple(costs.include)
    of_types = [Filter("charge_type", "is", types)] if types else []
    rows = list(costs.when.rows(costs.tags)) if costs.when else []
    for number in sorted({row["set_number"] for row in rows}) or [0]:
        found: dict[int, list[Mapping[str, Any]]] = {}
        for row in rows:
            if row["set_number"] == number:
                found.setdefault(row["condition_number"], []).append(row)
        yield [*map(_filter, found.values()), *of_types]


def _filter(rows: Sequence[Mapping[str, Any]]) -> Filter:
    test = rows[0]["operator"], rows[0]["is_negated"]
    if test not in OPERATORS:
        raise _CannotBeSaidError
    name = rows[0]["dimension"].replace(FIRST_TAG, TAG, 1)
    return Filter(name, OPERATORS[test], tuple(row["operand"] for row in rows))


def _written(sets: list[Set]) -> Iterator[tuple[str, str]]:
    if not all(sets):
        return
    for number, one in enumerate(sets, start=1):
        for each in one:
            numbered = Filter(each.dimension, each.operator, each.values, number)
            yield from ((numbered.parameter, value) for value in each.values)

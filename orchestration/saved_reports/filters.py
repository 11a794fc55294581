"""A filter that several saved reports share: what it says is said once, and changes all of them."""

from dataclasses import replace
from typing import Annotated
from urllib.parse import parse_qs, urlencode

from pydantic import AfterValidator

from orchestration.config.rule_file import Strict, Text
from orchestration.saved_reports.names import written_name
from reporting import url_state
from reporting.dimensions import COST_DIMENSIONS
from reporting.state import Filter, merged

# Several values of these widen what is found, so two of them cannot both hold as one condition.
_WIDENING = frozenset({"is", "has", "contains", "starts", "ends", "flexible"})


def _conditions(value: str) -> str:
    asked = parse_qs(value.rpartition("?")[2], keep_blank_values=True)
    filters, problems = url_state.parse_filters(asked, COST_DIMENSIONS)
    if problems or not filters:
        what = problems[0] if problems else "it has no condition such as f.tag.env=prod."
        raise ValueError(f"cannot be used: {what.rstrip('.')}")
    if {one.set_number for one in filters} != {1}:
        raise ValueError("must be one set of conditions, f. and not f2.: all of them hold")
    return urlencode(url_state.filter_params(filters), doseq=True)


class SharedFilter(Strict):
    """Conditions with a name; a report that names them is filtered by them too.

    Attributes:
        name: What a report calls it.
        address: The conditions as in the address of a cost report, such as f.tag.env=prod.
    """

    name: Annotated[Text, AfterValidator(written_name)]
    address: Annotated[str, AfterValidator(_conditions)]

    @property
    def filters(self) -> tuple[Filter, ...]:
        """Its conditions, all of one set."""
        asked = parse_qs(self.address, keep_blank_values=True)
        return url_state.parse_filters(asked, COST_DIMENSIONS)[0]


def combined(own: tuple[Filter, ...], shared: tuple[Filter, ...]) -> tuple[Filter, ...]:
    """The conditions of a report and of a filter, which hold in each set of the report.

    Raises:
        ValueError: both have a condition on the same, which an address cannot say.
    """
    numbers = sorted({one.set_number for one in own}) or [1]
    added = [replace(one, set_number=number) for number in numbers for one in shared]
    taken = {(one.set_number, one.dimension, one.operator) for one in own if one not in added}
    for one in added:
        if one.operator in _WIDENING and (one.set_number, one.dimension, one.operator) in taken:
            raise ValueError(f"both have a condition “{one.parameter}”: leave it to one of them")
    return merged([*own, *added])


def without(filters: tuple[Filter, ...], shared: tuple[Filter, ...]) -> tuple[Filter, ...] | None:
    """What `combined` was made of beside a filter; None where the filter is not in each set."""
    numbers = {one.set_number for one in filters}
    theirs = {replace(one, set_number=number) for number in numbers for one in shared}
    own = tuple(one for one in filters if one not in theirs)
    left = {one.set_number for one in own}
    if not numbers or not theirs <= set(filters) or (left and left != numbers):
        return None
    return own

"""A cost report as its address: reading the query string, and writing it back.

Pure. Whatever the address says, a usable report comes out: what cannot be used is left at its
default and named in one sentence, because an address is typed and shared by people.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar
from urllib.parse import urlencode

from reporting import comparisons, dimensions, overlays
from reporting.dimensions import COST_DIMENSIONS, Dimension
from reporting.ranges import AHEAD, BINS, RANGES
from reporting.state import (
    MAX_GROUPS,
    MAX_TOP,
    OPERATORS,
    SHOWN,
    TABLES,
    Filter,
    ReportState,
    merged,
)

CHARTS = ("bar", "multi_bar", "line", "area", "pie")
MEASURES = ("cost", "usage")
MAX_VALUES = 100
MAX_LENGTH = 500
TAG_BASES = ("current", "first_seen")
_DAYS = re.compile(r"(.+)\.\.(.+)")
_FILTER = re.compile(r"f(\d{0,2})\.(.+)", re.DOTALL)
_PARAMETERS = frozenset({
    "range", "from", "to", "bin", "group", "chart", "measure", "compare", "show", "tags", "top",
    "table", "overlay", "unit",
})  # fmt: skip
T = TypeVar("T")
Params = Mapping[str, Sequence[str]]


@dataclass
class _Reader:
    """Takes values out of a query string and remembers what was wrong with them."""

    params: Params
    problems: list[str] = field(default_factory=list)

    def one(self, name: str, allowed: Iterable[str], default: str) -> str:
        """The value of a parameter that may be given once."""
        values = self.params.get(name, ())
        if not values:
            return default
        choices = tuple(allowed)
        if values[-1] in choices:
            return values[-1]
        return self.refuse(name, values[-1], f"one of {', '.join(choices)}", default)

    def refuse_unknown(self, known: Iterable[str]) -> None:
        """Notes each name that the page does not have: most are slips of the hand."""
        for name in self.params:
            if name not in known and not _FILTER.fullmatch(name):
                self.problems.append(f"“{_short(name)}” is not a parameter of this page.")

    def refuse(self, name: str, value: str, wanted: str, default: T) -> T:
        """Notes a value that cannot be used and hands back the default."""
        self.problems.append(
            f"“{_short(name)}={_short(value)}” is not {wanted}; the page uses its default instead."
        )
        return default


def _reader(params: Params) -> _Reader:
    """A reader of as much of an address as a page takes: an address may come from anybody."""
    reader, given = _Reader({}), 0
    kept: dict[str, list[str]] = {}
    for name, values in params.items():
        for value in values:
            given += 1
            if given > MAX_VALUES:
                continue
            if max(len(name), len(value)) <= MAX_LENGTH:
                kept.setdefault(name, []).append(value)
            else:
                reader.refuse(name, value, f"at most {MAX_LENGTH} characters long", None)
    reader.params = kept
    if given > MAX_VALUES:
        reader.problems.append(
            f"This address has {given:,} parameters; the page reads the first {MAX_VALUES}."
        )
    return reader


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:40]}…"


def parse(params: Params) -> tuple[ReportState, list[str]]:
    """The report an address asks for, and one sentence for each parameter it could not use."""
    reader = _reader(params)
    reader.refuse_unknown(_PARAMETERS)
    start, last = _days(reader)
    state = ReportState(
        range=reader.one("range", (*RANGES, *AHEAD), "this_month"),
        start=start,
        last=last,
        bin=reader.one("bin", BINS, "day"),
        group=_groups(reader),
        chart=reader.one("chart", CHARTS, "bar"),
        measure=reader.one("measure", MEASURES, "cost"),
        compare=_compared(reader),
        show=_shown(reader),
        tags=reader.one("tags", TAG_BASES, "current"),
        top=_top(reader),
        table=reader.one("table", TABLES, "groups"),
        unit=next(iter(reader.params.get("unit", ())), ""),
        overlay=_overlays(reader),
        filters=_filters(reader, COST_DIMENSIONS),
    )
    return state, reader.problems


def parse_filters(
    params: Params, registry: dict[str, Dimension]
) -> tuple[tuple[Filter, ...], list[str]]:
    """The filters of a page that has no other state."""
    reader = _reader(params)
    reader.refuse_unknown(())
    return _filters(reader, registry), reader.problems


def to_params(state: ReportState) -> dict[str, list[str]]:
    """The shortest address that leads back to this report."""
    params = filter_params(state.filters)
    if state.custom_window:
        params |= {"from": [f"{state.start}"], "to": [f"{state.last}"]}
    default = ReportState()
    if state.group != default.group:
        params["group"] = list(state.group or ("none",))
    if state.show:
        params["show"] = list(state.show)
    if state.overlay != default.overlay:
        params["overlay"] = list(state.overlay or ("none",))
    for name in ("range", "bin", "chart", "measure", "compare", "tags", "top", "table", "unit"):
        if (value := getattr(state, name)) != getattr(default, name):
            params[name] = [str(value)]
    return params


def filter_params(filters: Iterable[Filter]) -> dict[str, list[str]]:
    """The filters' part of an address."""
    params: dict[str, list[str]] = {}
    for each in filters:
        params.setdefault(each.parameter, []).extend(each.values)
    return params


def link(state: ReportState) -> str:
    """The address of a report, from the root of the dashboard."""
    return f"/cost-report?{urlencode(to_params(state), doseq=True)}"


def _days(reader: _Reader) -> tuple[date | None, date | None]:
    start, last = (_day(reader, name) for name in ("from", "to"))
    if start and last and start > last:
        return reader.refuse("to", str(last), f"on or after from={start}", (None, None))
    if (start is None) != (last is None) and not reader.problems:
        given, missing = ("from", "to") if start else ("to", "from")
        reader.problems.append(f"“{given}” needs “{missing}” beside it; the page uses its range.")
    return (start, last) if start and last else (None, None)


def _day(reader: _Reader, name: str) -> date | None:
    if not (values := reader.params.get(name)):
        return None
    try:
        day = date.fromisoformat(values[-1])
    except ValueError:
        return reader.refuse(name, values[-1], "a day such as 2026-05-01", None)
    if not 2010 <= day.year <= 2100:
        return reader.refuse(name, values[-1], "a day between 2010 and 2100", None)
    return day


def _compared(reader: _Reader) -> str:
    values = reader.params.get("compare", ())
    if not values or not (days := _DAYS.fullmatch(values[-1])):
        return reader.one("compare", comparisons.NAMES, comparisons.AUTOMATIC)
    found = _Reader({"compare": [days[1]]}), _Reader({"compare": [days[2]]})
    start, last = (_day(each, "compare") for each in found)
    if start and last and start <= last:
        return f"{start}..{last}"
    wanted = "two days in order, such as 2026-05-01..2026-05-31"
    return reader.refuse("compare", values[-1], wanted, comparisons.AUTOMATIC)


def _several(
    reader: _Reader, name: str, known: Callable[[str], object], wanted: str
) -> tuple[str, ...]:
    """The usable values of a parameter that may be repeated, each once."""
    good = []
    for value in dict.fromkeys(reader.params.get(name, ())):
        if known(value):
            good.append(value)
        else:
            reader.refuse(name, value, wanted, None)
    return tuple(good)


def _groups(reader: _Reader) -> tuple[str, ...]:
    if list(reader.params.get("group", ())) == ["none"]:
        return ()
    names = f"one of {', '.join(COST_DIMENSIONS)} or tag:<key>"
    found = _several(reader, "group", lambda name: dimensions.find(name, COST_DIMENSIONS), names)
    if len(found) > MAX_GROUPS:
        reader.refuse("group", found[MAX_GROUPS], f"among the first {MAX_GROUPS} groups", None)
    return found[:MAX_GROUPS] or ReportState().group


def _shown(reader: _Reader) -> tuple[str, ...]:
    found = _several(reader, "show", SHOWN.__contains__, f"one of {', '.join(SHOWN)}")
    if {"discounts", "list"} <= set(found):
        wanted = "beside show=discounts: a price is before discounts or after them"
        return reader.refuse("show", "list", wanted, tuple(n for n in found if n != "list"))
    return found


def _overlays(reader: _Reader) -> tuple[str, ...]:
    given = list(reader.params.get("overlay", ()))
    if not given or given == ["none"]:
        return () if given else ReportState().overlay
    found = _several(reader, "overlay", overlays.is_one, overlays.WANTED)
    return found or ReportState().overlay


def _top(reader: _Reader) -> int:
    default = ReportState().top
    if not (values := reader.params.get("top")):
        return default
    if re.fullmatch(r"[0-9]{1,3}", values[-1]) and 1 <= int(values[-1]) <= MAX_TOP:
        return int(values[-1])
    return reader.refuse("top", values[-1], f"a number from 1 to {MAX_TOP}", default)


def _filters(reader: _Reader, registry: dict[str, Dimension]) -> tuple[Filter, ...]:
    found = []
    for name in reader.params:
        if match := _FILTER.fullmatch(name):
            dimension, operator = _split(match[2])
            if dimensions.find(dimension, registry) is None:
                reader.refuse(name, "…", "a filter this page has", None)
                continue
            values = tuple(dict.fromkeys(reader.params[name]))
            found.append(Filter(dimension, operator, values, int(match[1] or 1)))
    return merged(found)


def _split(name: str) -> tuple[str, str]:
    """`tag.env.contains` as (`tag:env`, `contains`); a key may itself contain dots."""
    head, _, tail = name.rpartition(".")
    dimension, operator = (head, tail) if head and tail in OPERATORS else (name, "is")
    if dimension in ("tag", "tag."):
        dimension, operator = name, "is"
    return re.sub(r"\Atag\.", "tag:", dimension), operator

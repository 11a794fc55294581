"""Numbers as the locale of this run writes them: its marks, its groups of digits, its percent."""

import re
from decimal import Context, Decimal, localcontext
from functools import lru_cache
from typing import Any

from babel import Locale
from babel.numbers import NumberPattern, format_decimal, format_percent, parse_pattern

from reporting import locales

Number = int | float | Decimal
# the one digit that CLDR's patterns always have, and what they have after it
_LAST_DIGIT = re.compile(r"0(\.[0#]+)?")
_ANY_PLACES = "#" * 20
# Any float with all those places: 28 digits, as decimals have, end a quantity of 100,000,000.
_WIDE = Context(prec=400)


def decimal(value: Number, places: str = "") -> str:
    """A number in groups of digits; `places` as CLDR has them: `00` always two, `##` up to two."""
    return _by(_pattern(locales.current(), "decimal", places), value)


def ungrouped(value: Number, places: str = _ANY_PLACES) -> str:
    """A number without groups of digits."""
    return _by(f"0.{places}", value)


def small(value: Number) -> str:
    """A number below one, of four significant digits with their zeros: 0.5000, 0.00001234."""
    return _by("@@@@", value)


def exact(value: Number) -> str:
    """A number in groups of digits with every place that it has: 744,123.4, 0.000123."""
    return decimal(value, _ANY_PLACES)


def percent(ratio: Number, places: str = "0") -> str:
    """A ratio as a percentage."""
    pattern = _pattern(locales.current(), "percent", places)
    with localcontext(_WIDE):
        return str(format_percent(ratio, _parsed(pattern), locale=_known()))


def for_charts(around: tuple[str, str]) -> dict[str, Any]:
    """The locale as Vega writes numbers by it (d3-format's locale).

    Args:
        around: What stands before and after an amount where a format has `$`.
    """
    locale = _known()
    symbols = locale.number_symbols["latn"]
    primary, secondary = locale.decimal_formats[None].grouping
    return {
        "decimal": symbols["decimal"],
        "thousands": symbols["group"],
        # Vega repeats the list: enough of it for any amount
        "grouping": [primary, *[secondary] * 8],
        "currency": list(around),
        "percent": percent(0, "").replace("0", ""),
        "minus": decimal(-1).partition("1")[0],
    }


def _by(pattern: str, value: Number) -> str:
    with localcontext(_WIDE):
        return str(format_decimal(value, _parsed(pattern), locale=_known()))


@lru_cache(maxsize=1024)
def _parsed(pattern: str) -> NumberPattern:
    return parse_pattern(pattern)


def _known() -> Locale:
    return locales.parsed(locales.current())


@lru_cache(maxsize=1024)
def _pattern(locale: str, kind: str, places: str) -> str:
    known = Locale.parse(locale)
    formats = known.decimal_formats if kind == "decimal" else known.percent_formats
    positive = formats[None].pattern.partition(";")[0]
    return _LAST_DIGIT.sub(f"0.{places}" if places else "0", positive, count=1)

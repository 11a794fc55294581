"""Cents as text, exactly: no float is between an amount and the page, file or terminal it is on."""

import re
from decimal import Decimal
from functools import lru_cache
from typing import TypeGuard

from babel.numbers import format_currency

from reporting import locales, numerals

CREDITS = "Atlas Credits"
UNKNOWN_CURRENCY = "unknown currency"
_CODE = re.compile("[A-Z]{3}")
# CLDR has it so, and Babel leaves it out: USD 5, where a locale has no sign for dollars
_TOO_NEAR = re.compile(r"(?<=[A-Za-z])(?=\d)|(?<=\d)(?=[A-Za-z])")
_NO_BREAK = "\N{NO-BREAK SPACE}"


def major(cents: int) -> Decimal:
    """Cents as the decimal amount they stand for, with two places."""
    return Decimal(cents).scaleb(-2)


def plain(cents: int) -> str:
    """`1,234.56`, where the currency is said beside it."""
    return numerals.decimal(major(cents), "00")


def is_code(currency: str | None) -> TypeGuard[str]:
    """Whether it is one of ISO 4217's, which have a sign."""
    return currency is not None and _CODE.fullmatch(currency) is not None


def unit(currency: str | None) -> str:
    """What follows an amount that is not of a currency with a sign of its own."""
    return "credits" if currency == CREDITS else (currency or UNKNOWN_CURRENCY)


def text(cents: int, currency: str | None) -> str:
    """`$1,234.56`, or `1,234.56 credits` where Atlas bills credits: they are no dollars."""
    if is_code(currency):
        return _coded(cents, currency, locales.current())
    return f"{plain(cents)} {unit(currency)}"


# half of a table's amounts stand in it twice, such as 0 and what a line cost on its one day
@lru_cache(maxsize=4096)
def _coded(cents: int, currency: str, locale: str) -> str:
    # two places for yen too: rounded, an amount is not exact, and `around` finds no number
    known = locales.parsed(locale)
    found = format_currency(major(cents), currency, locale=known, currency_digits=False)
    return _TOO_NEAR.sub(_NO_BREAK, found)


def around(currency: str | None, *, is_negative: bool = False) -> tuple[str, str]:
    """What stands before and after an amount: `$` and nothing, nothing and ` credits`."""
    before, _, after = text(-100 if is_negative else 100, currency).partition(plain(100))
    return before, after

"""Cents as text, exactly: no float is between an amount and the page, file or terminal it is on."""

import re
from decimal import Decimal

from babel.numbers import format_currency, format_decimal

LOCALE = "en_US"
CREDITS = "Atlas Credits"
UNKNOWN_CURRENCY = "unknown currency"


def major(cents: int) -> Decimal:
    """Cents as the decimal amount they stand for, with two places."""
    return Decimal(cents).scaleb(-2)


def plain(cents: int) -> str:
    """`1,234.56`, where the currency is said beside it."""
    return str(format_decimal(major(cents), "#,##0.00", locale=LOCALE))


def unit(currency: str | None) -> str:
    """What follows an amount that is not of a currency with a sign of its own."""
    return "credits" if currency == CREDITS else (currency or UNKNOWN_CURRENCY)


def text(cents: int, currency: str | None) -> str:
    """`$1,234.56`, or `1,234.56 credits` where Atlas bills credits: they are no dollars."""
    if currency and re.fullmatch("[A-Z]{3}", currency):
        return str(format_currency(major(cents), currency, locale=LOCALE))
    return f"{plain(cents)} {unit(currency)}"

"""Amounts, dates and names as a reader sees them; nothing here decides what a number is."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from babel.dates import format_date
from babel.numbers import format_decimal, format_percent

from reporting import money as amounts
from reporting.money import LOCALE

ABSENT = "\N{EN DASH}"
LARGEST_RATIO = 10
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:])")
# Markdown makes links of these after it has taken the backslashes away.
_AUTOLINK = re.compile(r"(@|https?:(?=//)|www(?=\.))", re.IGNORECASE)
_WORD_JOINER = "\u2060"
# as OWASP lists them, with the full width ones that some spreadsheets take for the same
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", *"\uff1d\uff0b\uff0d\uff20")


def money(cents: int | None, currency: str | None) -> str:
    """An amount in its own words: `$1,234.56`, or `1,234.56 credits` where Atlas bills credits."""
    if cents is None:
        return ABSENT
    return amounts.text(cents, currency)


def signed_money(cents: int, currency: str | None) -> str:
    """A difference: the sign is written even where it is a plus."""
    return f"{'+' if cents > 0 else ''}{money(cents, currency)}"


def column_format(currency: str | None) -> str:
    """The same notation for a table column, so that the column still sorts by amount."""
    if currency == "USD":
        return "dollar"
    words = amounts.unit(currency)
    return f"%,.2f {words.replace('%', '%%')}"


def quantity(value: Decimal | None, unit: str) -> str:
    """A metered quantity beside its unit."""
    number = ABSENT if value is None else format_decimal(value, "#,##0.##", locale=LOCALE)
    return f"{number} {unit}"


def unit_price(amount: Decimal | None, currency: str | None) -> str:
    """What one unit costs, in dollars or credits and not in cents: `$9.43`, `$0.002321`."""
    if amount is None:
        return ABSENT
    pattern = "#,##0.00" if abs(amount) >= 1 else "@@@@"
    number = format_decimal(abs(amount), pattern, locale=LOCALE)
    sign = "-" if amount < 0 else ""
    return f"{sign}${number}" if currency == "USD" else f"{sign}{number} {amounts.unit(currency)}"


def change(ratio: float | None) -> str:
    """A relative change with its sign; one from nothing has no percentage, a huge one a factor."""
    if ratio is None or ratio != ratio:  # noqa: PLR0124  nan is what pandas makes of None
        return "new"
    if ratio > LARGEST_RATIO:
        return f"\N{MULTIPLICATION SIGN}{format_decimal(ratio + 1, '#,##0', locale=LOCALE)}"
    return f"{'+' if ratio > 0 else ''}{format_percent(ratio, '#,##0.0%', locale=LOCALE)}"


def share(ratio: float | None) -> str:
    """A part of a whole; a part of nothing has no percentage."""
    return ABSENT if ratio is None else format_percent(ratio, "#,##0.0%", locale=LOCALE)


def day(value: date | None) -> str:
    """A UTC day, such as `1 Nov 2026`."""
    return ABSENT if value is None else format_date(value, "d MMM y", locale=LOCALE)


def month(value: date) -> str:
    """A calendar month, such as `Nov 2026`."""
    return format_date(value, "MMM y", locale=LOCALE)


def span(start: date, end: date) -> str:
    """The days of a range whose end is exclusive, named by first and last day."""
    last = end - timedelta(days=1)
    return day(start) if last == start else f"{day(start)} to {day(last)}"


def hours_since(moment: datetime | None, now: datetime | None = None) -> float | None:
    """Age in hours of a UTC moment stored without zone."""
    if moment is None:
        return None
    current = now or datetime.now(UTC)
    return (current - moment.replace(tzinfo=UTC)) / timedelta(hours=1)


def age(hours: float | None) -> str:
    """An age in the largest unit that still tells something."""
    if hours is None:
        return "never"
    if hours < 1:
        return f"{max(round(hours * 60), 0)} min ago"
    return f"{round(hours)} h ago" if hours < 48 else f"{round(hours / 24)} days ago"


def plain(text: object) -> str:
    """Text from Atlas or the address bar, made inert for Markdown: a name is never a link."""
    apart = _AUTOLINK.sub(rf"\1{_WORD_JOINER}", str(text))
    return _MARKDOWN.sub(r"\\\1", apart).replace("\n", " ")


def csv_text(value: object) -> object:
    """A CSV cell that a spreadsheet will not run as a formula; numbers pass through."""
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value

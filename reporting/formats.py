"""Amounts, dates and names as a reader sees them; nothing here decides what a number is.

Numbers are written as the locale of this run writes them (locales). Dates are not: beside English
words a written-out month is read alike by everybody, and 1/11 is not.
"""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from babel.dates import format_date

from reporting import locales, numerals
from reporting import money as amounts

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


def count(number: int) -> str:
    """How many: `1,234`."""
    return numerals.decimal(number)


def counted(number: int, one: str, several: str = "") -> str:
    """So many of something: `1 invoice`, `1,234 lines`; `several` where no s makes the plural."""
    return f"{count(number)} {one if number == 1 else several or f'{one}s'}"


def number(value: float | Decimal, places: int) -> str:
    """A number with so many places: `1,234.5`."""
    return numerals.decimal(value, "0" * places)


def quantity(value: Decimal | None, unit: str) -> str:
    """A metered quantity beside its unit."""
    return f"{ABSENT if value is None else numerals.decimal(value, '##')} {unit}"


def unit_price(amount: Decimal | None, currency: str | None) -> str:
    """What one unit costs, in dollars or credits and not in cents: `$9.43`, `$0.002321`."""
    if amount is None:
        return ABSENT
    before, after = amounts.around(currency, is_negative=amount < 0)
    is_small = abs(amount) < 1
    written = numerals.small(abs(amount)) if is_small else numerals.decimal(abs(amount), "00")
    return f"{before}{written}{after}"


def change(ratio: float | None) -> str:
    """A relative change with its sign; one from nothing has no percentage, a huge one a factor."""
    if ratio is None or ratio != ratio:  # noqa: PLR0124  nan is what pandas makes of None
        return "new"
    if ratio > LARGEST_RATIO:
        return f"\N{MULTIPLICATION SIGN}{numerals.decimal(ratio + 1)}"
    return f"{'+' if ratio > 0 else ''}{numerals.percent(ratio)}"


def share(ratio: float | None) -> str:
    """A part of a whole; a part of nothing has no percentage."""
    return ABSENT if ratio is None else numerals.percent(ratio)


def signed_share(ratio: float) -> str:
    """A difference of two shares: the sign is written even where it is a plus."""
    return f"{'+' if ratio >= 0 else ''}{share(ratio)}"


def rewritten(text: str, currency: str | None, known: Iterable[int]) -> str:
    """A sentence of the warehouse, which has its amounts as en_US writes them, in this locale.

    Args:
        text: The sentence.
        currency: What its amounts are of.
        known: The cents that it speaks of: nothing else in it is touched, no name of a resource.
    """
    with locales.written_in(locales.DEFAULT):
        spoken = {money(sign * abs(cents), currency): sign * abs(cents)
                  for cents in known for sign in (1, -1)}  # fmt: skip
    if not spoken:
        return text
    longest = sorted(map(re.escape, spoken), key=len, reverse=True)
    found = re.compile(rf"(?<!\S)(?:{'|'.join(longest)})(?!\d)")
    return found.sub(lambda match: money(spoken[match[0]], currency), text)


def day(value: date | None) -> str:
    """A UTC day, such as `1 Nov 2026`."""
    return ABSENT if value is None else format_date(value, "d MMM y", locale=locales.ENGLISH)


def month(value: date) -> str:
    """A calendar month, such as `Nov 2026`."""
    return format_date(value, "MMM y", locale=locales.ENGLISH)


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

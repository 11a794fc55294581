"""Months and whole cents, for parts that plan by month."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from fractions import Fraction

DAY = timedelta(days=1)


def first_of_month(day: date) -> date:
    """The month that a day is in, as its first day."""
    return day.replace(day=1)


def next_month(day: date) -> date:
    """The first day of the month after a day's."""
    return (first_of_month(day) + 31 * DAY).replace(day=1)


def months_on(day: date, count: int) -> date:
    """The first day of the month so many after a day's."""
    years, month = divmod(day.month - 1 + count, 12)
    return date(day.year + years, month + 1, 1)


def days_in_month(day: date) -> int:
    """From 28 to 31."""
    return (next_month(day) - first_of_month(day)).days


def months_between(first: date, last: date) -> Iterator[date]:
    """The months from a day's to another day's, both included."""
    month = first_of_month(first)
    while month <= last:
        yield month
        month = next_month(month)


def days_between(first: date, end: date) -> Iterator[date]:
    """The days from one on, up to before another."""
    for number in range((end - first).days):
        yield first + number * DAY


def rounded(amount: Fraction) -> int:
    """The nearest whole number; of two as near, the one farther from zero."""
    whole = (2 * abs(amount.numerator) + amount.denominator) // (2 * amount.denominator)
    return whole if amount >= 0 else -whole


def shared(numerators: Iterable[int], denominator: int) -> list[int]:
    """The same of amounts that have a denominator in common, without a fraction for each."""
    found: list[int] = []
    exact = told = 0
    for each in numerators:
        exact += each
        whole = (2 * abs(exact) + denominator) // (2 * denominator)
        found.append((whole if exact >= 0 else -whole) - told)
        told += found[-1]
    return found


def in_whole_cents(amounts: Iterable[Fraction]) -> list[int]:
    """Each amount in whole cents, within one of it, so that they add up to their sum, rounded."""
    found: list[int] = []
    exact, told = Fraction(0), 0
    for each in amounts:
        exact += each
        found.append(rounded(exact) - told)
        told += found[-1]
    return found

"""Amounts and names as a reader sees them."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from reporting import formats


@pytest.mark.parametrize(
    ("cents", "currency", "text"),
    [
        (123456, "USD", "$1,234.56"),
        (-50000, "USD", "-$500.00"),
        (7, "EUR", "€0.07"),
        (123456, "Atlas Credits", "1,234.56 credits"),
        (123456, None, "1,234.56 unknown currency"),
        (None, "USD", formats.ABSENT),
    ],
)
def test_an_amount_names_its_currency_and_never_calls_credits_dollars(cents, currency, text):
    assert formats.money(cents, currency) == text


def test_large_amounts_keep_every_cent():
    """A float would already have lost this one."""
    assert formats.money(900719925474099301, "USD") == "$9,007,199,254,740,993.01"


def test_a_change_from_nothing_has_no_percentage():
    assert formats.change(None) == "new"
    assert formats.change(0.125) == "+12.5%"
    assert formats.change(-0.5) == "-50.0%"


def test_a_change_beyond_a_thousand_percent_is_a_factor():
    assert formats.change(10) == "+1,000.0%"
    assert formats.change(1036.7267) == "\N{MULTIPLICATION SIGN}1,038"


def test_a_range_is_named_by_its_first_and_last_day():
    assert formats.span(date(2026, 5, 1), date(2026, 6, 1)) == "1 May 2026 to 31 May 2026"
    assert formats.span(date(2026, 5, 1), date(2026, 5, 2)) == "1 May 2026"


@pytest.mark.parametrize(
    ("hours", "text"),
    [(None, "never"), (0.5, "30 min ago"), (3.2, "3 h ago"), (47, "47 h ago"), (72, "3 days ago")],
)
def test_an_age_is_told_in_the_largest_unit_that_helps(hours, text):
    assert formats.age(hours) == text


def test_the_age_of_a_moment_is_counted_in_utc():
    now = datetime(2026, 5, 2, 12, tzinfo=UTC)
    assert formats.hours_since(datetime(2026, 5, 1, 0), now) == 36  # noqa: DTZ001  as DuckDB stores it


def test_a_name_from_atlas_cannot_become_markdown():
    assert formats.plain("![x](http://evil)") == "\\!\\[x\\]\\(http\\:\u2060//evil\\)"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@sum", "\tx"])
def test_a_csv_cell_cannot_become_a_formula(text):
    assert formats.csv_text(text) == f"'{text}"


def test_a_number_in_a_csv_stays_a_number():
    assert formats.csv_text(-5) == -5


def test_an_address_in_a_name_is_no_link():
    """Markdown links addresses without brackets, too: an invisible joiner keeps them apart."""
    found = formats.plain("ana@example.com https://evil.example WWW.evil.example")
    addresses = ["ana@\u2060example\\.com", "https\\:\u2060//evil\\.example",
                 "WWW\u2060\\.evil\\.example"]  # fmt: skip
    assert found == " ".join(addresses)


def test_a_unit_price_has_four_figures_where_it_is_small():
    assert formats.unit_price(Decimal("9.425148891168"), "USD") == "$9.43"
    assert formats.unit_price(Decimal("1234.5"), "USD") == "$1,234.50"
    assert formats.unit_price(Decimal("0.000012345"), "USD") == "$0.00001234"
    assert formats.unit_price(Decimal("-0.5"), "USD") == "-$0.5000"
    assert formats.unit_price(Decimal("0.232147"), "Atlas Credits") == "0.2321 credits"
    assert formats.unit_price(None, "USD") == formats.ABSENT


def test_a_currency_without_cents_keeps_those_that_were_billed():
    assert formats.money(123456, "JPY") == "¥1,234.56"
    assert formats.unit_price(Decimal("9.43"), "JPY") == "¥9.43"
    assert formats.unit_price(Decimal("-9.43"), "KWD") == "-KWD\N{NO-BREAK SPACE}9.43"

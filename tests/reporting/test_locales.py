"""Numbers as a reader's locale writes them; without one, as files and alerts have them."""

import threading
from datetime import date
from decimal import Decimal

import altair as alt
import pytest

from reporting import charts, formats, locales, numerals

MARK = "\N{RIGHT SINGLE QUOTATION MARK}"
N, NN = "\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}"
WRITTEN = {
    "en_US": ("$1,234.56", "-$1,234,567.89", "1,234.56 credits", "12.3%", "+1,234", "$0.002321"),
    "de_DE": (f"1.234,56{N}$", f"-1.234.567,89{N}$", "1.234,56 credits", f"12,3{N}%", "+1.234",
              f"0,002321{N}$"),
    "fr_FR": (f"1{NN}234,56{N}$US", f"-1{NN}234{NN}567,89{N}$US", f"1{NN}234,56 credits",
              f"12,3{N}%", f"+1{NN}234", f"0,002321{N}$US"),
    "ja_JP": ("$1,234.56", "-$1,234,567.89", "1,234.56 credits", "12.3%", "+1,234", "$0.002321"),
    "de_CH": (f"${N}1{MARK}234.56", f"$-1{MARK}234{MARK}567.89", f"1{MARK}234.56 credits",
              "12.3%", f"+1{MARK}234",
              f"${N}0.002321"),
    "en_IN": ("$1,234.56", "-$12,34,567.89", "1,234.56 credits", "12.3%", "+1,234", "$0.002321"),
    "en_GB": ("US$1,234.56", "-US$1,234,567.89", "1,234.56 credits", "12.3%", "+1,234",
              "US$0.002321"),
    # Norwegian has no sign for dollars
    "nb_NO": (f"1{N}234,56{N}USD", f"-1{N}234{N}567,89{N}USD", f"1{N}234,56 credits",
              f"12,3{N}%", f"+1{N}234", f"0,002321{N}USD"),
    "es_MX": (f"USD{N}1,234.56", f"-USD{N}1,234,567.89", "1,234.56 credits", "12.3%", "+1,234",
              f"USD{N}0.002321"),
}  # fmt: skip


@pytest.mark.parametrize("locale", WRITTEN)
def test_a_locale_has_its_own_marks_groups_signs_and_percent(locale):
    with locales.written_in(locale):
        found = (
            formats.money(123456, "USD"), formats.money(-123456789, "USD"),
            formats.money(123456, "Atlas Credits"), formats.share(0.1234),
            f"+{formats.count(1234)}", formats.unit_price(Decimal("0.002321"), "USD"),
        )  # fmt: skip
    assert found == WRITTEN[locale]


@pytest.mark.parametrize("locale", WRITTEN)
def test_credits_are_dollars_in_no_locale(locale):
    with locales.written_in(locale):
        text = formats.money(123456, "Atlas Credits") + formats.money(5, None)
    assert "$" not in text
    assert "USD" not in text


@pytest.mark.parametrize("locale", WRITTEN)
def test_a_date_is_alike_in_every_locale(locale):
    """Its month is an English word, as the page around it is: 1/11 would be read in two ways."""
    with locales.written_in(locale):
        assert formats.day(date(2026, 11, 1)) == "1 Nov 2026"
        assert formats.span(date(2026, 1, 1), date(2026, 2, 1)) == "1 Jan 2026 to 31 Jan 2026"


@pytest.mark.parametrize(
    "tag",
    [None, "", "xx-YY", "../..", "../../etc/passwd", "d" * 500, "de\n", "de\x00DE", "de-DE;q=1",
     "en-US@posix", "-", "de--DE"],
)  # fmt: skip
def test_a_locale_that_nobody_knows_is_en_us(tag):
    with locales.written_in(tag):
        assert locales.current() == locales.DEFAULT
        assert formats.money(123456, "USD") == "$1,234.56"


@pytest.mark.parametrize(
    ("tag", "locale"),
    [("de-DE", "de_DE"), ("de_DE", "de_DE"), ("de", "de"), ("fr-FR-u-nu-latn", "fr_FR"),
     ("en-XX", "en"), ("zh-Hant-TW", "zh_Hant_TW")],
)  # fmt: skip
def test_a_tag_of_a_browser_finds_its_locale(tag, locale):
    assert locales.known(tag) == locale


def test_a_locale_ends_with_what_it_was_set_for_and_is_of_one_thread():
    seen = []
    with locales.written_in("de-DE"):
        other = threading.Thread(target=lambda: seen.append(formats.money(123456, "USD")))
        other.start()
        other.join()
    assert [*seen, formats.money(123456, "USD")] == ["$1,234.56", "$1,234.56"]


def test_a_sentence_of_the_warehouse_changes_its_amounts_and_no_name():
    text = "Data Transfer of shop-$93.74-1,234 cost $1,096.65: $93.74 more than $2.91."
    with locales.written_in("de-DE"):
        found = formats.rewritten(text, "USD", (109665, 9374, 291))
    assert found == (
        f"Data Transfer of shop-$93.74-1,234 cost 1.096,65{N}$: 93,74{N}$ more than 2,91{N}$."
    )
    said = "It cost 1,234.56 credits: 34.56 credits more than the expected 1,200.00 credits."
    with locales.written_in("de-DE"):
        found = formats.rewritten(said, "Atlas Credits", (123456, 3456, 120000))
    assert found == said.translate(str.maketrans(",.", ".,")).removesuffix(",") + "."


def test_a_sentence_stays_as_it_is_in_en_us():
    text = "It cost $1,096.65: -$93.74 less than $2.91."
    assert formats.rewritten(text, "USD", (109665, 9374, 291)) == text


def test_digits_that_count_are_kept_and_marks_are_the_locales():
    with locales.written_in("de-DE"):
        found = [numerals.exact(each) for each in (744123.4, 0.0001234, 100.82, 12.0)]
        assert found == ["744.123,4", "0,0001234", "100,82", "12"]
        assert numerals.ungrouped(1234.5) == "1234,5"


@pytest.mark.parametrize(
    ("value", "grouped"),
    [
        (123456789.5, "123,456,789.5"),
        (1_000_000_000_000.25, "1,000,000,000,000.25"),
        (Decimal("12345678901234567890.000123"), "12,345,678,901,234,567,890.000123"),
        (-0.00000012, "-0.00000012"),
    ],
)
def test_a_quantity_of_any_size_keeps_its_digits(value, grouped):
    assert numerals.exact(value) == grouped
    assert numerals.ungrouped(value) == grouped.replace(",", "")


@pytest.mark.parametrize("value", [1e300, -1e30, 1e28])
def test_no_number_is_too_large_to_be_written(value):
    whole = f"{Decimal(str(value)):,f}"
    assert numerals.exact(value) == whole
    assert numerals.decimal(value, "00") == f"{whole}.00"
    assert numerals.percent(Decimal(whole.replace(",", "")) / 100, "") == f"{whole}%"


def _chart():
    return alt.Chart(alt.Data(values=[])).mark_bar().configure_view(strokeWidth=0)


def test_a_chart_writes_numbers_by_the_locale_and_keeps_its_own_looks():
    with locales.written_in("de-DE"):
        made = charts.localized(_chart()).to_dict()
    assert made["config"]["view"]["strokeWidth"] == 0
    number = made["config"]["locale"]["number"]
    assert (number["decimal"], number["thousands"]) == (",", ".")
    assert (number["currency"], number["percent"]) == (["", f"{N}$"], f"{N}%")


def test_a_chart_groups_digits_as_in_india():
    with locales.written_in("en-IN"):
        number = charts.localized(_chart()).to_dict()["config"]["locale"]["number"]
    assert number["grouping"][:3] == [3, 2, 2]


def test_a_chart_in_en_us_is_as_it_was():
    assert charts.localized(_chart()).to_dict() == _chart().to_dict()


def test_an_axis_of_amounts_has_the_sign_where_the_locale_has_it():
    with locales.written_in("de-DE"):
        label = charts.axis_of_amounts("USD").to_dict()["labelExpr"]
    assert label.endswith(f"""',.2~f') + "{N}$\"""")

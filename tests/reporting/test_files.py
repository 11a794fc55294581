"""Files are read back by other programs: numbers are exact, and text is only text."""

import io
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reporting.files import FORMATS, About, Column, Kind, Table, described
from reporting.files.excel import TooManyRowsError, money_notation
from reporting.query import Query, Row

HOSTILE = (
    "=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\uff1d1+1",
    "<script>alert(1)</script>", "&amp; \"quoted\", 'single'", "http://example.com/x",
    "\u202edrow", "\u0645\u0634\u0631\u0648\u0639", "\N{PARTY POPPER} \U0001f468\u200d\U0001f469",
    "x" * 200, "a\x00b\x07c\x0b", "_x0041_", "\ufffe", "'quoted'", "", "two\nlines",
)  # fmt: skip
COLUMNS = (
    Column("day", "Day", Kind.DAY),
    Column("name", "Name"),
    Column("currency", "Currency", key="unit"),
    Column("amount", "Amount", Kind.MONEY),
    Column("quantity", "Quantity", Kind.QUANTITY, places=18),
    Column("share", "Share", Kind.SHARE),
    Column("at", "At", Kind.MOMENT),
    Column("paused", "Paused", Kind.FLAG),
    Column("nodes", "Nodes", Kind.NUMBER),
    Column("tags", "Tags"),
)
AT = datetime(2026, 5, 18, 7, 30, tzinfo=UTC)
TINY = Decimal("123456789.000000000000000001")


def row(name: str, cents: int | None = 0, unit: str = "USD") -> Row:
    return {
        "day": date(2026, 5, 18), "name": name, "unit": unit, "amount": cents, "quantity": TINY,
        "share": 0.25, "at": AT.replace(tzinfo=None), "paused": True, "nodes": 3,
        "tags": {"team": ["é", "b"]},
    }  # fmt: skip


def written(suffix: str, rows: list[Row], **about: object) -> bytes:
    out = io.BytesIO()
    FORMATS[suffix].write([Table("Costs", COLUMNS, iter(rows))], About(**about), out)
    return out.getvalue()


def in_duckdb(tmp_path: Path, suffix: str, rows: list[Row]) -> list[Row]:
    file = tmp_path / f"file.{suffix}"
    file.write_bytes(written(suffix, rows))
    reader = "read_parquet" if suffix == "parquet" else "read_csv"
    options = "" if suffix == "parquet" else ", all_varchar = true, header = true"
    with duckdb.connect() as db:
        found = db.execute(f"select * from {reader}($1{options})", [str(file)])
        names = [each[0] for each in found.description]
        return [dict(zip(names, each, strict=True)) for each in found.fetchall()]


def in_excel(rows: list[Row], **about: object) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(written("xlsx", rows, **about)))


def test_csv_has_exact_cents_beside_the_decimal_amount(tmp_path):
    [found] = in_duckdb(tmp_path, "csv", [row("a", -9007199254740993)])
    assert found["amount_cents"] == "-9007199254740993"
    assert found["amount"] == "-90071992547409.93"
    assert found["quantity"] == str(TINY)
    assert found["at"] == "2026-05-18T07:30:00Z"
    assert found["tags"] == '{"team": ["é", "b"]}'


def test_parquet_has_types_and_not_one_float_for_money(tmp_path):
    [found] = in_duckdb(tmp_path, "parquet", [row("a", -9007199254740993)])
    assert found["amount_cents"] == -9007199254740993
    assert found["amount"] == Decimal("-90071992547409.93")
    assert found["quantity"] == TINY
    assert found["day"] == date(2026, 5, 18)
    assert found["at"].astimezone(UTC) == AT
    assert found["paused"] is True
    assert found["share"] == 0.25


def test_parquet_is_written_batch_by_batch_and_an_empty_one_has_columns(tmp_path):
    assert len(in_duckdb(tmp_path, "parquet", [row(str(n), n) for n in range(25_000)])) == 25_000
    assert in_duckdb(tmp_path, "parquet", []) == []


def test_a_quantity_that_does_not_fit_is_refused_and_never_rounded():
    lost = row("a") | {"quantity": Decimal("0.0000000000000000001")}
    with pytest.raises(ArithmeticError):
        written("parquet", [lost])


def test_excel_has_numbers_dates_and_formats():
    sheet = in_excel([row("a", 123456), row("b", -5, "Atlas Credits"), row("c", None)])["Costs"]
    names = [cell.value for cell in sheet[1]]
    first, second, third = (dict(zip(names, sheet[n], strict=True)) for n in (2, 3, 4))
    assert first["Amount"].value == 1234.56
    assert first["Amount"].data_type == "n"
    assert "$" in first["Amount"].number_format
    assert second["Amount"].number_format == '#,##0.00 "credits"'
    assert third["Amount"].value is None
    assert first["Day"].value.date() == AT.date()
    assert first["Day"].is_date
    assert first["Share"].number_format == "0.0%"
    assert first["Paused"].value is True
    assert first["Nodes"].value == 3
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:J4"
    assert sheet.column_dimensions["B"].width >= len("Name")


@pytest.mark.parametrize("currency", ["EUR", "Atlas Credits", None, 'a"b'])
def test_only_dollars_have_a_dollar_sign(currency):
    assert "$" not in money_notation(currency)
    assert money_notation(currency).count('"') == 2


def test_a_workbook_says_what_it_is_with_its_sql_line_by_line():
    query = Query("select '=1' as x\nfrom marts.costs where a = $p1", (("p1", "it's"),))
    book = in_excel([], facts=(("Report", "=cmd()"), ("Days", "")), sql=(("Costs", query),))
    about = [tuple(cell.value for cell in each) for each in book["About"].iter_rows()]
    assert about == [
        ("Report", "=cmd()"),
        ("SQL, Costs", "select '=1' as x"),
        ("", "from marts.costs where a = 'it''s'"),
    ]


def test_names_of_sheets_are_what_excel_takes():
    tables = [Table(title, COLUMNS, []) for title in ("a/b*[c]?:\\" * 9, "History", "About", "'x'",
        "about", "\N{PARTY POPPER}" * 40, "")]  # fmt: skip
    out = io.BytesIO()
    FORMATS["xlsx"].write(tables, About(), out)
    names = openpyxl.load_workbook(out).sheetnames
    assert len({name.lower() for name in names}) == len(tables) + 1
    assert all(0 < len(name.encode("utf-16-le")) <= 62 for name in names)
    assert not [name for name in names if set(name) & set("[]:*?/\\")]
    assert "History" not in names


@pytest.mark.parametrize("text", HOSTILE)
def test_text_in_excel_is_text_and_never_a_formula_or_a_link(text):
    sheet = in_excel([row(text)])["Costs"]
    cell = sheet["B2"]
    assert cell.data_type in {"s", "n"}  # an empty text is read as nothing
    assert cell.hyperlink is None
    # control characters stand as Excel escapes them
    plain = text.replace("_x0041_", "_x005F_x0041_").replace("\ufffe", "_xFFFE_")
    for each in "\x00\x07\x0b\r":
        plain = plain.replace(each, f"_x{ord(each):04X}_")
    assert (cell.value or "") == plain


@pytest.mark.parametrize("text", HOSTILE)
def test_text_in_csv_is_nothing_that_a_spreadsheet_runs(text, tmp_path):
    [found] = in_duckdb(tmp_path, "csv", [row(text)])
    value = found["name"] or ""
    assert not value.startswith(tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"))
    assert value.removeprefix("'") == text.removeprefix("'")


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(), max_size=5), st.sampled_from(sorted(FORMATS)))
def test_any_text_is_written_in_every_format(texts, suffix):
    """Also half a character, which no encoding has."""
    assert written(suffix, [row(each) for each in [*texts, "\ud800"]])


def test_a_long_text_is_cut_to_what_a_cell_holds():
    assert len(in_excel([row("x" * 40_000)])["Costs"]["B2"].value) == 32_767


def test_more_rows_than_a_sheet_holds_are_refused(monkeypatch):
    monkeypatch.setattr("reporting.files.excel.MOST_ROWS", 2)
    with pytest.raises(TooManyRowsError, match="Costs has more than 2 rows"):
        written("xlsx", [row("a")] * 3)
    assert written("xlsx", [row("a")] * 2)


def test_columns_are_taken_from_a_result_of_duckdb():
    with duckdb.connect() as db:
        db.execute(
            "select date '2026-05-01' as usage_date, 5::bigint as cost_cents, 'USD' as "
            "pricing_currency, 1.5::decimal(38, 18) as quantity, map {'a': ['b']} as tags, "
            "true as is_in_total, 3::integer as nodes, 2.5::double as size, now()::timestamp as at,"
            "5::hugeint as big"
        )
        columns = described(
            *zip(*((each[0], str(each[1])) for each in db.description), strict=True)
        )
    assert {each.name: each.kind for each in columns} == {
        "usage_date": Kind.DAY, "cost": Kind.MONEY, "pricing_currency": Kind.TEXT,
        "quantity": Kind.QUANTITY, "tags": Kind.TEXT, "is_in_total": Kind.FLAG,
        "nodes": Kind.NUMBER, "size": Kind.NUMBER, "at": Kind.MOMENT, "big": Kind.QUANTITY,
    }  # fmt: skip
    places = {each.name: each.places for each in columns if each.kind is Kind.QUANTITY}
    assert places == {"quantity": 18, "big": 0}
    assert columns[1].key == "cost_cents"
    assert columns[1].currency == "pricing_currency"

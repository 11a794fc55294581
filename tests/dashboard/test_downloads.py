"""What a page can be saved as: the same amounts, in every kind of file, and the lines behind."""

import io
import shlex
import subprocess
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import openpyxl
import pytest
from pypdf import PdfReader

from dashboard import data, downloads
from reporting import documents, files, focus, queries, sheets
from reporting.files import Column, Extract, Kind, Table
from reporting.query import Query, literal
from tests.dashboard import money
from tests.dashboard.alone import page
from tests.dashboard.test_pages import opened, texts
from tests.reporting.reading import report

ANY = [
    "it's", "a\nb", "\x1b[201~; rm -rf /", '$(id) `id` !! \\ "', "\u202eabc", "", "\x00", "'",
    "é\N{PARTY POPPER}",
]  # fmt: skip


def menu_of(page: str, name: str, **params: str | list[str]):
    app = opened(page, **params)
    app.session_state[f"downloads.{name}"] = True
    return app.run()


def found(app) -> list:
    return list(app.get("download_button"))


def in_duckdb(tmp_path: Path, content: bytes) -> duckdb.DuckDBPyConnection:
    file = tmp_path / "file.parquet"
    file.write_bytes(content)
    db = duckdb.connect()
    db.execute("create view found as select * from read_parquet($1)".replace("$1", f"'{file}'"))
    return db


def asked_of_the_warehouse(sql: str) -> list[tuple]:
    return [tuple(row.values()) for row in data.rows(Query(sql))]


def test_the_menu_of_a_report_has_every_kind_of_file(publish):
    publish()
    app = menu_of("cost_report", "atlas-costs-2026-05-01-2026-05-18")
    assert not app.exception
    labels = [each.proto.label for each in found(app)]
    assert labels == ["PDF", "HTML", "CSV", "Excel", "Parquet", "CSV", "Excel", "Parquet"]
    [(lines,)] = asked_of_the_warehouse(
        "select count(*) from marts.fct_line_item_days "
        "where usage_date between '2026-05-01' and '2026-05-18' and is_in_total"
    )
    assert f"**Lines of the bill**: {lines:,} rows" in texts(app)


def test_a_closed_menu_asks_nothing(publish, monkeypatch):
    publish()
    monkeypatch.setattr(downloads, "rows_of", lambda _: pytest.fail("asked"))
    app = opened("cost_report")
    assert not app.exception
    assert not found(app)


def test_the_menu_of_resources_has_what_the_page_lists(publish):
    publish()
    app = menu_of("active_resources", "atlas-active-resources")
    assert [each.proto.label for each in found(app)] == ["CSV", "Excel", "Parquet"]
    assert "**What is shown**: 6 rows" in texts(app)


def test_above_its_limit_a_menu_gives_the_command_instead(publish, monkeypatch):
    publish()
    monkeypatch.setattr(downloads, "MOST_ROWS", 20)
    app = menu_of("cost_report", "atlas-costs-2026-05-01-2026-05-18")
    assert [each.proto.label for each in found(app)] == ["PDF", "HTML"]
    commands = [each.value for each in app.code if each.value.startswith("atlas-costs sql")]
    assert len(commands) == 2
    assert "more than 20 rows" in texts(app)
    program, verb, query, *rest = shlex.split(commands[1])
    assert (program, verb) == ("atlas-costs", "sql")
    assert rest[:2] == ["--format", "csv"]
    assert len(asked_of_the_warehouse(query)) > 20


@pytest.mark.parametrize("value", ANY)
def test_a_command_holds_any_value_and_nothing_of_it_runs(value):
    """Values come from an address that anybody may have sent."""
    query = Query("select $p1 as x", (("p1", value),))
    written = downloads.command(query, "lines.csv")
    assert "\x1b" not in written
    assert "\u202e" not in written
    echoed = subprocess.run(
        ["bash", "-c", written.replace("atlas-costs sql", "printf %s").partition(" --format")[0]],
        check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    assert echoed == query.runnable()
    with duckdb.connect() as db:
        assert db.sql(query.runnable()).fetchall() == [(value,)]
        assert db.sql(f"select {literal((value, 'x'))}").fetchall() == [([value, "x"],)]


def read(query: Query) -> list[dict]:
    return data.rows(query)


def test_a_file_of_a_report_has_every_group_and_the_exact_total(publish, tmp_path):
    publish()
    asked = report(read, range=["last_month"], group=["resource", "sku"], bin=["week"])
    parquet = downloads.content(sheets.of_report(asked), files.FORMATS["parquet"])
    with in_duckdb(tmp_path, parquet) as db:
        [(cents, amount, groups)] = db.execute(
            "select sum(amount_cents), sum(amount), count(distinct (resource, sku)) from found"
        ).fetchall()
        columns = [each[0] for each in db.execute("describe found").fetchall()]
    [(expected, combinations)] = asked_of_the_warehouse(
        "select sum(cost_cents), count(distinct (coalesce(resource_id, ''), sku)) "
        "from marts.fct_costs_daily "
        "where usage_date between '2026-04-01' and '2026-04-30' and is_in_total"
    )
    assert cents == expected
    assert amount == Decimal(expected).scaleb(-2)
    assert groups == combinations
    assert columns == ["period", "resource", "sku", "currency", "amount_cents", "amount"]


def test_an_excel_file_of_a_report_has_both_tables_and_says_what_it_is(publish):
    publish()
    asked = report(read, range=["last_month"], group=["tag:team"], bin=["month"])
    made = documents.document("Teams", asked, read, datetime.now(UTC))
    content = downloads.content(sheets.of_report(asked), files.FORMATS["xlsx"], made.about)
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book.sheetnames == ["By month", "By group", "About"]
    by_group = list(book["By group"].iter_rows(values_only=True))
    assert by_group[0] == ("Tag team", "Currency", "Amount", "Before", "Change")
    assert "o'neil & <b>sons</b>" in {row[0] for row in by_group}
    about = {row[0]: row[1] for row in book["About"].iter_rows(values_only=True) if row[0]}
    assert about["Report"] == "Teams"
    assert about["Days"] == "1 Apr 2026 to 30 Apr 2026 (UTC)"
    assert about["Address"] == "/cost-report?group=tag%3Ateam&range=last_month&bin=month"
    assert about["Compared"].startswith("vs. the month before")
    assert about["Warehouse version"] == "one"
    assert about["SQL, Groups"] == "with costs as ("


def test_the_lines_behind_a_report_add_up_to_its_total(publish, tmp_path):
    publish()
    for params in (
        {"range": ["this_month"]},
        {"range": ["last_7_days"], "f.tag.team.has": ["checkout"]},
        {"range": ["last_month"], "show": ["credits"], "f.service.is_not": ["Backup"]},
    ):
        asked = report(read, **params)
        [total] = read(queries.comparison(_ungrouped(asked)))
        extract = Extract("Lines", sheets.lines(asked))
        with in_duckdb(tmp_path, downloads.content([extract], files.FORMATS["parquet"])) as db:
            assert db.execute("select sum(cost_cents) from found").fetchall() == [
                (total["amount"],)
            ]
            assert db.execute("select typeof(cost) from found limit 1").fetchall() == [
                ("DECIMAL(21,2)",)
            ]


def _ungrouped(asked):
    return replace(asked, state=replace(asked.state, group=()))


def test_usage_is_a_quantity_and_no_money(publish, tmp_path):
    publish()
    asked = report(read, measure=["usage"], group=["sku"], bin=["month"])
    names = [column.name for column in sheets.by_period(asked).columns]
    assert names == ["period", "sku", "unit", "quantity"]
    csv = downloads.content([sheets.by_period(asked)], files.FORMATS["csv"]).decode()
    assert "cents" not in csv
    assert "server hours" in csv


def test_a_page_may_hand_over_rows_that_it_has_read(publish):
    publish()
    columns = (Column("day", "Day", Kind.DAY), Column("amount", "Amount", Kind.MONEY))
    rows = [{"day": date(2026, 5, 1), "amount": 5, "unit": "USD"}]
    table = Table("Days", columns, rows)
    assert downloads.rows_of(table) == 1
    csv = downloads.content([table], files.FORMATS["csv"]).decode()
    assert csv.splitlines() == ["day,amount_cents,amount", "2026-05-01,5,0.05"]


def test_the_documents_of_a_page_are_written_from_its_warehouse(publish):
    publish()
    asked = report(read)
    made = documents.document("Now", asked, read, datetime.now(UTC))
    text = PdfReader(io.BytesIO(documents.FORMATS["pdf"].write(made))).pages[0].extract_text()
    assert "1 May 2026 to 18 May 2026 (UTC)" in text
    assert documents.FORMATS["html"].write(made).startswith(b"<!doctype html>")


def test_focus_is_saved_by_billing_period(publish):
    path = money.add(publish(version="focus")).resolve()
    names = ", ".join(
        f"null::{'timestamp' if name.endswith(('Start', 'End')) else 'varchar'} as {name}"
        for name in dict.fromkeys([*focus.SPECS["1.3"], *focus.OURS.values()])
        if name not in {"BillingPeriodStart", "x_InvoiceId", "BilledCost"}
    )
    with duckdb.connect(str(path)) as db:
        db.execute("delete from marts.fct_invoice_refunds")
        db.execute(
            "create table marts.focus_costs as select invoice_month::timestamp as "
            f"BillingPeriodStart, invoice_id as x_InvoiceId, -12.5::decimal(28, 12) as BilledCost, "
            f"{names} from marts.fct_invoices"
        )
        db.execute("create table marts.focus_invoices as from marts.fct_invoices")
    made = page("invoices")
    assert not [each for each in found(made) if each.proto.label == "Parquet"]
    made.session_state["downloads.focus"] = True
    made.run()
    period = made.selectbox(key="downloads.focus.month")
    assert period.options[0] == "2026-05"
    period.set_value("2026-04").run()
    assert [each.proto.label for each in found(made)] == ["CSV", "Excel", "Parquet"]
    rows = focus.charges("2026-04", [r["invoice_id"] for r in read(focus.invoices("2026-04"))])
    csv = downloads.content([Extract("FOCUS", rows)], files.FORMATS["csv"]).decode().splitlines()
    heading = csv[0].split(",")
    assert heading[: len(focus.SPECS["1.3"])] == list(focus.SPECS["1.3"])
    [line] = csv[1:]
    values = dict(zip(heading, line.split(","), strict=True))
    assert values["BillingPeriodStart"] == "2026-04-01T00:00:00Z"
    assert values["BilledCost"] == "-12.500000000000"

"""FOCUS rows of the hand-written world, each amount worked out by hand.

Acme pays dollars and has no report, Globex pays 0.95 euros for a credit and its header misses its
lines by a cent, Initech has a report that lacks some lines and has ten cents too many of another.
"""

import csv
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from orchestration.published.focus_export import export_focus
from orchestration.published.reader import NotPublished
from orchestration.settings import SettingsError

from .conftest import Warehouse

Marts = duckdb.DuckDBPyConnection
Built = tuple[Warehouse, dict[str, str]]


def test_an_invoice_is_billed_as_its_header_asks(marts: Marts) -> None:
    """Credits and balance subtracted, tax added; what Atlas has not totalled is what accrued."""
    query = """
        select InvoiceId, BillingCurrency, sum(BilledCost) from focus_costs
        where InvoiceId is not null group by all order by all
    """
    assert marts.execute(query).fetchall() == [
        ("hooli-committed", "EUR", 500 * Decimal("0.9")),
        ("hooli-dollars", "USD", Decimal(20)),
        # each payment at its own price, and its own tax
        ("hooli-two", "EUR", 60 * Decimal("0.9") + 1),
        ("hooli-two", "USD", 40 + Decimal("0.5")),
        ("inv-apr", "USD", Decimal("99.47")),
        ("inv-globex", "EUR", Decimal("150.01") * Decimal("0.95")),
        ("inv-initech", "EUR", Decimal("88.88") * Decimal("0.9")),
        ("inv-may", "USD", Decimal("119.18")),
    ]


def test_what_no_line_says_is_a_row_with_its_reason(marts: Marts) -> None:
    query = """
        select x_InvoiceId, x_SyntheticReason, ChargeCategory, ChargeClass, InvoiceId, BilledCost
        from focus_costs where x_SyntheticReason is not null order by all
    """
    apr, credit = "inv-apr", Decimal("0.95")
    committed, two = "hooli-committed", "hooli-two"
    assert marts.execute(query).fetchall() == [
        (committed, "commitment_shortfall", "Adjustment", None, committed, Decimal(180)),
        (two, "several_prices", "Adjustment", None, two, Decimal(-36)),
        (two, "several_prices", "Adjustment", None, two, Decimal(40)),
        (two, "tax", "Tax", None, two, Decimal("0.5")),
        (two, "tax", "Tax", None, two, Decimal(1)),
        (apr, "refund", "Adjustment", "Correction", None, Decimal("-0.3")),
        (apr, "refund", "Adjustment", "Correction", None, Decimal("-0.12")),
        (apr, "starting_balance", "Adjustment", None, apr, Decimal("-0.2")),
        (apr, "tax", "Tax", None, apr, Decimal(1)),
        ("inv-globex", "header_difference", "Adjustment", None, "inv-globex", credit / 100),
        ("inv-initech", "report_difference", "Adjustment", None, "inv-initech", Decimal("-0.09")),
    ]


def test_an_invoice_takes_the_report_where_it_has_a_row_and_the_lines_elsewhere(
    marts: Marts,
) -> None:
    """Line by line: nothing is there twice, and nothing is lost between the two."""
    query = """
        select x_FocusSource, count(*), sum(PricingCurrencyEffectiveCost) from focus_costs
        where x_InvoiceId = 'inv-initech' and x_SyntheticReason is null group by all order by all
    """
    assert marts.execute(query).fetchall() == [
        ("atlas_report", 13, Decimal("61.88")),
        ("derived", 6, Decimal("27.1")),
    ]
    twice = """
        select count(*) from focus_costs derived
        join fct_focus_rows reported
            on derived.x_InvoiceId = reported.invoice_id
            and derived.ChargePeriodStart = reported.usage_date
            and derived.x_AtlasSku = reported.sku
            and derived.SubAccountId is not distinct from reported.project_id
            and derived.ResourceName is not distinct from reported.cluster_name
        where derived.x_FocusSource = 'derived'
    """
    assert marts.execute(twice).fetchall() == [(0,)]


def test_a_tie_out_names_what_differs(marts: Marts) -> None:
    """One line cut in two ties, two rows for two lines do not by ten cents, six have no row."""
    query = "select tie, count(*), sum(difference_cents) from focus_tie_out group by tie order by 1"
    assert marts.execute(query).fetchall() == [
        ("differs", 1, 10),
        ("not_in_report", 6, -2710),
        ("tied", 7, 0),
    ]


@pytest.mark.parametrize(
    ("table", "column", "value", "where"),
    [
        ("warehouse.marts.fct_line_items", "cost_cents", "3889", "line_item_id = 'line-00'"),
        (
            "warehouse.marts.fct_focus_rows",
            "pricing_currency_effective_cost",
            "0.05",
            "report_row = 2",
        ),
        ("raw.invoices", "amountBilledCents", "9948", "id = 'inv-apr'"),
        ("raw.invoice_line_items", "totalPriceCents", "3889", "_invoice_id = 'inv-may'"),
        ("raw.focus_report_rows", "PricingCurrencyEffectiveCost", "'0.05'", "_row = 2"),
    ],
)
def test_one_cent_moved_fails_the_identity_by_name(
    built: Built, tmp_path: Path, table: str, column: str, value: str, where: str
) -> None:
    """On either side of the marts; and no difference of ours takes it up."""
    [compiled] = (built[0].folder / "target" / "compiled").rglob(
        "assert_focus_billed_equals_payable.sql"
    )
    broken = built[0].copy_to(tmp_path)
    with duckdb.connect() as db:
        db.execute(f"attach '{broken.marts}' as warehouse; attach '{broken.raw}' as raw")
        db.execute("use warehouse.marts")
        assert db.execute(compiled.read_text()).fetchall() == []
        db.execute(f"update {table} set {column} = {value} where {where}")
        assert len(db.execute(compiled.read_text()).fetchall()) == 1


def test_a_report_that_was_landed_anew_takes_the_others_place(built: Built, tmp_path: Path) -> None:
    """By invoice: what did not change stays as it is; a report that is gone leaves no row."""
    changed = built[0].copy_to(tmp_path)

    def rebuilt(*statements: str) -> list[tuple[str, int, Decimal]]:
        with duckdb.connect(str(changed.raw)) as raw:
            for statement in statements:
                raw.execute(statement)
        changed.dbt("run", "--select", "fct_focus_rows")
        with duckdb.connect(str(changed.marts), read_only=True) as db:
            return db.execute(
                "select invoice_id, count(*), sum(pricing_currency_effective_cost) "
                "from marts.marts.fct_focus_rows group by all order by all"
            ).fetchall()

    same_file = "update focus_report_rows set PricingCurrencyEffectiveCost = '1'"
    another = (
        "insert into focus_report_rows by name "
        "select * replace ('inv-apr' as _invoice_id) from focus_report_rows where _row < 2;"
        "insert into focus_reports by name "
        "select * replace ('inv-apr' as _invoice_id) from focus_reports"
    )
    assert rebuilt(same_file, another) == [
        ("inv-apr", 2, Decimal(2)),
        ("inv-initech", 13, Decimal("61.88")),
    ]
    other_file = "set _landing_file = 'b.csv.gz' where _invoice_id like '%initech'"
    anew = f"update focus_report_rows {other_file}; update focus_reports {other_file}"
    of_april = "where _invoice_id = 'inv-apr'"
    gone = f"delete from focus_report_rows {of_april}; delete from focus_reports {of_april}"
    assert rebuilt(anew, gone) == [("inv-initech", 13, Decimal(13))]


def test_an_export_is_whole_or_not_there(published: Path, tmp_path: Path) -> None:
    file = tmp_path / "focus.csv"
    file.write_text("older")
    assert export_focus(published, ["2026-05", "2026-04..2026-04"], "1.3", file) == 57
    with file.open(newline="") as text:
        rows = list(csv.DictReader(text))
    assert len(rows) == 57
    assert {row["BillingPeriodEnd"] for row in rows} == {
        "2026-05-01T00:00:00Z",
        "2026-06-01T00:00:00Z",
    }
    assert [path.name for path in tmp_path.iterdir()] == ["focus.csv"]


@pytest.mark.parametrize(
    ("months", "spec", "name", "says"),
    [
        (["2031-01"], "1.3", "f.csv", "No bill is of 2031-01; there are 2026-04, 2026-05."),
        (["2031-01..2031-02"], "1.3", "f.csv", "there are 2026-04, 2026-05."),
        (["May"], "1.3", "f.csv", "--month May: write it as 2026-05, or 2026-01..2026-05."),
        ([], "1.4", "f.csv", "--spec 1.4 is not one of 1.2, 1.3."),
        ([], "1.3", "f.xlsx", "end the name in .csv or .parquet."),
        ([], "1.3", "none/f.csv", "No such file or directory."),
        ([], "1.3", "folder.csv", "Is a directory."),
    ],
)
def test_what_cannot_be_exported_is_one_sentence(
    published: Path, tmp_path: Path, months: list[str], spec: str, name: str, says: str
) -> None:
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(SettingsError) as refused:
        export_focus(published, months, spec, tmp_path / name)
    assert str(refused.value).endswith(says)
    assert [path.name for path in tmp_path.iterdir()] == ["folder.csv"]


def test_only_the_projects_asked_for_are_exported(
    published: Path, marts: Marts, tmp_path: Path
) -> None:
    """By name or id, the same rows; what belongs to no project is left out."""
    name, project, rows, cost = marts.execute(
        "select SubAccountName, SubAccountId, count(*), sum(BilledCost) from focus_costs "
        "where SubAccountId is not null group by all order by count(*) desc, 1 limit 1"
    ).fetchone()
    for asked in (name, project):
        file = tmp_path / "f.parquet"
        assert export_focus(published, [], "1.3", file, [asked]) == rows
        with duckdb.connect() as db:
            read = "select sum(BilledCost), list(distinct SubAccountId) from read_parquet(?)"
            assert db.execute(read, [str(file)]).fetchone() == (cost, [project])
    with pytest.raises(SettingsError, match="--project nowhere is no project's name or id; there"):
        export_focus(published, [], "1.3", tmp_path / "f.csv", [name, "nowhere"])


def test_without_a_warehouse_or_before_focus_it_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(NotPublished, match="run `atlas-costs refresh` first"):
        export_focus(tmp_path / "none.duckdb", [], "1.3", tmp_path / "f.csv")
    duckdb.connect(str(tmp_path / "old.duckdb")).close()
    with pytest.raises(NotPublished, match="does not have marts.focus_costs yet"):
        export_focus(tmp_path / "old.duckdb", [], "1.3", tmp_path / "f.csv")

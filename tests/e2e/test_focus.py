"""FOCUS from Atlas's reports and FOCUS from invoices alone tell the same bill, in both versions.

Two organizations: seed 7 pays dollars, seed 2 pays 0.92 euros for a credit. The first refresh
reads no reports, the second does.
"""

import csv
import json
import re
from collections import Counter, defaultdict
from contextlib import ExitStack
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

import sandbox as sandbox_package
from reporting.focus import OURS, SINCE_1_3, SPECS
from tests.e2e.test_truth import connect

SEEDS, TODAY = (7, 2), date(2026, 5, 20)
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
NUMBER = re.compile(r"-?\d+(\.\d+)?")
AMOUNTS = ("BilledCost", "EffectiveCost", "ListCost", "PricingCurrencyEffectiveCost")


@pytest.fixture
def refreshed(world, tmp_path):
    """Refresh both organizations, with or without reports; exits 3 where a role keeps them away."""
    with ExitStack() as stack:
        running = {
            seed: stack.enter_context(sandbox_package.running(seed=seed, months=4, today=TODAY))
            for seed in SEEDS
        }
        variables = connect(tmp_path / "config", running)

        def refresh(reports: str) -> None:
            run = world.run("refresh", ATLAS_COSTS_FOCUS_REPORTS=reports, **variables)
            assert run.code == 0, run.said

        yield refresh


@pytest.fixture
def export(world, tmp_path):
    """Export and read back: CSV as text, Parquet as DuckDB types it."""

    def write(name: str, *options: str) -> Path:
        run = world.run("export", "focus", "-o", str(tmp_path / name), *options)
        assert run.code == 0, run.said
        return tmp_path / name

    return write


def rows_of(file: Path) -> list[dict[str, str]]:
    with file.open(newline="") as text:
        return list(csv.DictReader(text))


def sums(rows: list[dict[str, str]], *keys: str) -> dict[tuple[str, ...], Decimal]:
    """BilledCost by some columns."""
    found: dict[tuple[str, ...], Decimal] = defaultdict(Decimal)
    for row in rows:
        found[tuple(row[key] for key in keys)] += Decimal(row["BilledCost"])
    return dict(found)


def test_reports_and_invoices_tell_the_same_bill(refreshed, world, export):
    refreshed("false")
    derived = rows_of(export("derived.csv"))
    refreshed("true")
    reported = rows_of(export("reported.csv"))

    assert {row["x_FocusSource"] for row in derived} == {"derived"}
    assert Counter(row["x_FocusSource"] for row in reported)["atlas_report"] > 9000
    by = ("InvoiceId", "BillingCurrency", "ChargeCategory", "x_SyntheticReason")
    assert sums(derived, *by) == sums(reported, *by)
    assert not {row["x_SyntheticReason"] for row in reported} & {
        "header_difference",
        "report_difference",
    }
    assert payable(world) == {
        invoice: amount for (invoice,), amount in sums(reported, "InvoiceId").items() if invoice
    }
    everything_is_there(reported)
    as_focus_writes_it(reported)
    ties_to_the_cent(world)
    same_in_both_formats_and_versions(export, reported)


def payable(world) -> dict[str, Decimal]:
    """What Atlas's header asks for, worked out here: credits at their price, tax as money."""
    price = {"seed-7": Decimal(1), "seed-2": Decimal("0.92")}
    return {
        invoice: (Decimal(usage) * price[connection] + money) / 100
        for invoice, connection, usage, money in world.query(
            "select invoice_id, connection, amount_billed_cents - sales_tax_cents "
            "+ starting_balance_cents, sales_tax_cents - starting_balance_cents "
            "from marts.fct_invoices"
        )
    }


def everything_is_there(rows: list[dict[str, str]]) -> None:
    categories = Counter(row["ChargeCategory"] for row in rows)
    assert set(categories) == {"Usage", "Purchase", "Tax", "Credit", "Adjustment"}
    assert {row["BillingCurrency"] for row in rows} == {"USD", "EUR"}
    sold = [row for row in rows if row["BillingCurrency"] == "EUR"]
    assert {row["PricingCurrency"] for row in sold} == {"Atlas Credits"}
    assert {row["x_PricingCurrencyRate"] for row in sold} == {"0.92"}
    late = [row for row in rows if row["ChargePeriodStart"] < row["BillingPeriodStart"]]
    assert {row["ChargeClass"] for row in late if row["ChargeCategory"] == "Usage"} == {""}
    assert any(row["ChargeCategory"] == "Usage" for row in late)
    refunds = [row for row in rows if row["x_SyntheticReason"] == "refund"]
    assert refunds
    assert {(row["InvoiceId"], row["BilledCost"]) for row in refunds} == {("", "-15")}
    assert {row["ChargeClass"] for row in refunds} == {"Correction"}


def as_focus_writes_it(rows: list[dict[str, str]]) -> None:
    for row in rows:
        for name, value in row.items():
            if name.endswith(("Start", "End")) and value:
                assert MOMENT.fullmatch(value), (name, value)
            if name.endswith(("Cost", "Price", "Quantity")) and value:
                assert NUMBER.fullmatch(value), (name, value)
        for name in ("Tags", "SkuPriceDetails", "ContractApplied"):
            json.loads(row[name] or "null")


def ties_to_the_cent(world) -> None:
    """Line by line against the sandbox's own reports: nothing differs, minimum charges aside."""
    [(differing,)] = world.query(
        "select count(*) from marts.focus_tie_out "
        "where tie not in ('tied', 'left_out_by_atlas') or tie = 'tied' and "
        "(difference_cents != 0 or billed_difference_cents != 0)"
    )
    assert differing == 0
    tied = dict(world.query("select tie, count(*) from marts.focus_tie_out group by tie"))
    assert tied["tied"] > 8000
    assert tied["left_out_by_atlas"] > 0


def same_in_both_formats_and_versions(export, rows: list[dict[str, str]]) -> None:
    old = rows_of(export("old.csv", "--spec", "1.2"))
    assert list(rows[0]) == [*SPECS["1.3"], *OURS]
    assert list(old[0]) == [*SPECS["1.2"], *OURS]
    assert set(rows[0]) - set(old[0]) == SINCE_1_3
    assert [{name: row[name] for name in old[0]} for row in rows] == old
    for spec, text in (("1.3", rows), ("1.2", old)):
        file = export(f"{spec}.parquet", "--spec", spec)
        with duckdb.connect() as db:
            columns = [name for name, *_ in db.execute(f"describe from '{file}'").fetchall()]
            totals = ", ".join(f"sum({name})" for name in AMOUNTS)
            found = db.execute(f"select count(*), {totals} from '{file}'").fetchone()
        assert columns == list(text[0])
        expected = [sum(Decimal(row[name]) for row in text) for name in AMOUNTS]
        assert found == (len(text), *expected)
    months = rows_of(export("months.csv", "--month", "2026-03..2026-04", "--month", "2026-05"))
    one = rows_of(export("one.csv", "--month", "2026-02"))
    assert {row["BillingPeriodStart"] for row in one} == {"2026-02-01T00:00:00Z"}
    assert len(months) + len(one) == len(rows)

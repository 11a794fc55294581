"""Why costs differ: the kinds of change add up to what the report itself says, by any dimension."""

import shutil
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from reporting.changes import KINDS, causes
from reporting.dimensions import COST_DIMENSIONS
from reporting.queries import Report, comparison
from reporting.query import Query
from reporting.ranges import DataDays, Window
from reporting.reach import USAGE_DAYS
from reporting.report import report_of
from reporting.state import Filter, ReportState
from tests.dbt.conftest import Warehouse

Rows = list[dict[str, Any]]
Sums = dict[tuple[Any, ...], int]


@pytest.fixture
def copy(published: Path, tmp_path: Path) -> Path:
    """A published file that a test may change."""
    return Path(shutil.copy(published, tmp_path / "copy.duckdb"))


@pytest.fixture
def months_again(built: tuple[Warehouse, dict[str, str]], tmp_path: Path):
    """Which months are compared again once a statement changed what stands of a build."""

    def after(sql: str) -> tuple[set[date], list[tuple]]:
        copy = built[0].copy_to(tmp_path)
        with duckdb.connect(str(copy.marts)) as marts:
            marts.execute(sql)
        copy.dbt("run", "--select", "int_changed_comparisons", "int_compared_upgrades")
        with duckdb.connect(str(copy.marts), read_only=True) as marts:
            again = marts.execute("from history.int_changed_comparisons").fetchall()
            noted = marts.execute("from history.int_compared_upgrades order by all").fetchall()
        return {month for (month,) in again}, noted

    return after


def test_months_of_an_upgrade_that_is_no_longer_inferred_are_compared_again(
    built: tuple[Warehouse, dict[str, str]], months_again
) -> None:
    with duckdb.connect(str(built[0].marts), read_only=True) as marts:
        true = marts.execute("from history.int_compared_upgrades order by all").fetchall()
    assert any(former == "f-tiny" for _, former, _ in true)
    gone = "insert into history.int_compared_upgrades values ('2025-11-01', 'f-old', 'c-old')"
    again, noted = months_again(gone)
    assert date(2025, 11, 1) in again
    assert date(2025, 12, 1) not in again
    # it is not noted any more, so the next build leaves its month alone
    assert noted == true


def test_months_of_an_upgrade_that_was_not_known_are_compared_again(months_again) -> None:
    again, noted = months_again("delete from history.int_compared_upgrades")
    assert {month for month, *_ in noted} <= again
    assert any(former == "f-tiny" for _, former, _ in noted)


@pytest.fixture
def db(published: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(published), read_only=True) as found:
        yield found


def rows(db: duckdb.DuckDBPyConnection, query: Query) -> Rows:
    cursor = db.execute(query.sql, query.bound())
    names = [each[0] for each in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def days(db: duckdb.DuckDBPyConnection) -> DataDays:
    [row] = db.execute(USAGE_DAYS.sql).fetchall()
    return DataDays(*row)


def report(db: duckdb.DuckDBPyConnection, **state: Any) -> Report:
    return report_of(ReportState(**state), days(db))


def differences(found: Rows) -> Sums:
    """What the report says that each group costs more."""
    sums: Sums = defaultdict(int)
    for row in found:
        sums[key(row)] += row["amount"] - row["previous"]
    return {each: cents for each, cents in sums.items() if cents}


def explained(found: Rows) -> Sums:
    sums: Sums = defaultdict(int)
    for row in found:
        assert row["cause"] in KINDS
        sums[key(row)] += row["amount"]
    return {each: cents for each, cents in sums.items() if cents}


def key(row: dict[str, Any]) -> tuple[Any, ...]:
    # the report tells namesakes apart by the end of their id
    labels = (str(row[each]).partition(" · ")[0] for each in row if each.startswith("label_"))
    return (row["unit"], *labels)


MAY = {"start": date(2026, 5, 1), "last": date(2026, 5, 20), "range": "custom"}
LENGTHS = (Window(date(2026, 5, 1), date(2026, 5, 11)), Window(date(2026, 4, 1), date(2026, 5, 1)))


@pytest.mark.parametrize("group", [*COST_DIMENSIONS, "tag:env", "tag:team"])
@pytest.mark.parametrize("windows", [None, LENGTHS], ids=["like for like", "other lengths"])
def test_kinds_add_up_to_the_difference_of_each_group(db, group, windows) -> None:
    made = report(db, group=(group,), **MAY)
    if windows:
        made = replace(made, window=windows[0], compared=windows[1])
    expected = differences(rows(db, comparison(made)))
    assert expected
    assert explained(rows(db, causes(made))) == expected


def test_credits_are_a_kind_where_they_are_shown(db) -> None:
    with_credits = report(db, group=(), show=("credits",), **MAY)
    assert explained(rows(db, causes(with_credits))) == differences(
        rows(db, comparison(with_credits))
    )


def test_filters_hold_for_what_is_asked(db) -> None:
    made = report(db, group=("sku",), filters=(Filter("service", "is", ("Clusters",)),), **MAY)
    assert explained(rows(db, causes(made))) == differences(rows(db, comparison(made)))


def test_what_has_another_tag_moved_and_is_neither_more_nor_less(copy) -> None:
    """The same servers in both months, tagged anew in the second: -x here, +x there."""
    with duckdb.connect(str(copy)) as db:
        db.execute("delete from marts.fct_line_items")
        for day, tag in ((date(2026, 3, 10), "old"), (date(2026, 4, 10), "new")):
            line(db, day, tag, 1000)
        made = Report(
            ReportState(group=("tag:env",)),
            Window(date(2026, 4, 1), date(2026, 5, 1)),
            Window(date(2026, 3, 1), date(2026, 4, 1)),
            days(db),
        )
        found = {(row["label_1"], row["cause"]): row["amount"] for row in rows(db, causes(made))}
        assert found == {("old", "moved"): -1000, ("new", "moved"): 1000}
        alone = report_with(made, Filter("tag:env", "is", ("new",)))
        assert [(row["cause"], row["amount"]) for row in rows(db, causes(alone))] == [
            ("moved", 1000)
        ]


def report_with(made: Report, one: Filter) -> Report:
    state = ReportState(group=(), filters=(one,))
    return Report(state, made.window, made.compared, made.days)


def line(db: duckdb.DuckDBPyConnection, day: date, tag: str, cents: int) -> None:
    values = {
        "line_item_id": str(day), "invoice_id": "i", "invoice_month": day.replace(day=1),
        "org_id": "o", "resource_id": "r", "resource_name": "r", "resource_type": "project",
        "sku": "S", "is_in_focus_report": False,
        "service": "Data Transfer", "category": "Data Transfer", "charge_type": "usage",
        "is_in_total": True, "usage_date": day, "billed_date": day, "quantity": 10,
        "unit_price": 1, "list_cost": 10, "discount_cents": 0, "cost_cents": cents,
        "net_cost_cents": cents, "pricing_currency": "USD", "connection": "c",
        "invoice_status": "PAID", "region_source": "none", "classified_by": "rule",
    }  # fmt: skip
    names = ", ".join(values)
    marks = ", ".join("?" for _ in values)
    db.execute(
        f"insert into marts.fct_line_items "
        f"({names}, usage_end_date, usage_days, tags, tags_first_seen) "
        f"values ({marks}, ?::date + 1, 1, map {{'env': ['{tag}']}}, map {{}})",
        [*values.values(), day],
    )


def test_what_is_compared_with_nothing_has_no_causes(db) -> None:
    for state in ({"range": "all"}, {"measure": "usage", **MAY}):
        with pytest.raises(ValueError, match="have causes"):
            causes(report(db, **state))

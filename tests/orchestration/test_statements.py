"""Closing a month: what is frozen, when it is refused, and that what was closed stays."""

import json
from dataclasses import replace
from datetime import date, datetime

import duckdb
import pytest

from orchestration.published.reader import NotPublished
from orchestration.rules.allocation import read_allocation
from orchestration.rules.compiling import fingerprint
from orchestration.settings import load_settings
from orchestration.statements import closing as statements
from orchestration.statements.files import StatementError, read_statements, write_statement
from orchestration.warehouse import statements as loading
from orchestration.warehouse.shape import SCHEMA

APRIL, MAY, JUNE = (date(2026, month, 1) for month in (4, 5, 6))
MARTS = """
create schema marts;
create schema meta;
create table meta.freshness (
    connection varchar, status varchar, data_through date, missing_parts varchar[],
    warehouse_version varchar
);
insert into meta.freshness values ('default', 'connected', '2026-05-31', [], 'v1');
create table marts.fct_invoices (
    invoice_id varchar, status varchar, start_date date, end_date date, connection varchar
);
insert into marts.fct_invoices values
    ('inv-apr', 'PAID', '2026-04-01', '2026-05-01', 'default'),
    ('inv-may', 'PENDING', '2026-05-01', '2026-06-01', 'default');
create table marts.dim_allocation_keys (allocation_key varchar, rules_sha256 varchar);
create table marts.allocated_costs_daily (
    usage_date date, allocation_key varchar, allocation_value varchar, allocation_method varchar,
    org_id varchar, project_id varchar, project_name varchar, resource_id varchar,
    resource_name varchar, charge_type varchar, pricing_currency varchar, cost_cents bigint
);
insert into marts.allocated_costs_daily
select day, 'team', value, method, 'o', 'p', 'shop', 'c', 'orders', 'usage', 'USD', cents
from (values
    (date '2026-04-01', 'web', 'direct', 60), (date '2026-04-30', 'web', 'split', 5),
    (date '2026-04-30', 'core', 'direct', 40), (date '2026-05-01', 'web', 'direct', 7)
) as costs (day, value, method, cents);
create table marts.allocation_statements (
    statement_month date, status varchar, closed_at timestamp, usage_month date, entry varchar,
    allocation_key varchar, allocation_value varchar, org_id varchar, project_id varchar,
    project_name varchar, resource_id varchar, resource_name varchar, charge_type varchar,
    pricing_currency varchar, is_shared boolean, cost_cents bigint, reason varchar
);
"""


@pytest.fixture
def settings(clean_environment, monkeypatch, tmp_path):
    """A published warehouse through the end of May, allocated by what allocation.yaml says."""
    monkeypatch.setenv("ATLAS_COSTS_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("ATLAS_COSTS_CONFIG_DIR", str(tmp_path))
    found = load_settings()
    found.allocation_file.write_text("keys:\n- key: team\n  rules:\n  - value_from: tag:team\n")
    found.data_dir.mkdir()
    with duckdb.connect(str(found.published_warehouse)) as db:
        db.execute(MARTS)
        [key] = read_allocation(found.allocation_file)
        db.execute(
            "insert into marts.dim_allocation_keys values (?, ?)", [key.key, fingerprint(key)]
        )
    return found


def published(settings, sql: str, *values) -> None:
    with duckdb.connect(str(settings.published_warehouse)) as db:
        db.execute(sql, list(values))


def refreshed(settings) -> None:
    """As after a refresh: what is published knows the statements, and adjusts April by a cent."""
    for each in read_statements(settings.statements_dir):
        published(
            settings,
            "insert into marts.allocation_statements (statement_month, status, closed_at, "
            "charge_type) values (?, 'closed', ?, 'usage')",
            each.month,
            each.closed_at.replace(tzinfo=None),
        )
    published(
        settings,
        "insert into marts.allocation_statements values ('2026-05-01', 'open', null, '2026-04-01', "
        "'adjustment', 'team', 'web', 'o', 'p', 'shop', 'c', 'orders', 'usage', 'USD', false, 1, "
        "'costs_changed')",
    )


def test_what_is_frozen_is_what_was_published(settings):
    closed = statements.close(settings, APRIL, anyway=False)
    assert [
        (row["usage_month"], row["entry"], row["allocation_value"], row["cost_cents"],
         row["is_shared"], row["reason"]) for row in closed.rows
    ] == [
        ("2026-04-01", "usage", "core", 40, False, None),
        ("2026-04-01", "usage", "web", 65, True, None),
    ]  # fmt: skip
    assert closed.warehouse_version == "v1"
    [kept] = read_statements(settings.statements_dir)
    assert (kept.month, kept.rows, kept.rules) == (APRIL, closed.rows, closed.rules)


def test_the_next_one_takes_the_adjustments(settings):
    statements.close(settings, APRIL, anyway=False)
    refreshed(settings)
    closed = statements.close(settings, MAY, anyway=True)
    assert [(row["usage_month"], row["entry"], row["cost_cents"], row["reason"])
            for row in closed.rows] == [
        ("2026-04-01", "adjustment", 1, "costs_changed"),
        ("2026-05-01", "usage", 7, None),
    ]  # fmt: skip


def test_totals_are_told_by_key(settings):
    statements.close(settings, APRIL, anyway=False)
    refreshed(settings)
    [april] = statements.closed_totals(settings)
    assert (april.month, april.allocation_key, april.usage) == ("2026-04", "team", {"USD": 105})
    [may] = statements.open_totals(settings)
    assert (may.month, may.closed_at, may.usage, may.adjustments) == (
        "2026-05", None, {}, {"USD": 1}
    )  # fmt: skip


@pytest.mark.parametrize(
    ("month", "sentence"),
    [
        (
            MAY,
            "The invoice of 2026-05 is pending (inv-may), so its costs may still grow: wait",
        ),
        (JUNE, "2026-06 is not over: there are costs through 2026-05-31."),
        (date(2026, 3, 1), "There are no costs in 2026-03: there is nothing to close."),
    ],
)
def test_a_month_that_is_not_ready_is_refused(settings, month, sentence):
    with pytest.raises(StatementError) as raised:
        statements.close(settings, month, anyway=False)
    assert str(raised.value).startswith(sentence)
    assert read_statements(settings.statements_dir) == []


def test_a_pending_month_is_closed_when_asked_twice(settings):
    assert statements.close(settings, MAY, anyway=True).month == MAY


MISSING = "invoices: invoice b cannot be loaded (odd); what was loaded of it before stays"
CLOSED = "insert into marts.fct_invoices values ('b', ?, '2026-04-01', '2026-05-01', 'second')"


def second(settings, status: str, through: str | None, missing: list[str]) -> None:
    published(
        settings,
        "insert into meta.freshness values ('second', ?, ?, ?, 'v1')",
        status,
        through,
        missing,
    )


@pytest.mark.parametrize(
    ("status", "through", "missing", "what"),
    [
        ("error", "2026-04-10", ["connection: 401"], "has the status error and costs through 2026"),
        ("error", "2026-05-31", ["connection: 401"], "has the status error and costs through 2026"),
        ("importing", None, [], "has the status importing and costs through None"),
        ("connected", "2026-04-10", [], "has costs through 2026-04-10, and no closed invoice of"),
        ("degraded", "2026-05-31", ["clusters: 403", MISSING], "lacks invoice b cannot be loaded"),
    ],
)
def test_a_month_is_not_closed_while_costs_of_one_connection_are_missing(
    settings, status, through, missing, what
):
    """The latest of all connections was asked: April was frozen without two thirds of another."""
    second(settings, status, through, missing)
    with pytest.raises(StatementError) as raised:
        statements.close(settings, APRIL, anyway=False)
    assert str(raised.value).startswith(f"Costs of 2026-04 may be missing: second {what}")
    assert statements.close(settings, APRIL, anyway=True).month == APRIL


@pytest.mark.parametrize(
    ("status", "through", "missing"),
    [
        ("connected", "2026-04-30", []),
        ("connected", None, []),
        ("degraded", "2026-05-02", ["clusters: 403", "FOCUS reports: 403"]),
    ],
)
def test_a_connection_whose_costs_are_all_there_keeps_no_month_open(
    settings, status, through, missing
):
    """One that was never billed has nothing to wait for, and an inventory is no cost."""
    second(settings, status, through, missing)
    assert statements.close(settings, APRIL, anyway=False).month == APRIL


def test_a_connection_without_costs_at_the_end_is_complete_once_its_invoice_is_closed(settings):
    second(settings, "connected", "2026-04-10", [])
    published(settings, CLOSED, "PAID")
    assert statements.close(settings, APRIL, anyway=False).month == APRIL


def test_a_pending_invoice_completes_nothing(settings):
    second(settings, "connected", "2026-04-10", [])
    published(settings, CLOSED, "PENDING")
    with pytest.raises(StatementError, match="is pending \\(b\\)"):
        statements.close(settings, APRIL, anyway=False)


def three(settings) -> list:
    """Statements of April to June, by their files."""
    first = statements.close(settings, APRIL, anyway=False)
    for month in (MAY, JUNE):
        write_statement(settings.statements_dir, replace(first, month=month))
    return [settings.statements_dir / f"2026-0{month}.json" for month in (4, 5, 6)]


def test_a_damaged_statement_that_others_build_on_is_not_to_be_taken_out(settings):
    """Its advice was to take it out; then its month could never be closed again."""
    _, may, june = three(settings)
    may.write_text("{}")
    reopened = r"restore it from a backup, or run `atlas-costs statement reopen 2026-06` and so on"
    with pytest.raises(StatementError, match=f"2026-05.json cannot be read .*: {reopened}"):
        read_statements(settings.statements_dir)
    may.unlink()
    with pytest.raises(StatementError, match=f"2026-05.json is missing, and later .*: {reopened}"):
        read_statements(settings.statements_dir)
    with pytest.raises(StatementError, match="2026-05.json is missing"):
        statements.close(settings, MAY, anyway=True)
    assert statements.reopen(settings, JUNE).exists()
    assert not june.exists()
    assert [each.month for each in read_statements(settings.statements_dir)] == [APRIL]


def test_a_damaged_statement_is_reopened_after_those_that_build_on_it(settings):
    _, may, _ = three(settings)
    may.write_text("{}")
    for month in (JUNE, MAY):
        statements.reopen(settings, month)
    assert [each.month for each in read_statements(settings.statements_dir)] == [APRIL]


def test_a_file_named_by_no_month_is_refused(settings):
    april, *_ = three(settings)
    april.rename(april.with_name("2026-13.json"))
    with pytest.raises(StatementError, match="2026-13.json is named by no month: take it out"):
        read_statements(settings.statements_dir)


def test_a_month_is_closed_once_and_in_its_turn(settings):
    statements.close(settings, APRIL, anyway=False)
    with pytest.raises(StatementError, match=r"The statement of 2026-04 is closed already\."):
        statements.close(settings, APRIL, anyway=True)
    with pytest.raises(StatementError, match="The next statement is that of 2026-05: 2026-06 can"):
        statements.close(settings, JUNE, anyway=True)


def test_two_at_once_close_it_once(settings, monkeypatch):
    """The second saw no statement when it began."""
    first = statements.close(settings, APRIL, anyway=False)
    monkeypatch.setattr(statements, "read_statements", lambda *_: [])
    with pytest.raises(StatementError, match="closed already"):
        statements.close(settings, APRIL, anyway=False)
    [kept] = read_statements(settings.statements_dir)
    assert kept.closed_at == first.closed_at
    assert [path.name for path in settings.statements_dir.iterdir()] == ["2026-04.json"]


def test_adjustments_are_never_frozen_twice(settings):
    """Before the refresh, what is published does not know that April was closed."""
    statements.close(settings, APRIL, anyway=False)
    with pytest.raises(StatementError, match="since the refresh: run `atlas-costs refresh` first"):
        statements.close(settings, MAY, anyway=True)


def test_rules_that_changed_since_the_refresh_are_not_frozen(settings):
    settings.allocation_file.write_text("keys:\n- key: team\n")
    with pytest.raises(StatementError, match="is not what the published costs were allocated by"):
        statements.close(settings, APRIL, anyway=False)


def test_without_keys_there_is_nothing_to_close(settings):
    settings.allocation_file.unlink()
    published(settings, "delete from marts.dim_allocation_keys")
    with pytest.raises(StatementError, match=r"no allocation key: write .*allocation.yaml"):
        statements.close(settings, APRIL, anyway=False)


def test_before_anything_is_published_it_says_so(settings):
    published(settings, "drop table marts.allocation_statements")
    with pytest.raises(NotPublished, match="does not have marts.allocation_statements yet"):
        statements.close(settings, APRIL, anyway=False)
    settings.published_warehouse.unlink()
    with pytest.raises(NotPublished, match="No warehouse at .* yet"):
        statements.close(settings, APRIL, anyway=False)


def test_the_last_one_can_be_reopened_and_is_kept(settings):
    statements.close(settings, APRIL, anyway=False)
    refreshed(settings)
    statements.close(settings, MAY, anyway=True)
    with pytest.raises(StatementError, match="2026-05 builds on that of 2026-04: reopen it first"):
        statements.reopen(settings, APRIL)
    kept = statements.reopen(settings, MAY)
    assert json.loads(kept.read_text())["statement"] == "2026-05"
    assert [each.month for each in read_statements(settings.statements_dir)] == [APRIL]
    with pytest.raises(StatementError, match="The statement of 2026-05 is not closed"):
        statements.reopen(settings, MAY)


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ('"cost_cents": 40', '"cost_cents": 41', "was changed after it was closed"),
        ('"statement": "2026-04"', '"statement": "2026-05"', "was changed after it was closed"),
        ("]}", "", "cannot be read (JSONDecodeError)"),
        ('"closed_at"', '"shut_at"', "cannot be read (KeyError)"),
    ],
)
def test_a_statement_that_was_tampered_with_is_named(settings, old, new, what):
    statements.close(settings, APRIL, anyway=False)
    file = settings.statements_dir / "2026-04.json"
    file.write_text(file.read_text().replace(old, new, 1))
    with pytest.raises(StatementError) as raised:
        read_statements(settings.statements_dir)
    assert str(raised.value).startswith(f"{file} {what}: restore it from a backup, or take it out")


def test_statements_become_rows_and_leave_with_their_file(settings):
    statements.close(settings, APRIL, anyway=False)
    with duckdb.connect() as raw:
        raw.execute(SCHEMA.read_text())
        loading.apply(raw, read_statements(settings.statements_dir))
        [row] = raw.execute(
            "select distinct statement_month, closed_at, rules_sha256, _file, sum(cost_cents) over "
            "() from statement_rows"
        ).fetchall()
        assert isinstance(row[1], datetime)
        [key] = read_allocation(settings.allocation_file)
        assert (row[0], row[2:]) == (APRIL, (fingerprint(key), "2026-04.json", 105))
        loading.apply(raw, [])
        assert raw.execute("from statement_rows").fetchall() == []

"""The page Savings: sums, one finding, what becomes of it, and what was saved."""

import json
from datetime import UTC, date, datetime, timedelta

import duckdb
import pytest
import yaml

from dashboard import data, saving_tables, saving_words, saying, tables
from orchestration.savings.states import read_sayings
from orchestration.settings import load_settings
from reporting import formats, savings
from tests.conftest import ROOT
from tests.dashboard.test_anomalies import insert
from tests.dashboard.test_pages import opened, page_links, texts

EVIDENCE = [
    {"what": "backup, as billed", "figure": 6900, "unit": "cents", "from": "2026-04-16",
     "to": "2026-05-16"},
    {"what": "cpu", "figure": 12.5, "unit": "percent", "from": "2026-04-16", "to": "2026-05-16"},
    {"what": "environment", "figure": "qa", "unit": "tag", "from": None, "to": None},
    {"what": "connections", "figure": None, "unit": "connections", "from": None, "to": None},
]  # fmt: skip
ONE = {
    "finding_id": "f1", "rule": "point_in_time", "part": "backups",
    "summary": "shop-qa keeps *point-in-time* backups", "resource_id": "r-shop-qa",
    "resource_name": "shop-qa", "resource_type": "cluster", "project_id": "p-shop",
    "project_name": "shop", "org_id": "o-Acme", "connection": "default",
    "monthly_saving_cents": 5526, "pricing_currency": "USD", "is_in_total": True,
    "evidence": json.dumps(EVIDENCE), "confidence": "high", "effort": "low", "risk": "medium",
    "basis": "your invoices", "action": "atlas-costs do update_cluster name=shop-qa --apply",
    "undo": "atlas-costs do update_cluster name=shop-qa pit_enabled=true --apply",
    "state": "open", "as_of": date(2026, 5, 18),
}  # fmt: skip


@pytest.fixture
def filled(publish):
    """Findings of every kind: 55.26 open, 20.00 planned, 7.00 counted elsewhere, others."""
    path = publish().resolve()
    with duckdb.connect(str(path)) as db:
        for each in (
            {},
            {"finding_id": "f2", "state": "planned", "monthly_saving_cents": 2000},
            {"finding_id": "f3", "is_in_total": False, "monthly_saving_cents": 700},
            {"finding_id": "f4", "state": "dismissed", "state_reason": "on purpose"},
            {"finding_id": "f5", "monthly_saving_cents": None, "is_in_total": False,
             "confidence": "not enough data"},
        ):  # fmt: skip
            insert(db, "savings", ONE | each)
        for month, realised in ((date(2026, 4, 1), 1252), (date(2026, 5, 1), 31300)):
            insert(db, "realised_savings", {
                "finding_id": "f9", "usage_month": month, "rule": "tier_down", "part": "servers",
                "resource_id": "r", "resource_name": "shop-old", "connection": "default",
                "done_on": date(2026, 4, 29), "days": 1, "expected_cents": realised + 100,
                "actual_cents": 100, "realised_cents": realised, "promised_cents": 50000,
                "pricing_currency": "USD",
            })  # fmt: skip
    return path


def plain(app):
    return texts(app).replace("\\", "")


def test_the_sum_counts_each_part_once_and_only_what_is_to_come(filled):
    with duckdb.connect(str(filled), read_only=True) as db:
        [total] = db.execute(
            "select sum(monthly_saving_cents)::bigint from marts.savings "
            "where is_in_total and state in ('open', 'planned')"
        ).fetchone()
        [easy] = db.execute(
            "select sum(monthly_saving_cents)::bigint from marts.savings where is_in_total "
            "and state in ('open', 'planned') and effort = 'low' and risk = 'low'"
        ).fetchone()
    app = opened("savings")
    assert not app.exception
    cards = {each.label: each.value for each in app.metric}
    assert cards == {
        "Potential savings a month": formats.money(total, "USD"),
        "Of them planned": "$20.00",
        "Low effort and risk": formats.money(easy or 0, "USD"),
        "Saved so far": "$325.52", "Findings": "3",
    }  # fmt: skip
    assert total == 7526
    table = app.dataframe[0].value
    assert list(table["A month"]) == [55.26, 20, 7]
    assert list(table["In the sum"]) == ["yes", "yes", "counted elsewhere"]


def test_what_is_decided_and_what_is_not_known_stand_apart(filled):
    decided = opened("savings", show="decided").dataframe[0].value
    assert list(decided["State"]) == ["dismissed: on purpose"]
    unknown = opened("savings", show="unknown").dataframe[0]
    assert list(unknown.value["Missing"]) == ["connections"]
    assert unknown.proto.row_height == tables.THREE_LINES_PX


def test_what_was_saved_is_shown_by_month_with_its_total(filled):
    app = opened("savings", show="realised")
    assert "**$325.52** saved in all, where $1,000.00 were promised" in plain(app)
    table = app.dataframe[0].value
    assert list(table["Month"]) == ["May 2026", "Apr 2026"]
    assert list(table["Saved"]) == [313, 12.52]
    rows = data.rows(savings.REALISED)
    assert saving_tables.by_month(rows, "realised_cents") == {
        date(2026, 4, 1): 1252, date(2026, 5, 1): 31300,
    }  # fmt: skip


def test_one_finding_shows_its_evidence_and_the_exact_command(filled):
    app = opened("savings", id="f1")
    assert not app.exception
    assert [each.value for each in app.metric] == ["$55.26", "High", "Low", "Medium"]
    assert [each.value for each in app.code][:2] == [ONE["action"], ONE["undo"]]
    table = app.dataframe[0].value
    assert list(table["Value"]) == ["$69.00", "12.5 percent", "qa", formats.ABSENT]
    assert table["To"][0] == date(2026, 5, 15)
    text = texts(app)
    assert r"\*point\-in\-time\*" in text + app.subheader[0].value
    assert "/resource?id=r-shop-qa" in page_links(app).values()
    assert "Point-in-time backup runs outside production." in plain(app)
    assert "No finding has this id" in texts(opened("savings", id="nonsense"))


def test_a_state_is_written_only_at_the_button_and_shown_beside_the_row_at_once(filled):
    app = opened("savings", id="f1")
    app.text_input[0].set_value("after the launch").run()
    assert not load_settings().savings_file.exists()
    app.text_input[0].set_value("after the launch")
    app.button[0].click().run()
    assert not app.exception
    [said] = read_sayings(load_settings().savings_file)
    assert (said.state, said.reason, said.finding.finding_id) == (
        "planned", "after the launch", "f1",
    )  # fmt: skip
    assert said.finding.monthly_saving_cents == 5526
    assert "counted after the next refresh" in app.success[0].value
    assert "Since the last refresh: planned: after the launch." in plain(app)
    table = opened("savings").dataframe[0].value
    assert next(iter(table[saving_tables.PENDING])) == "planned: after the launch"


def test_a_dismissal_needs_a_reason_and_a_future_day_is_refused(filled):
    app = opened("savings", id="f1")
    app.segmented_control[0].set_value("dismissed")
    app.button[0].click().run()
    assert "A reason is needed" in app.error[0].value
    [row] = [each for each in data.rows(savings.FINDINGS) if each["finding_id"] == "f1"]
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    saying.save("key", lambda: saying.judge_finding(
        row, "done", "", until=None, done_on=tomorrow
    ))  # fmt: skip
    assert not load_settings().savings_file.exists()


def test_what_the_last_refresh_knows_is_no_longer_pending(filled):
    [row] = [each for each in data.rows(savings.FINDINGS) if each["finding_id"] == "f1"]
    saying.judge_finding(row, "done", "", until=date(2027, 1, 1), done_on=date(2026, 5, 1))
    assert saying.pending_states([row]) == {"f1": "done"}
    [said] = read_sayings(load_settings().savings_file)
    assert (said.until, said.done_on) == (None, date(2026, 5, 1))
    counted = row | {"state_since": said.said_at.replace(tzinfo=None)}
    assert saying.pending_states([counted]) == {}


@pytest.mark.parametrize(
    ("figures", "words"),
    [
        ([("days measured", 0, "days"), ("CPU", None, "percent")],
         "measurements: set ATLAS_COSTS_MEASUREMENTS=true, and wait for a week of them"),
        ([("days measured", 2, "days")],
         "more measurements: there are 2 days; a rule needs a week"),
        ([("days measured", 2, "days", "2026-10-29")],
         "more measurements: there are 2 days, since 29 Oct 2026; a rule needs a week"),
        ([("the smaller tier", None, "cents")], "a price for the smaller tier"),
        ([], "see its evidence"),
    ],
)  # fmt: skip
def test_what_is_missing_is_said(figures, words):
    evidence = [
        dict(zip(("what", "figure", "unit", "from"), each, strict=False)) for each in figures
    ]
    assert saving_words.missing({"evidence": json.dumps(evidence)}) == words


def test_each_rule_has_words():
    rules = (ROOT / "dbt_project/models/marts/saving_rules").glob("int_saving_*.yml")
    named = {path.stem.removeprefix("int_saving_") for path in rules}
    assert set(saving_words.RULES) <= named
    macro = (ROOT / "dbt_project/macros/savings.sql").read_text()
    listed = macro.split("return([")[1].split("])")[0]
    assert set(saving_words.RULES) == set(yaml.safe_load(f"[{listed}]"))
    assert saving_words.rule_text("of_my_own") == "Of my own."


@pytest.mark.parametrize("view", ["open", "decided", "unknown"])
def test_the_file_of_a_view_has_the_rows_of_its_table(filled, view):
    table = opened("savings", show=view).dataframe[0].value
    assert [row["summary"] for row in data.rows(savings.of_view(view))] == list(table["Finding"])
    [first, *_] = data.rows(savings.evidence("f1"))
    assert (first["what"], first["figure"], first["first_day"]) == (
        "backup, as billed", "6900", date(2026, 4, 16),
    )  # fmt: skip

"""What people say of findings: kept whole, whatever happens while it is written."""

import json
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from orchestration.cli import app
from orchestration.explain import explanation
from orchestration.savings.states import Finding, Saying, read_sayings, say
from orchestration.settings import load_settings
from orchestration.warehouse import savings
from orchestration.warehouse.shape import opened

FINDING = Finding(
    "8f14e45fceea", "tier_down", "servers", "c1", "shop-prod", "cluster", "p1", "o1", "default",
    12345, "USD",
)  # fmt: skip
COLUMNS = {
    "finding_id": "8f14e45fceea", "rule": "tier_down", "part": "servers", "resource_id": "c1",
    "resource_name": "shop-prod", "resource_type": "cluster", "project_id": "p1", "org_id": "o1",
    "connection": "default", "monthly_saving_cents": 12345, "pricing_currency": "USD",
    "summary": "shop-prod is an M40 that an M30 would hold", "confidence": "high",
    "is_in_total": True, "state": "open", "state_reason": None, "state_until": None,
    "action": "atlas-costs do update_cluster …", "undo": "…",
}  # fmt: skip


def saying(state: str = "planned", **more: object) -> Saying:
    return Saying(FINDING, state, datetime(2026, 6, 1, 12, tzinfo=UTC), "ann", **more)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "feedback" / "savings.jsonl"


def test_what_was_said_is_read_in_its_order(file: Path) -> None:
    said = [
        saying(until=date(2026, 7, 1), reason="after the läunch"),
        saying("done", done_on=date(2026, 6, 3)),
    ]
    for each in said:
        say(file, each)
    assert read_sayings(file) == said


def test_nothing_was_said_where_there_is_no_file(file: Path) -> None:
    assert read_sayings(file) == []


@pytest.mark.parametrize("kept", range(1, 40, 6))
def test_a_line_that_was_cut_off_takes_nothing_with_it(file: Path, kept: int) -> None:
    say(file, saying("planned"))
    with file.open("ab") as lines:
        lines.write(saying("done").line.encode()[:kept])
    say(file, saying("dismissed", reason="no"))
    assert [each.state for each in read_sayings(file)] == ["planned", "dismissed"]


def test_a_line_of_somebody_elses_is_named_and_left_out(
    file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    say(file, saying())
    with file.open("a") as lines:
        lines.write(json.dumps({"state": "sold"}) + "\n")
    assert len(read_sayings(file)) == 1
    assert "line 2 cannot be read" in caplog.text


def test_raw_holds_exactly_what_was_said(tmp_path: Path) -> None:
    db = opened(tmp_path / "raw.duckdb")
    query = (
        "select position, finding_id, state, reason, until, done_on, said_at, part "
        "from saving_states order by position"
    )
    said = [saying(until=date(2026, 7, 1)), saying("done", done_on=date(2026, 6, 3), reason="x")]
    savings.apply(db, said)
    noon = datetime(2026, 6, 1, 12)  # noqa: DTZ001  raw's times are UTC
    assert db.execute(query).fetchall() == [
        (1, "8f14e45fceea", "planned", None, date(2026, 7, 1), None, noon, "servers"),
        (2, "8f14e45fceea", "done", "x", None, date(2026, 6, 3), noon, "servers"),
    ]
    savings.apply(db, [])
    assert db.execute(query).fetchall() == []


@pytest.fixture
def published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A published warehouse with one finding, and one of which too little is known."""
    monkeypatch.setenv("ATLAS_COSTS_DATA_DIR", str(tmp_path))
    unknown = {**COLUMNS, "finding_id": "0000", "monthly_saving_cents": None, "is_in_total": False}
    with duckdb.connect(str(tmp_path / "atlas_costs.duckdb")) as db:
        db.execute("create schema marts")
        rows = json.dumps([COLUMNS, unknown])
        shape = json.dumps([{name: _type(value) for name, value in COLUMNS.items()}])
        db.execute(
            f"create table marts.savings as select unnest(from_json('{rows}', '{shape}'), "
            "recursive := true)"
        )
    return tmp_path


def _type(value: object) -> str:
    return {str: "VARCHAR", int: "BIGINT", bool: "BOOLEAN"}.get(type(value), "VARCHAR")


def run(*arguments: str) -> str:
    done = CliRunner().invoke(app, ["saving", *arguments], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def test_a_list_says_how_much_and_how(published: Path) -> None:
    shown = run("list")
    assert "8f14e45fceea" in shown
    assert "$123.45 a month" in shown
    assert "atlas-costs do update_cluster …" in shown
    assert "0000" not in shown
    assert "Together $123.45 a month" in shown
    assert "1 more have not enough data" in shown
    assert "0000" in run("list", "--all")
    assert json.loads(run("list", "--json"))[0]["finding_id"] == "8f14e45fceea"


def test_a_finding_is_planned_dismissed_done_and_open_again(published: Path) -> None:
    run("plan", "8f14e45fceea", "--until", "2026-07-01")
    run("dismiss", "8f14e45fceea", "--reason", "a launch")
    run("done", "8f14e45fceea", "--on", "2026-06-03")
    run("reopen", "8f14e45fceea")
    said = read_sayings(load_settings().savings_file)
    assert [(each.state, each.until, each.reason, each.done_on) for each in said] == [
        ("planned", date(2026, 7, 1), None, None),
        ("dismissed", None, "a launch", None),
        ("done", None, None, date(2026, 6, 3)),
        ("open", None, None, None),
    ]
    assert {each.finding.monthly_saving_cents for each in said} == {12345}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("plan", "none"), "There is no finding none"),
        (("plan", "8f14e45fceea", "--until", "July"), "--until July is not a day"),
    ],
)
def test_a_mistake_is_one_sentence(
    published: Path, arguments: tuple[str, ...], sentence: str
) -> None:
    done = CliRunner().invoke(app, ["saving", *arguments])
    assert sentence in (explanation(done.exception) or "")
    assert read_sayings(load_settings().savings_file) == []

"""The page Anomalies: what it lists, the days of one, and what a reader says of it."""

import json
from datetime import UTC, date, datetime

import duckdb
import pytest

from dashboard import anomaly_days, anomaly_tables, data, saying
from orchestration import feedback
from orchestration.settings import load_settings
from reporting import anomalies, formats
from tests.dashboard.test_pages import clicked, opened, page_links, texts

# What stands in marts.anomalies; the amounts are those of the lines below.
ONE = {
    "anomaly_id": "abc123", "detected_on": date(2026, 5, 11), "usage_date": date(2026, 5, 10),
    "last_day": date(2026, 5, 14), "is_ongoing": False, "scope": "shop / shop-prod / Backup",
    "scope_type": "resource", "org_id": "o-Acme", "project_id": "p-shop", "project_name": "shop",
    "resource_id": "r-shop-prod", "resource_name": "shop-prod", "service": "Backup",
    "category": "Backup", "sku": "ATLAS_AWS_BACKUP_SNAPSHOT_STORAGE", "pricing_currency": "USD",
    "expected_cents": 500, "quantity_effect_cents": 900, "price_effect_cents": 100,
    "status": "open", "explanation": "Backup of shop-prod <b>cost</b> more.",
}  # fmt: skip
ITS_DAYS = """select sum(cost_cents)::bigint from marts.fct_line_items
where resource_id = 'r-shop-prod' and service = 'Backup'
    and usage_date between '2026-05-10' and '2026-05-14'"""


def insert(db, table, row):
    names = ", ".join(f'"{name}"' for name in row)
    values = ", ".join(f"${name}" for name in row)
    db.execute(f"insert into marts.{table} ({names}) values ({values})", row)


@pytest.fixture
def filled(publish):
    """A published file with an anomaly of each kind; what it says the first one cost."""
    with duckdb.connect(str(publish().resolve())) as db:
        actual = db.execute(ITS_DAYS).fetchone()[0]
        one = ONE | {"actual_cents": actual, "over_cents": actual - 500}
        explained = {"anomaly_id": "exp", "status": "explained", "over_cents": 70,
                     "event": "shop-prod was created", "scope": "explained one"}  # fmt: skip
        judged = {"anomaly_id": "said", "status": "expected", "verdict": "expected",
                  "verdict_reason": "a load test", "over_cents": 90}  # fmt: skip
        confirmed = {"anomaly_id": "real", "verdict": "real", "verdict_reason": "a loop",
                     "usage_date": date(2026, 5, 12)}  # fmt: skip
        for each in ({}, explained, judged, confirmed):
            insert(db, "anomalies", one | each)
        insert(db, "anomaly_feedback", {
            "anomaly_id": "said", "verdict": "expected", "reason": "a load test", "by": "ana",
            "pattern": "alike", "at": datetime.fromisoformat("2026-05-17T08:00"), "over_cents": 90,
            "pricing_currency": "USD",
        })  # fmt: skip
        insert(db, "cost_change_alerts", {
            "alert": "by service", "grouping": "service", "scope": "Backup",
            "usage_month": date(2026, 5, 1), "month_before": date(2026, 4, 1), "is_running": True,
            "days": 18, "pricing_currency": "USD", "before_cents": 100, "after_cents": 12445,
            "change_cents": 12345, "change_percent": 12345.0, "explanation": "x",
        })  # fmt: skip
    return actual


def plain(app):
    return texts(app).replace("\\", "")


def test_open_ones_come_first_and_the_rest_stands_apart(filled):
    """The counts above are the rows below."""
    app = opened("anomalies", show="open")
    over = formats.money(filled - 500, "USD")
    assert [(each.label, each.value) for each in app.metric] == [
        ("1 unexplained: over expected", over),
        ("1 confirmed, not resolved: over expected", over),
    ]
    table = app.dataframe[0].value
    assert list(table["Status"]) == ["unexplained", "confirmed, not resolved: a loop"]
    assert list(table["More usage"]) == [9, 9]
    rest = opened("anomalies", show="explained").dataframe[0].value
    assert set(rest["Status"]) == {
        "explained: shop-prod was created", "acknowledged: a load test",
    }  # fmt: skip


def test_what_was_said_is_listed_and_so_are_changes_with_their_report(filled):
    said = opened("anomalies", show="feedback").dataframe[0].value
    assert (said["By"][0], said["Reason"][0]) == ("ana", "a load test")
    app = opened("anomalies", show="changes")
    table = app.dataframe[0].value
    # a number, which stands at the right as amounts do
    assert (table["Change"][0], table["Change %"][0]) == (123.45, 123.45)
    assert clicked(app, "anomalies.changes.USD", 0, "Report") == (
        "/cost-report?f.service=Backup&from=2026-05-01&to=2026-05-18&group=resource"
    )
    said = texts(app)
    assert (
        "The first 18 days of May 2026 against the same days of Apr 2026 as they had been" in said
    )


def test_the_page_begins_with_whether_anything_is_odd_now(filled):
    app = opened("anomalies")
    assert "1 unexplained in the last 30 days." in plain(app)
    assert len(app.dataframe[0].value) == 4


def anomaly(last_day, status="open", **more):
    row = ONE | {"status": status, "verdict": None, "verdict_reason": None, "event": "x was made"}
    return row | {"last_day": last_day, "is_recent": last_day.month >= 5} | more


OLD, NEW = anomaly(date(2026, 3, 3)), anomaly(date(2026, 5, 9))
GOES = anomaly(date(2026, 5, 18), "explained", is_ongoing=True, scope="shop / x")


ONGOING = "shop / x (explained: x was made)"
GOING = f"still going on: {ONGOING}"


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        ([], "Nothing unexplained."),
        ([OLD], "Nothing unexplained since 3 Mar 2026."),
        ([OLD, NEW, NEW], "2 unexplained in the last 30 days."),
        ([OLD, GOES], f"Nothing unexplained since 3 Mar 2026; 1 known change is {GOING}."),
        ([GOES] * 5, (f"Nothing unexplained; 5 known changes are {GOING}; {ONGOING}; {ONGOING}; "
         "and 2 more.")),
    ],
)  # fmt: skip
def test_what_goes_on_is_said_in_a_sentence(rows, text):
    assert anomaly_tables.now_text(rows) == text


def test_what_ended_long_ago_is_not_what_the_page_begins_with(filled):
    found = data.rows(anomalies.ANOMALIES)
    old = [row | {"is_recent": False} for row in found]
    assert anomaly_tables.of_view(old, "recent") == []
    assert len(anomaly_tables.of_view(old, "open")) == 2


def test_one_is_shown_with_its_days_and_what_was_expected_of_them(filled):
    app = opened("anomalies", id="abc123")
    assert not app.exception
    amounts = {each.label: each.value for each in app.metric}
    assert amounts == {
        "Over expected": formats.money(filled - 500, "USD"),
        "Cost": formats.money(filled, "USD"), "Expected": "$5.00", "By more usage": "$9.00",
        "By a higher price": "$1.00",
    }  # fmt: skip
    spec = json.loads(app.get("vega_lite_chart")[0].proto.spec)
    assert [each["mark"]["type"] for each in spec["layer"]] == ["bar", "rule"]
    text = plain(app)
    assert "what was expected of its days, $1.00 a day on average" in text
    assert "Backup of shop-prod <b>cost</b> more." in text
    report = page_links(app)["Cost report of these days"]
    assert "f.resource=r-shop-prod&f.service=Backup&from=2026-04-05&to=2026-05-18" in report


def test_an_id_that_is_not_there_is_named(filled):
    assert "No anomaly has this id" in texts(opened("anomalies", id="nonsense"))


def rows_of(*amounts):
    return [
        {"usage_date": date(2026, 5, 10), "service": service, "category": category, "amount": cents}
        for service, category, cents in amounts
    ]


@pytest.mark.parametrize(
    ("actual", "what", "expected"),
    [(40, "Backup: Backup", 100), (50, "Backup", 100), (57, "all usage", 100),
     (60, "Backup: Backup", None)],
)  # fmt: skip
def test_the_line_is_drawn_only_where_the_bars_are_what_the_anomaly_counts(actual, what, expected):
    rows = rows_of(("Backup", "Backup", 40), ("Backup", "PIT", 10), ("Clusters", "M30", 7))
    one = ONE | {"actual_cents": actual, "unit": "USD"}
    found = anomaly_days.days_of(one, rows, date(2026, 5, 9), date(2026, 5, 16))
    assert (found.what, found.expected) == (what, expected)
    assert len(found.amounts) == 7
    assert found.missing == (20 if expected is None else 0)
    assert ("also counts $0.20" in anomaly_days.caption(one, found)) == (expected is None)


def test_an_alert_whose_values_cannot_be_told_apart_has_no_report():
    alert = {"grouping": "service, project", "scope": "a / b / c", "usage_month": date(2026, 5, 1)}
    assert anomalies.report_of_alert(alert, date(2026, 5, 18)) is None
    known = anomalies.report_of_alert(alert | {"scope": "a / b"}, date(2026, 5, 18))
    assert [one.values for one in known.filters] == [("a",), ("b",)]


def test_a_verdict_is_written_only_at_the_button_and_shown_beside_the_row_at_once(filled):
    app = opened("anomalies", id="abc123")
    app.text_input[0].set_value("a *test* of backups").run()
    assert not feedback.read(load_settings().feedback_dir, feedback.ANOMALIES)
    app.text_input[0].set_value("a *test* of backups")
    app.button[0].click().run()
    assert not app.exception
    [said] = feedback.read(load_settings().feedback_dir, feedback.ANOMALIES)
    assert (said["anomaly_id"], said["verdict"], said["reason"]) == (
        "abc123", "expected", "a *test* of backups",
    )  # fmt: skip
    assert said["pattern"] == "alike"
    [success] = app.success
    assert "counted after the next refresh" in success.value
    assert "anomalies.jsonl" in success.value.replace("\\", "")
    note = "Since the last refresh: expected: a *test* of backups."
    assert note in plain(app)
    assert r"\*test\*" in texts(app)
    table = opened("anomalies", show="open").dataframe[0].value
    assert next(iter(table[anomaly_tables.PENDING])) == "expected: a *test* of backups"


def test_a_verdict_without_a_reason_is_refused_in_a_sentence(filled):
    app = opened("anomalies", id="abc123")
    app.button[0].click().run()
    assert "A reason is needed" in app.error[0].value
    assert not load_settings().feedback_dir.exists()


def test_a_folder_that_cannot_be_written_is_named(filled, monkeypatch):
    def refuse(*_):
        raise PermissionError(13, "Permission denied", "/there/anomalies.jsonl")

    monkeypatch.setattr(feedback, "append", refuse)
    app = opened("anomalies", id="abc123")
    app.text_input[0].set_value("because")
    app.button[0].click().run()
    assert "Cannot write /there/anomalies.jsonl: Permission denied" in app.error[0].value.replace(
        "\\", ""
    )


def test_a_damaged_line_is_named_and_the_page_still_answers(filled):
    folder = load_settings().feedback_dir
    folder.mkdir()
    feedback.file_of(folder, feedback.ANOMALIES).write_text("nonsense\n")
    app = opened("anomalies")
    assert "line 1 cannot be read" in app.error[0].value
    assert app.dataframe


@pytest.mark.parametrize(
    ("verdict", "pattern", "until"),
    [("expected", "any", "2026-06-30"), ("real", "alike", None), ("ignore", "any", "2026-06-30")],
)
def test_verdicts_are_the_commands_own(filled, verdict, pattern, until):
    [row] = [each for each in data.rows(anomalies.ANOMALIES) if each["anomaly_id"] == "abc123"]
    saying.judge_anomaly(row, verdict, " why ", until=date(2026, 6, 30), is_always=True)
    [said] = feedback.read(load_settings().feedback_dir, feedback.ANOMALIES)
    assert (said["pattern"], said["until"], said["reason"]) == (pattern, until, "why")


def test_what_the_last_refresh_knows_is_no_longer_pending(filled):
    [row] = [each for each in data.rows(anomalies.ANOMALIES) if each["anomaly_id"] == "abc123"]
    saying.judge_anomaly(row, "real", "why", until=None, is_always=False)
    counted = data.rows(anomalies.FEEDBACK)
    assert saying.pending_verdicts(counted) == {"abc123": "real: why"}
    [said] = feedback.read(load_settings().feedback_dir, feedback.ANOMALIES)
    at = datetime.fromisoformat(said["at"]).astimezone(UTC).replace(tzinfo=None)
    assert saying.pending_verdicts([*counted, {"anomaly_id": "abc123", "at": at}]) == {}


@pytest.mark.parametrize("view", ["recent", "open", "explained"])
def test_the_file_of_a_view_has_the_rows_of_its_table(filled, view):
    table = opened("anomalies", show=view).dataframe[0].value
    found = {row["scope"] for row in data.rows(anomalies.of_view(view))}
    assert found == set(table["Scope"])
    assert len(data.rows(anomalies.alerts_of(date(2026, 5, 1)))) == 1
    assert not data.rows(anomalies.alerts_of(date(2026, 4, 1)))

"""Two people, two workspaces: what each sees, sums and may do, as pages and files have it."""

import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

from dashboard import data, saved_reports, saying, signing_in
from dashboard.signing_in import NoAccessError, NotSignedInError, Visitor
from orchestration import feedback
from orchestration.saved_reports import SavedReport, shelf
from orchestration.settings import SettingsError, load_settings
from orchestration.workspaces.model import Person, Role, read_workspaces
from reporting import formats
from reporting.query import Query
from tests.dashboard.test_pages import PAGES, at_page, texts
from tests.dashboard.visiting import as_proxied, behind_a_proxy, signed_in

TOTAL = "select sum(cost_cents)::bigint as cents from marts.agg_costs_daily where is_in_total"


@pytest.fixture
def workspaces(publish, monkeypatch, tmp_path) -> Path:
    publish()
    yield behind_a_proxy(monkeypatch, tmp_path)
    signing_in.identity.cache_clear()


def opened(email: str, page: str = "overview") -> AppTest:
    app = at_page(page)
    app.user = as_proxied(email)
    return app.run()


def cents(where: str, relation: str = "fct_line_items") -> int:
    """A sum of the whole bill, by SQL of the test's own."""
    with duckdb.connect() as db:
        db.execute(f"attach '{data.warehouse_path().resolve()}' as w (read_only)")
        [(found,)] = db.execute(
            f"select sum(cost_cents)::bigint from w.marts.{relation} where {where}"
        ).fetchall()
        return found


@pytest.mark.parametrize(
    ("email", "workspace", "where"),
    [
        ("ada@example.com", "", "is_in_total"),
        ("ada@example.com", "shop", "is_in_total and project_name = 'shop'"),
        ("bob@example.com", "shop", "is_in_total and project_name = 'shop'"),
        ("bob@example.com", "backups", "is_in_total and service = 'Backup'"),
        ("kim@data.example.com", "", "is_in_total and tags['team'] = ['data']"),
    ],
)
def test_each_workspace_has_its_own_total_in_every_sum(workspaces, email, workspace, where):
    expected = cents(where)
    with signed_in(email, workspace):
        for relation in ("agg_costs_daily", "agg_costs_monthly", "fct_line_item_days",
                         "fct_costs_daily"):  # fmt: skip
            sql = TOTAL.replace("agg_costs_daily", relation)
            assert data.rows(Query(sql)) == [{"cents": expected}], relation


def test_a_group_opens_a_workspace_and_without_it_nothing_is_shown(workspaces):
    with signed_in("lee@example.com", "", "data-team"):
        assert data.rows(Query(TOTAL))[0]["cents"] == cents("tags['team'] = ['data']")
    with signed_in("lee@example.com"), pytest.raises(NoAccessError, match="finops@example.com"):
        data.rows(Query(TOTAL))


def test_two_people_see_different_totals_on_the_same_page(workspaces):
    for email, where in (("bob@example.com", "project_name = 'shop'"),
                         ("kim@data.example.com", "tags['team'] = ['data']")):  # fmt: skip
        app = opened(email)
        assert not app.exception
        month = cents(f"is_in_total and usage_date >= '2026-05-01' and {where}")
        assert formats.money(month, "USD") in [each.value for each in app.metric]


def test_a_page_says_what_its_totals_leave_out_and_never_how_much(workspaces):
    app = opened("bob@example.com")
    assert "you see project shop; the rest is not in your workspace shop" in texts(app)
    assert formats.money(cents("is_in_total"), "USD") not in texts(app)


def test_whoever_is_in_no_workspace_is_told_whom_to_ask_and_sees_no_page(workspaces):
    app = opened("eve@example.com")
    assert "finops" in texts(app)
    assert not app.metric
    assert not app.sidebar.children


def test_without_a_file_nobody_is_let_in(workspaces):
    workspaces.unlink()
    assert "no workspace includes this address" in texts(opened("ada@example.com"))


def test_who_is_taken_out_of_the_file_sees_nothing_from_the_next_run_on(workspaces):
    app = opened("bob@example.com")
    assert app.metric
    workspaces.write_text(workspaces.read_text().replace("bob@", "rob@"))
    os.utime(workspaces, ns=(time.time_ns(), time.time_ns()))
    assert not app.run().metric
    assert "no workspace includes this address" in texts(app)


def test_a_visitor_of_two_workspaces_chooses_between_them(workspaces):
    app = opened("bob@example.com")
    assert app.sidebar.selectbox[0].options == ["shop", "backups"]
    app.sidebar.selectbox[0].set_value("backups").run()
    month = cents("is_in_total and usage_date >= '2026-05-01' and service = 'Backup'")
    assert formats.money(month, "USD") in [each.value for each in app.metric]


def test_a_workspace_that_is_not_theirs_cannot_be_chosen(workspaces):
    with signed_in("bob@example.com", "data"):
        assert signing_in.access().workspace == "shop"


@pytest.mark.parametrize("page", [*PAGES[1:], "reports"])
def test_a_page_opens_in_a_workspace_that_has_only_a_part(workspaces, page):
    app = opened("bob@example.com", page)
    assert not app.exception
    assert "could not read" not in texts(app)


def test_viewers_look_actors_act(workspaces):
    with signed_in("bob@example.com"), pytest.raises(feedback.FeedbackError, match="may look"):
        saying.keep_note({"id": "n1", "day": "2026-05-01", "text": "ours"})
    with signed_in("sue@example.com"):
        saying.keep_note({"id": "n2", "day": "2026-05-01", "text": "ours"})
        [said] = saying.said_of_notes()
    assert (said["by"], said["workspace"]) == ("sue@example.com", "shop")
    with signed_in("kim@data.example.com"):
        assert saying.said_of_notes() == []
    with signed_in("ada@example.com"):
        assert [each["id"] for each in saying.said_of_notes()] == ["n2"]


@pytest.mark.parametrize("judge", ["anomaly", "finding"])
def test_a_viewer_judges_neither_anomalies_nor_findings(workspaces, judge):
    finding = dict.fromkeys(saying._FINDING, "x")
    judged = {
        "finding": lambda: saying.judge_finding(
            finding, "dismissed", "no", until=None, done_on=None
        ),
        "anomaly": lambda: saying.judge_anomaly({}, "expected", "no", until=None, is_always=False),
    }
    with signed_in("bob@example.com"), pytest.raises(feedback.FeedbackError, match="may look"):
        judged[judge]()
    assert not load_settings().savings_file.exists()


def test_a_saved_report_is_its_workspaces_own(workspaces):
    every = shelf(load_settings())
    for workspace in ("shop", "data", ""):
        name = f"of-{workspace or 'all'}"
        every.save(SavedReport(name=name, title=name, address="", workspace=workspace))
    with signed_in("bob@example.com"):
        kept = saved_reports.on_the_shelf()
        assert {"of-shop"} == {each for each in kept.reports if each.startswith("of-")}
        kept.delete("of-data")
        mine = SavedReport(name="of-data", title="mine", address="", workspace="shop")
        with pytest.raises(SettingsError, match="choose another name"):
            kept.save(mine, overwrite=True)
    with signed_in("ada@example.com"):
        assert {"of-shop", "of-data", "of-all"} <= saved_reports.on_the_shelf().reports.keys()


def test_a_session_ends_after_its_hours(workspaces, monkeypatch):
    monkeypatch.setenv("ATLAS_COSTS_SESSION_HOURS", "2")
    now = datetime.now(UTC)
    bob = Person("bob@example.com")
    assert signing_in.accesses(Visitor(bob, since=now - timedelta(hours=1)))
    with pytest.raises(NotSignedInError, match="has ended"):
        signing_in.accesses(Visitor(bob, since=now - timedelta(hours=3)))


def test_what_is_made_after_a_page_is_made_as_its_visitor_and_asked_anew(workspaces):
    with signed_in("bob@example.com"):
        made = signing_in.remembered(lambda: data.rows(Query(TOTAL)))
    assert made() == [{"cents": cents("is_in_total and project_name = 'shop'")}]
    workspaces.write_text("workspaces: []\n")
    with pytest.raises(NoAccessError):
        made()


def test_a_copy_is_made_once_for_a_version_and_goes_with_it(workspaces, publish):
    with signed_in("bob@example.com"):
        first = data.warehouse_version()
        made = first.stat().st_mtime_ns
        data.rows(Query(TOTAL))
        assert data.warehouse_version().stat().st_mtime_ns == made
        publish(version="two")
        assert data.warehouse_version() != first
    assert first.parent.stat().st_mode & 0o077 == 0


MISTAKES = {
    "workspaces:\n  - name: a\n    sees: []": "line 2: .*needs conditions under sees",
    "workspaces:\n  - name: a\n    sees: [{}]": r"line 3: workspaces\[0\].sees",
    "workspaces:\n  - name: a\n    sees: [{projet: shop}]": "must be tag:<key>, allocation:<key>",
    "workspaces:\n  - name: a\n    sees: [{project: []}]": r"line 3",
    "workspaces:\n  - name: a\n    people: [bob]\n    sees_everything: true": r"line 3: .*email",
    "workspaces:\n  - name: a\n    domains: ['@x.com']\n    sees_everything: true": "without @",
    "workspaces: [{name: a, sees_everything: true}, {name: a, sees_everything: true}]": "twice",
    "admins: [ada@example.com]": "line 1: admins",
    "workspaces:\n  - name: a\n    sees: [{project: shop}\n": "not YAML",
}


@pytest.mark.parametrize("text", MISTAKES)
def test_a_mistake_in_the_file_is_named_with_its_line_and_shows_nothing(workspaces, text):
    workspaces.write_text(text)
    with pytest.raises(SettingsError, match=MISTAKES[text]):
        read_workspaces(workspaces)
    with signed_in("ada@example.com"), pytest.raises(SettingsError):
        data.rows(Query(TOTAL))


def test_everything_may_be_looked_at_without_being_administrator(workspaces):
    workspaces.write_text("workspaces: [{name: f, domains: [example.com], sees_everything: true}]")
    with signed_in("fay@example.com"):
        assert data.rows(Query(TOTAL))[0]["cents"] == cents("is_in_total")
        assert not signing_in.may(Role.ACTOR)


def test_without_sign_in_whoever_runs_the_pages_sees_and_does_all(publish):
    publish()
    signing_in.identity.cache_clear()
    assert signing_in.access().role is Role.ADMINISTRATOR
    assert data.rows(Query(TOTAL))[0]["cents"] == cents("is_in_total")


def test_a_star_is_of_one_workspace(workspaces):
    with signed_in("bob@example.com", "shop"):
        saved_reports.on_the_shelf().star("by-team", starred=True)
        assert saved_reports.on_the_shelf().starred == {"by-team"}
    for email, workspace in (("bob@example.com", "backups"), ("ada@example.com", "")):
        with signed_in(email, workspace):
            assert saved_reports.on_the_shelf().starred == frozenset()
    with signed_in("ada@example.com", "shop"):
        assert saved_reports.on_the_shelf().starred == {"by-team"}

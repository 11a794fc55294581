"""Which period a digest is about, and what it says is missing of it."""

from datetime import date, timedelta

import duckdb
import pytest

from orchestration.rules.alerts import Route
from orchestration.telling.digests import newest_period, unread, wanted
from orchestration.telling.missed import missed
from tests.dashboard.conftest import publish_warehouse


@pytest.mark.parametrize(("every", "through", "first", "end"), [
    ("daily", date(2026, 5, 20), date(2026, 5, 20), date(2026, 5, 21)),
    # 17 May 2026 is a Sunday
    ("weekly", date(2026, 5, 17), date(2026, 5, 11), date(2026, 5, 18)),
    ("weekly", date(2026, 5, 23), date(2026, 5, 11), date(2026, 5, 18)),
    ("monthly", date(2026, 5, 30), date(2026, 4, 1), date(2026, 5, 1)),
    ("monthly", date(2026, 5, 31), date(2026, 5, 1), date(2026, 6, 1)),
    ("monthly", date(2026, 1, 5), date(2025, 12, 1), date(2026, 1, 1)),
])  # fmt: skip
def test_a_period_is_told_once_all_of_its_days_are_posted(every, through, first, end):
    period = newest_period(every, through)
    assert (period.window.start, period.window.end) == (first, end)
    assert period.drawn.end == end
    assert period.drawn.start < first


def test_a_connection_that_was_not_read_since_the_period_ended_is_named():
    with duckdb.connect() as db:
        db.execute("create schema meta")
        db.execute(
            "create table meta.freshness as from (values "
            "('b-never', null), ('c-broken', timestamp '2026-05-20 23:59:59'), "
            "('a-read', timestamp '2026-05-21 00:00:00')) as t(connection, last_success_at)"
        )
        never, broken = unread(db, date(2026, 5, 21))
        assert unread(db, date(2026, 5, 20)) == [never]
    assert never.startswith("Connection b-never was never read completely: ")
    assert broken == (
        "Connection c-broken was last read completely on 20 May 2026: costs since then "
        "are missing here."
    )


@pytest.mark.parametrize(("every", "start", "known", "expected"), [
    ("daily", date(2026, 5, 20), [], []),
    ("daily", date(2026, 5, 20), ["digest:daily:2026-05-19"], []),
    ("daily", date(2026, 5, 20), ["digest:daily:2026-05-16", "digest:daily:2026-05-17", "budget:x",
                                  "digest:weekly:2026-05-18"],
     [(date(2026, 5, 18), date(2026, 5, 19)), (date(2026, 5, 19), date(2026, 5, 20))]),
    ("weekly", date(2026, 5, 18), ["digest:weekly:2026-05-04"],
     [(date(2026, 5, 11), date(2026, 5, 18))]),
    ("monthly", date(2026, 2, 1), ["digest:monthly:2025-11-01"],
     [(date(2025, 12, 1), date(2026, 1, 1)), (date(2026, 1, 1), date(2026, 2, 1))]),
])  # fmt: skip
def test_what_no_digest_was_about_is_between_the_last_one_and_this(every, start, known, expected):
    assert [(each.start, each.end) for each in missed(every, start, known)] == expected


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    pointer = publish_warehouse(tmp_path_factory.mktemp("digests"))
    with duckdb.connect(str(pointer.resolve()), read_only=True) as db:
        yield db


@pytest.mark.parametrize(("days", "lines"), [(1, 0), (12, 8)])
def test_a_digest_names_the_days_since_the_last_one_and_what_they_cost(published, days, lines):
    [(through,)] = published.execute("select max(data_through) from marts.data_through").fetchall()
    route = Route(name="mail", channel="email", to=["a@example.com"], digests=["daily"])
    known = {f"digest:daily:{through - timedelta(days)}"}
    [found] = wanted(published, route, known)
    named = [each for each in found.blocks if each.heading == "Earlier days"]
    if not lines:
        assert not named
        return
    [block] = named
    assert len(block.rows) == lines
    assert block.rows[-1][0].startswith(f"{(through - timedelta(1)).day} ")
    [(cents,)] = published.execute(
        "select sum(cost_cents)::bigint from marts.fct_line_items "
        "where is_in_total and usage_date > $last and usage_date < $through",
        {"last": through - timedelta(days), "through": through},
    ).fetchall()
    told = [row[2] for row in block.rows]
    assert sum(cents_of(each) for each in told) == cents


def cents_of(text: str) -> int:
    return int(text.replace("$", "").replace(",", "").replace(".", ""))

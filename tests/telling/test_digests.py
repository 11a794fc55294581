"""Which period a digest is about, and what it says is missing of it."""

from datetime import date

import duckdb
import pytest

from orchestration.telling.digests import newest_period, unread


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

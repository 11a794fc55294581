"""A first refresh on odd days: with a cluster a day old, and at the ends of months and years."""

from datetime import date

import pytest

import sandbox as sandbox_package

DAYS = (
    # on the first of them a cluster that was a day old stopped every build of the demo
    "2026-12-07", "2026-12-31", "2027-01-01", "2027-01-04", "2027-02-28", "2027-03-01",
    "2027-10-31", "2028-02-29",
)  # fmt: skip


@pytest.mark.wide
@pytest.mark.parametrize("day", DAYS)
def test_a_refresh_publishes_on(world, day):
    with sandbox_package.running(months=3, today=date.fromisoformat(day)) as atlas:
        run = world.run("refresh", **atlas.environment())
    assert run.code == 0, run.said
    [(lines,)] = world.query("select count(*) from marts.fct_line_items")
    assert lines > 1000

"""The page of one resource: its numbers are the bill's, its history one life, its commands safe."""

from datetime import date

import pytest

from dashboard import data, resource_page
from reporting import formats, resource
from reporting.ranges import Window
from tests.dashboard.test_active_resources import ask, cents, change, metrics, opened
from tests.dashboard.test_pages import page_links, texts

LAST_90 = Window(date(2026, 2, 18), date(2026, 5, 19))


def ids(identity):
    return [row["resource_id"] for row in data.rows(resource.life(identity))]


def frame_with(app, column):
    return next(each.value for each in app.dataframe if column in each.value.columns)


def test_the_head_says_what_it_is_and_its_costs_are_the_marts(publish):
    publish()
    app = opened("resource", id="r-shop-prod")
    assert not app.exception
    assert app.title[0].value == "shop\\-prod"
    facts = next(each.value for each in app.markdown if "Tier" in each.value)
    for part in ("Cluster", "M30", "shop", "us\\-east\\-1", "running", "checkout"):
        assert part in facts
    [(to_date, recent, projected)] = ask(
        """select cost_month_to_date_cents,
        cost_last_30_days_cents, projected_month_cents from marts.active_resources
        where resource_id = 'r-shop-prod'""",
    )
    assert {name: cents(value) for name, value in metrics(app).items()} == {
        "Month to date": to_date, "Last 30 days": recent, "Projected this month": projected,
    }  # fmt: skip


def test_days_and_skus_are_the_bill_s(publish):
    publish()
    days = data.rows(resource.by_day(ids("r-shop-prod"), LAST_90))
    expected = ask(
        """select usage_date, service, sum(cost_cents) from marts.fct_line_items
        where resource_id = 'r-shop-prod' and usage_date >= '2026-02-18' group by all""",
    )
    assert sorted((row["day"], row["service"], row["amount"]) for row in days) == sorted(expected)
    skus = data.rows(resource.by_sku(ids("r-shop-prod"), LAST_90))
    assert sum(row["amount"] for row in skus) == sum(row["amount"] for row in days)


def test_days_are_those_of_the_address(publish):
    publish()
    app = opened("resource", **{"id": "r-shop-prod", "from": "2026-05-01", "to": "2026-05-02"})
    table = frame_with(app, "Category")
    [(total,)] = ask(
        """select sum(cost_cents) from marts.fct_line_items
        where resource_id = 'r-shop-prod' and usage_date between '2026-05-01' and '2026-05-02'""",
    )
    assert round(100 * table["Cost"].sum()) == total
    assert dict(app.query_params)["from"] == "2026-05-01"


def test_an_upgraded_cluster_is_one_through_both_of_its_ids(publish):
    path = publish()
    change(
        path,
        """insert into marts.fct_line_items
        select * replace ('r-flex' as resource_id, 999 as cost_cents)
        from marts.fct_line_items where resource_id = 'r-shop-prod' limit 1""",
    )
    window = Window(date(2025, 1, 1), date(2026, 6, 1))
    [(total,)] = ask("select sum(cost_cents) from marts.fct_line_items"
                           " where resource_id in ('r-shop-prod', 'r-flex')")  # fmt: skip
    assert (
        sum(row["amount"] for row in data.rows(resource.by_day(ids("r-shop-prod"), window)))
        == total
    )
    app = opened("resource", id="r-flex")
    assert app.title[0].value == "shop\\-prod"
    assert "its former id was r\\-flex" in texts(app)


def test_events_and_changes_of_configuration_are_told_with_their_source(publish):
    publish()
    history = frame_with(opened("resource", id="r-shop-prod"), "Event")
    found = {
        (str(row["Day"]), row["Event"], row["Before"], row["After"])
        for _, row in history.iterrows()
    }
    assert {
        ("2026-05-09", "tier changed", "M30", "M40"),
        ("2026-05-14", "Disk GB", "40", "80"),
        ("2026-05-14", "Point-in-time", "off", "on"),
    } <= found
    events = [{"day": date(2026, 5, 9), "event": "tier changed", "before": "M30", "after": "M40"}]
    costs = [{"day": date(2026, 5, 9), "service": "Clusters", "amount": 5}]
    drawn = resource_page.daily(costs, "USD", events, LAST_90).to_dict()
    assert "tier changed: M30 to M40" in str(drawn["datasets"])
    outside = resource_page.daily(
        costs, "USD", events, Window(date(2026, 5, 10), date(2026, 5, 11))
    )
    assert "tier changed" not in str(outside.to_dict()["datasets"])


def test_tiers_have_a_lane_for_each_source(publish):
    publish()
    lanes = data.rows(resource.tiers("r-shop-prod"))
    bill = [
        (row["size"], row["valid_from"], row["valid_to"])
        for row in lanes
        if row["source"] == "Bill"
    ]
    assert bill == [
        ("M20", date(2025, 4, 1), date(2026, 5, 9)), ("M30", date(2026, 5, 9), date(2026, 5, 19)),
    ]  # fmt: skip
    assert [row["size"] for row in lanes if row["source"] == "Inventory"] == ["M30", "M30"]


def test_tags_have_their_dates_and_sources(publish):
    publish()
    tags = {row["key"]: row for row in data.rows(resource.tags("r-shop-prod"))}
    # the first read of its lines had no team yet
    assert (tags["team"]["is_current"], tags["team"]["first_day"]) == (True, None)
    assert tags["env"]["first_day"] == date(2025, 4, 1)
    assert tags["env"]["sources"] == "bill, resource"


FINDING = """insert into marts.savings by name select 'f-1' as finding_id, 'tier_down' as rule,
    'shop-prod is too large' as summary, 'r-shop-prod' as resource_id, 'USD' as pricing_currency,
    12345 as monthly_saving_cents, 'high' as confidence, 'open' as state, 'make it smaller' as
    action"""
ANOMALY = """insert into marts.anomalies by name select 'n-1' as anomaly_id, 'open' as status,
    'r-shop-prod' as resource_id, date '2026-05-11' as usage_date, 4200 as over_cents,
    'Data Transfer cost more' as explanation, 'USD' as pricing_currency"""


def test_backups_archives_findings_and_anomalies_are_its_own(publish):
    change(publish(), FINDING, ANOMALY)
    app = opened("resource", id="r-shop-prod")
    assert len(frame_with(app, "Expires")) == 3
    assert frame_with(app, "Collection")["Collection"].tolist() == ["shop.orders"]
    assert frame_with(app, "Saving a month")["Saving a month"].tolist() == [123.45]
    assert frame_with(app, "Over expected")["Over expected"].tolist() == [42.0]
    other = opened("resource", id="r-events")
    assert "No finding." in texts(other)
    assert {"Savings (1)", "Anomalies (1)"} <= {tab.label for tab in app.tabs}
    assert "No anomaly." in texts(other)


def test_a_finding_with_not_enough_data_is_not_counted_as_one(publish):
    change(publish(), FINDING, "update marts.savings set monthly_saving_cents = null")
    app = opened("resource", id="r-shop-prod")
    assert "Savings (0)" in {tab.label for tab in app.tabs}
    assert len(frame_with(app, "Saving a month")) == 1


def test_what_can_be_done_is_a_command_that_plans(publish):
    publish()
    commands = [each.value for each in opened("resource", id="r-shop-prod").code]
    assert "atlas-costs do pause_cluster project=shop name=shop-prod" in commands
    paused = [each.value for each in opened("resource", id="r-mobile-db").code]
    assert "atlas-costs do resume_cluster project=mobile name=mobile-db" in paused


def test_a_hostile_name_stays_one_word_of_its_command(publish):
    change(publish(), "update marts.active_resources set resource_name = 'x''; rm -rf ~ #'"
                      " where resource_id = 'r-shop-prod'")  # fmt: skip
    app = opened("resource", id="r-shop-prod")
    hostile = next(each.value for each in app.code if "pause_cluster" in each.value)
    assert hostile == "atlas-costs do pause_cluster project=shop name='x'\"'\"'; rm -rf ~ #'"


@pytest.mark.parametrize("name", ["r-lake", "r-sync"])
def test_what_no_action_works_on_says_so(publish, name):
    publish()
    app = opened("resource", id=name)
    assert "Actions work on clusters" in texts(app)
    assert not [each for each in app.code if each.value.startswith("atlas-costs do")]


def test_one_that_is_gone_still_has_its_page(publish):
    path = publish()
    change(path, "delete from marts.active_resources where resource_id = 'r-events'")
    app = opened("resource", id="r-events")
    [(recent,)] = ask(
        """select sum(cost_cents) from marts.fct_line_items
        where resource_id = 'r-events' and usage_date > '2026-05-18'::date - 30""",
    )
    assert cents(metrics(app)["Last 30 days"]) == recent
    assert metrics(app)["Projected this month"] == formats.ABSENT


@pytest.mark.parametrize(
    ("given", "said"), [({"id": "nobody"}, "No resource has this id"), ({}, "names no resource")]
)
def test_an_unknown_id_is_answered_with_a_link(publish, given, said):
    publish()
    app = opened("resource", **given)
    assert not app.exception
    assert said in app.info[0].value
    assert page_links(app)["Active resources"] == "/active-resources"


def test_lines_are_those_that_atlas_booked(publish):
    publish()
    lines = data.rows(resource.lines(ids("r-shop-prod"), LAST_90, most=10_000))
    [(count, total)] = ask(
        """select count(*), sum(cost_cents) from marts.fct_line_items
        where resource_id = 'r-shop-prod' and usage_date >= '2026-02-18'""",
    )
    assert (len(lines), sum(row["amount"] for row in lines)) == (count, total)


def test_a_tier_that_goes_up_and_down_is_said_to_scale():
    """Four changes in 90 days; the day with both sizes counts as one of them."""

    def lane(first, last, size, source="Bill"):
        return {"source": source, "size": size, "valid_from": first, "valid_to": last}

    rows = [
        lane(date(2025, 6, 1), date(2026, 4, 1), "M40"),
        lane(date(2026, 4, 1), date(2026, 4, 2), "M40, M50"),
        lane(date(2026, 4, 2), date(2026, 5, 1), "M40"),
        lane(date(2026, 5, 1), date(2026, 5, 2), "M50"),
        lane(date(2026, 5, 2), date(2026, 5, 19), "M40"),
        lane(date(2026, 5, 17), date(2026, 5, 19), "M400", "Inventory"),
    ]
    said = resource_page.tier_text(rows, date(2026, 5, 18))
    assert said.startswith("Scaled between M40 and M50: the tier on the bill changed 4 times")
    assert resource_page.tier_text(rows[:2], date(2026, 5, 18)) == ""
    assert resource_page.tier_text(rows, date(2026, 12, 1)) == ""


def test_deleting_is_last_and_folded(publish):
    publish()
    app = opened("resource", id="r-shop-prod")
    assert [each.label for each in app.expander if "Delete" in each.label] == ["Delete"]
    [command] = [each.value for each in app.expander[0].code]
    assert "delete_cluster" in command
    assert "Delete" not in [each.value.strip("*") for each in app.markdown]

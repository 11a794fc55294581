"""What is odd, since when, at whom, and what is not."""

import random
from datetime import timedelta

import pytest

from orchestration.insight.anomalies import Limits
from orchestration.insight.anomalies.events import Event
from tests.insight.made import BEGIN, SHOP, anomalies, anomaly, day, details, key

STEADY = [1000] * 60


def sparse(length: int, seed: int = 1) -> list[int]:
    """Nothing on most days, and some on the others: transfer."""
    chance = random.Random(seed)
    return [chance.randint(1, 400) if chance.random() < 0.3 else 0 for _ in range(length)]


def test_a_spike_is_one_anomaly_with_its_days_and_amounts():
    found = anomaly([*STEADY, 4000, 3000, 5000, *STEADY[:10]])
    assert (found["usage_date"], found["last_day"]) == (day(60), day(62))
    assert (found["actual_cents"], found["expected_cents"], found["over_cents"]) == (
        12000, 3000, 9000,
    )  # fmt: skip
    assert (found["resource_name"], found["sku"], found["status"]) == ("shop-prod", "SKU", "open")
    assert found["detected_on"] == day(61)
    assert not found["is_ongoing"]
    assert found["explanation"] == (
        "Data Transfer of shop-prod cost $120.00 from 2 March 2026 to 4 March 2026: $90.00 more "
        "than the expected $30.00. Mostly SKU: more was used."
    )


def test_it_is_known_when_the_floor_is_reached():
    """A dollar and a half a day over: on the fourteenth day that is twenty dollars."""
    found = anomaly([*[500] * 60, *[650] * 20])
    assert found["detected_on"] == day(60 + 14)
    assert found["is_ongoing"]


def test_a_new_level_is_told_once_and_then_usual():
    found = anomaly([*STEADY, *[2000] * 100])
    assert (found["usage_date"], found["last_day"]) == (day(60), day(87))
    assert found["over_cents"] == 28 * 1000
    assert "from then on it is the usual level" in found["explanation"]


def test_a_second_step_after_the_first_is_another_one():
    first, second = anomalies({SHOP: [*STEADY, *[2000] * 60, *[4000] * 10]})
    assert (first["usage_date"], second["usage_date"]) == (day(60), day(120))


@pytest.mark.parametrize(
    "costs",
    [
        [*STEADY, *[200] * 40],  # cheaper
        [*STEADY, *[1100] * 40],  # a tenth more
        [*STEADY, 2900, *STEADY],  # below the floor
        [1000, 1000, 1000, 9000, *STEADY],  # nothing to compare with yet
        [*[1000, 1000, 1000, 1000, 1000, 200, 200] * 20],  # weekends
        [*[100] * 5, *[*[9000], *[100] * 6] * 20],  # a weekly job
        [10 * cents for cents in sparse(390)],
        [*STEADY, *[0] * 3, *STEADY],  # late, then there
    ],
)
def test_what_is_usual_is_no_anomaly(costs):
    assert anomalies({SHOP: costs}) == []


def test_a_job_on_another_weekday_is_odd_although_it_costs_no_more():
    """The rhythm of the week is known."""
    costs = [9000 if n % 7 == 2 else 100 for n in range(90)]
    costs[82] = 9000
    assert anomaly(costs)["usage_date"] == day(82)


def test_a_job_that_costs_more_and_less_is_no_anomaly():
    """Eight runs say little of how far a ninth may reach: all days of eight weeks do."""
    chance = random.Random(5)
    for _ in range(20):
        costs = [
            chance.randint(6500, 8500) if n % 7 == 2 else chance.randint(0, 1500)
            for n in range(390)
        ]
        assert anomalies({SHOP: costs}) == []


def test_sparse_usage_ten_times_over_is_odd_from_its_first_day():
    costs = sparse(120)
    costs[100:103] = [4000, 5000, 4500]
    found = anomaly(costs)
    assert (found["usage_date"], found["last_day"]) == (day(100), day(102))


def test_what_comes_later_does_not_change_what_was_found():
    costs = [*STEADY, 9000, *STEADY[:20], *[3000] * 40]
    whole = anomalies({SHOP: costs})
    [early] = anomalies({SHOP: costs[:70]})
    assert len(whole) == 2
    assert {**early, "is_ongoing": whole[0]["is_ongoing"]} == whole[0]
    assert anomalies({SHOP: costs}) == whole


def test_days_that_are_not_complete_only_delay_it():
    """Of the newest day half has come: less than is expected is never odd."""
    assert anomalies({SHOP: [*STEADY, 400]}) == []
    [found] = anomalies({SHOP: [*STEADY, 9000, 400]})
    assert (found["usage_date"], found["last_day"]) == (day(60), day(60))
    assert found["is_ongoing"]


def test_the_floor_grows_with_the_bill():
    """Thirty dollars are an anomaly of a small bill, and noise of one of a thousand a day."""
    rest = key(resource_id="c2", service="Clusters", project_id="other")
    spike = [*STEADY, 4000, *STEADY[:5]]
    assert len(anomalies({SHOP: spike})) == 1
    assert anomalies({SHOP: spike, rest: [100_000] * len(spike)}) == []


def test_currencies_are_told_apart():
    credits_ = key(pricing_currency="Atlas Credits")
    found = anomalies({SHOP: [*STEADY, *STEADY[:6]], credits_: [*STEADY, 9000, *STEADY[:5]]})
    assert [each["pricing_currency"] for each in found] == ["Atlas Credits"]
    assert "$" not in found[0]["explanation"]
    assert "90.00 credits" in found[0]["explanation"]


# One incident once


def test_what_begins_together_at_a_resource_is_one_anomaly_of_what_costs_most():
    backup = key(service="Backup", category="Backup snapshot")
    [found] = anomalies(
        {SHOP: [*STEADY, 4000, *STEADY[:5]], backup: [*STEADY, 1000, 6000, *STEADY[:4]]}
    )
    assert (found["service"], found["usage_date"]) == ("Backup", day(61))
    assert found["over_cents"] == 3000 + 5000
    assert found["explanation"].startswith("Backup and Data Transfer of shop-prod")


def test_a_project_does_not_repeat_what_its_resource_tells():
    other = key(resource_id="c2", resource_name="events")
    [found] = anomalies({SHOP: [*STEADY, 9000, *STEADY[:5]], other: [1000] * 66})
    assert (found["scope_type"], found["resource_name"]) == ("resource", "shop-prod")


def test_what_no_resource_carries_is_told_of_the_project():
    """Ten clusters each cost four dollars more, which alone is nothing."""
    costs = [*STEADY, 1400, *STEADY[:5]]
    [found] = anomalies({key(resource_id=f"c{n}", resource_name=f"c{n}"): costs for n in range(10)})
    assert (found["scope_type"], found["resource_id"]) == ("group", None)
    assert found["over_cents"] == 4000
    assert "several resources of shop" in found["explanation"]


def test_a_resource_that_carries_most_of_a_project_is_named():
    """Its own step is within its noise; the project's is not."""
    noisy = [1000 + 900 * (n % 2) for n in range(60)]
    calm = [1900 - 900 * (n % 2) for n in range(60)]
    other = key(resource_id="c2", resource_name="events")
    [found] = anomalies({SHOP: [*noisy, 3200, 1000], other: [*calm, 1900, 1900]})
    assert (found["scope_type"], found["resource_name"]) == ("resource", "shop-prod")


def test_another_sku_for_the_same_usage_is_no_anomaly():
    """Atlas renames one: the old one ends on the day on which the new one begins."""
    lines = [
        one
        for sku, days in (("OLD", range(60)), ("NEW", range(60, 80)))
        for one in details(0, [1000 if n in days else 0 for n in range(80)], sku)
    ]
    assert anomalies({SHOP: [1000] * 80}, lines=lines) == []


def test_the_sku_that_carries_it_is_named():
    lines = details(0, [1000] * 66, "USUAL") + details(0, [*[0] * 60, 9000], "SPIKE")
    [found] = anomalies({SHOP: [1000] * 66}, lines=lines)
    assert (found["sku"], found["over_cents"]) == ("SPIKE", 9000)


# Quantity and price


@pytest.mark.parametrize(
    ("cents", "units", "price_effect", "words"),
    [
        (6000, 600, 0, "more was used."),
        (6000, 100, 5000, "a unit cost more."),
        (6000, 300, 3000, "more was used, and a unit cost more."),
    ],
)
def test_the_effects_of_quantity_and_price_add_up(cents, units, price_effect, words):
    """100 units at 10 cents a day before; what the day's units cost more each is the price's."""
    lines = details(0, STEADY)
    spike = details(0, [*[0] * 60, cents], price=cents // units)
    [found] = anomalies({SHOP: [*STEADY, cents]}, lines=lines + spike)
    assert found["price_effect_cents"] == price_effect
    assert found["quantity_effect_cents"] + price_effect == found["over_cents"] == 5000
    assert found["explanation"].endswith(words)


# Events


def event(kind: str, number: int, **changes: object) -> Event:
    values = {"before": "M30", "after": "M40"} | changes
    return Event("c1", "shop-prod", kind, day(number), **values)


SERVERS = key(service="Clusters", category="Dedicated instance")


@pytest.mark.parametrize("told", [60, 61, 62])
def test_a_change_of_tier_is_explained_though_the_inventory_tells_it_later(told):
    [found] = anomalies({SERVERS: [*STEADY, *[2000] * 40]}, events=[event("tier changed", told)])
    assert found["status"] == "explained"
    assert found["event"].startswith("shop-prod changed its tier from M30 to M40 on ")


def test_a_change_of_tier_explains_no_transfer():
    found = anomaly([*STEADY, 9000, *STEADY[:5]], events=[event("tier changed", 60)])
    assert found["status"] == "open"


@pytest.mark.parametrize("kind", ["paused", "deleted"])
def test_what_makes_nothing_dearer_explains_nothing(kind):
    [found] = anomalies({SERVERS: [*STEADY, *[2000] * 40]}, events=[event(kind, 60)])
    assert found["status"] == "open"


def test_an_event_of_long_ago_explains_nothing():
    [found] = anomalies({SERVERS: [*STEADY, *[2000] * 40]}, events=[event("tier changed", 50)])
    assert found["status"] == "open"


def test_being_resumed_explains_a_step_and_a_weekend_is_no_sleep():
    asleep = [*[0] * 60, *[2000] * 20]
    costs = {SERVERS: asleep, key(resource_id="other"): [9000] * 80}
    woke = event("resumed", 60, before="paused", after="running")
    [found] = anomalies(costs, events=[event("paused", 20), woke])
    assert found["status"] == "explained"
    [found] = anomalies(costs, events=[event("paused", 57), woke])
    assert found["status"] == "open"


def test_after_an_explained_step_another_one_is_seen():
    """The new level is usual from its first day."""
    costs = [*STEADY, *[2000] * 15, *[5000] * 5, *[2000] * 5]
    explained, found = anomalies({SERVERS: costs}, events=[event("tier changed", 60)])
    assert (explained["status"], found["status"]) == ("explained", "open")
    assert (found["usage_date"], found["over_cents"]) == (day(75), 5 * 3000)


def new_cluster(cost: int) -> dict:
    """One that is created on day 60, beside one that costs ten dollars a day."""
    new = key(resource_id="new", resource_name="v2", service="Clusters")
    created = Event("new", "v2", "created", day(60), None, "M200")
    old = key(resource_id="old", resource_name="v1", service="Clusters")
    costs = {old: [1000] * 90, new: [*[0] * 60, *[cost] * 30]}
    [found] = anomalies(costs, events=[created])
    return found


def test_a_creation_explains_what_is_created():
    found = new_cluster(1500)
    assert (found["status"], found["resource_name"]) == ("explained", "v2")
    assert found["event"] == "v2 was created as M200 on 2 March 2026"


def test_a_creation_does_not_explain_what_is_dearer_than_twice_all_there_was():
    found = new_cluster(2500)
    assert found["status"] == "open"
    assert "more than twice as much a day as any other resource" in found["explanation"]


def test_what_a_new_cluster_brings_with_it_comes_with_it():
    """Its backups begin a week after it, and its anomaly is theirs too."""
    backup = key(service="Backup", category="Backup snapshot")
    costs = {SERVERS: [*[0] * 60, *[5000] * 30], backup: [*[0] * 67, *[400] * 23],
             key(resource_id="other"): [9000] * 90}  # fmt: skip
    [found] = anomalies(costs, events=[event("created", 60, before=None)])
    assert found["status"] == "explained"
    assert found["service"] == "Clusters"


# What recurs


def test_what_happens_a_third_week_in_a_row_is_expected():
    costs = [5000 if n in {60, 67, 74} else 1000 for n in range(90)]
    found = anomalies({SHOP: costs})
    assert [each["status"] for each in found] == ["open", "open", "expected"]
    assert found[2]["explanation"].endswith("The same happened on 2 March 2026 and 9 March 2026.")


def test_what_happens_on_each_months_last_day_is_expected():
    length = 150
    costs = [5000 if (day(n) + timedelta(1)).day == 1 and n > 50 else 1000 for n in range(length)]
    found = anomalies({SHOP: costs})
    assert [(each["usage_date"].month, each["status"]) for each in found] == [
        (2, "open"), (3, "open"), (4, "expected"),
    ]  # fmt: skip


def test_what_recurs_but_grows_is_open():
    costs = [1000] * 90
    costs[60], costs[67], costs[74] = 5000, 5000, 20000
    assert anomalies({SHOP: costs})[2]["status"] == "open"


def test_limits_are_what_an_operator_sets():
    spike = [*STEADY, 2900, *STEADY[:5]]
    assert anomalies({SHOP: spike}) == []
    assert anomaly(spike, limits=Limits(floor_cents=500))["over_cents"] == 1900
    assert day(0) == BEGIN

"""Active resources: dollars first, every filter a chip, and nothing of the month left out."""

from datetime import date
from decimal import Decimal

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

from dashboard import data, filter_box, resource_list, tables
from reporting import resources
from reporting.query import Query
from reporting.ranges import Window
from reporting.state import Filter
from tests.dashboard.test_pages import APP, clicked, texts

MAY = Window(date(2026, 5, 1), date(2026, 5, 19))
MONTH = "usage_date >= '2026-05-01' and usage_date < '2026-05-19' and is_in_total"


def opened(page, **params):
    """A page by itself: through the navigation, the overview would run first."""
    app = AppTest.from_file(str(APP.parent / f"app_pages/{page}.py"), default_timeout=60)
    for name, value in params.items():
        app.query_params[name.replace("__", ".")] = value
    return app.run()


def ask(sql):
    """Rows of the marts themselves."""
    return [tuple(row.values()) for row in data.rows(Query(sql))]


def change(path, *statements):
    """Changes a published file before anything reads it."""
    with duckdb.connect(str(path.resolve())) as db:
        for each in statements:
            db.execute(each)


def cents(text):
    return int(Decimal(text.strip("$").replace(",", "")) * 100)


def metrics(app):
    return {each.label: each.value for each in app.metric}


def shown(app):
    """Names in the list, in order."""
    found = next(each.value for each in app.dataframe if "resource_name" in each.value.columns
                 and not str(each.value["resource_name"].iloc[0]).startswith("Total"))  # fmt: skip
    return list(found["resource_name"])


def test_the_cards_are_the_marts_sums(publish):
    publish()
    figures = metrics(opened("active_resources"))
    [(to_date, projected, paused)] = ask(
        """select
        sum(cost_month_to_date_cents), sum(projected_month_cents),
        sum(cost_month_to_date_cents) filter (paused) from marts.active_resources""",
    )
    [(unowned,)] = ask(
        """select sum(cost_month_to_date_cents) from marts.active_resources
        where tags['team'] is null and tags['owner'] is null""",
    )
    assert unowned
    assert {name: cents(value) for name, value in figures.items()} == {
        "Projected this month": projected, "Month to date": to_date,
        "Paused, still billed": paused, "No owner": unowned, "Unreadable": 0,
    }  # fmt: skip


def test_what_is_shown_fits_a_screen_of_1280_px_and_amounts_a_phone():
    """Beside the menu a page has 960 px, on a phone of 390 it has 361; a table's edges are 2."""
    widths = [resource_list.COLUMNS[name][1] for name in resource_list.SHOWN]
    assert sum(widths) <= 960 - 2
    assert set(resource_list.SHOWN[1:3]) <= set(resource_list.AMOUNTS)
    assert sum(widths[:3]) <= 361 - 2


def test_a_list_has_room_for_28_rows_and_ends_at_a_screen():
    heights = [tables.height(count, resource_list.TALLEST) for count in (3, 28, 500)]
    assert heights == [35 * 4 + 3, 35 * 29 + 3, resource_list.TALLEST]


def test_the_total_is_above_the_list_and_no_row_of_it(publish):
    publish()
    app = opened("active_resources")
    total = app.dataframe[0].value
    [(expected,)] = ask("select sum(cost_month_to_date_cents) from marts.active_resources")
    assert list(total["resource_name"]) == ["Total of 6"]
    assert round(100 * total["month_to_date"].iloc[0]) == expected
    assert len(app.dataframe[1].value) == 6


def test_list_and_what_is_beside_it_are_the_month_to_the_cent(publish):
    """Beside are support, a deleted cluster, and credits of what is paid in dollars now.

    What an upgraded cluster cost under its former id is in the list.
    """
    path = publish()
    change(path, *(
        "insert into marts.fct_line_items by name select * replace ("
        f"'{identity}' as resource_id, '{name}' as resource_name, {amount} as cost_cents,"
        f"date '2026-05-02' as usage_date, 'cluster' as resource_type, {currency} as"
        " pricing_currency) from marts.fct_line_items where resource_id = 'r-shop-prod' limit 1"
        for identity, name, amount, currency in (
            ("r-old", "old", 777, "'USD'"), ("r-flex", "shop-prod", 555, "'USD'"),
            ("r-events", "events", 333, "'Atlas Credits'"),
        )
    ), "update marts.active_resources set cost_month_to_date_cents = cost_month_to_date_cents + 555"
       " where resource_id = 'r-shop-prod'",
       """insert into marts.resource_events by name select 'r-old' as resource_id,
       'deleted' as event, timestamp '2026-05-03 00:00:00' as "at\"""")  # fmt: skip
    found = data.rows(resources.beside(MAY))
    assert {(row["unit"], row["what"]): (row["reason"], row["amount"]) for row in found} == {
        ("USD", "Support"): ("organization", 18 * 1200),
        ("USD", "old"): ("gone", 777),
        ("Atlas Credits", "events"): ("other_currency", 333),
    }
    rows = data.rows(resources.active())
    for unit in ("USD", "Atlas Credits"):
        [(total,)] = ask(f"select sum(cost_cents) from marts.fct_line_items where {MONTH}"
                               f" and pricing_currency = '{unit}'")  # fmt: skip
        inside = sum(row["month_to_date"] for row in rows if row["unit"] == unit)
        assert inside + sum(row["amount"] for row in found if row["unit"] == unit) == total
    app = opened("active_resources")
    why = [each for table in app.dataframe for each in table.value.get("Why", ())]
    assert "deleted on 3 May 2026" in why
    assert "outside it is the month to date" in texts(app)


def test_filters_hide_rows_and_the_sum_still_is_the_month(publish):
    publish()
    app = opened("active_resources", f__project="shop")
    beside = app.dataframe[2].value
    [(hidden,)] = ask("select sum(cost_month_to_date_cents) from marts.active_resources"
                            " where project_name <> 'shop'")  # fmt: skip
    first = beside.iloc[0]
    assert (first["Cost"], first["Why"]) == ("4 resources", "hidden by the filters")
    assert round(100 * first["Month to date"]) == hidden
    [(total,)] = ask(f"select sum(cost_cents) from marts.fct_line_items where {MONTH}")
    in_list = cents(metrics(app)["Month to date"])
    assert in_list + round(100 * beside["Month to date"].sum()) == total


def test_each_filter_in_force_has_a_chip_and_leaves_with_it(publish):
    publish()
    app = opened(
        "active_resources", f__instance_size="M30", f__resource__contains="shop",
        f__tag__env__is_not="staging", f2__resource="r-events",
    )  # fmt: skip
    box = app.multiselect(key="resources.filters")
    assert [box.format_func(each) for each in box.value] == [
        "Instance size is M30", "Resource contains shop", "Tag env is not staging",
        "or: Resource is events",
    ]  # fmt: skip
    assert shown(app) == ["events", "shop-prod"]
    box.set_value([]).run()
    assert dict(app.query_params) == {}
    assert len(shown(app)) == 6


def test_what_is_typed_is_looked_for_in_names(publish):
    publish()
    assert filter_box.token_of("stag", resources.DIMENSIONS) == "f.resource.contains=stag"
    assert filter_box.token_of("f.flag.has=PIT", resources.DIMENSIONS) == "f.flag.has=PIT"
    assert shown(opened("active_resources", f__resource__contains="STAG")) == ["shop-staging"]


def test_the_box_offers_each_value_in_use(publish):
    publish()
    offered = {(row["dimension"], row["value"]) for row in data.rows(resources.offered())}
    tags = ask(
        """select distinct 'tag:' || tag.key, unnest(tag.value)
        from (select unnest(map_entries(tags)) as tag from marts.active_resources)""",
    )
    assert set(tags) <= offered
    assert {("project", "shop"), ("owner", "data"), ("flag", "paused")} <= offered
    assert not {name for name, _ in offered} & {"resource"}
    app = opened("active_resources")
    box = app.multiselect(key="resources.filters")
    assert "f.tag.team.has=data" in box.options or "Tag team is data" in box.options


def test_a_cluster_that_atlas_calls_idle_is_running(publish):
    """In list, filter and file alike; the mart keeps Atlas's word."""
    change(
        publish(),
        "update marts.active_resources set paused = true where resource_name = 'events'",
    )
    kept = dict(ask("select resource_name, state from marts.active_resources"))
    assert (kept["shop-prod"], kept["events"], kept["shop-staging"]) == ("IDLE", "IDLE", "UPDATING")
    states = {row["resource_name"]: row["state"] for row in data.rows(resources.active())}
    assert states["shop-prod"] == "running"
    assert states["events"] == "paused"
    assert states["shop-staging"] == "updating"
    only = resources.active([Filter("state", "is", ("running",))])
    assert {row["state"] for row in data.rows(only)} == {"running"}


@pytest.mark.parametrize(
    ("flag", "where"),
    [
        ("paused", "paused"), ("PIT", "pit_enabled"), ("no backup", "not backup_enabled"),
        ("gone but billed", "listing_status = 'billed_not_listed'"),
        ("no owner", "tags['team'] is null"),
    ],
)  # fmt: skip
def test_a_flag_is_a_filter(publish, flag, where):
    publish()
    found = {
        row["resource_id"] for row in data.rows(resources.active([Filter("flag", "has", (flag,))]))
    }
    expected = ask(f"select resource_id from marts.active_resources where {where}")
    assert expected
    assert found == {each for (each,) in expected}


def test_the_owner_is_the_first_of_the_tags_that_name_one(publish):
    path = publish()
    change(path, "update marts.active_resources set tags = map {'Owner': ['ann'], 'team': ['x']}"
                 " where resource_name = 'events'")  # fmt: skip
    owners = {row["resource_name"]: row["owner"] for row in data.rows(resources.active())}
    assert owners["events"] == "ann"
    assert owners["lake"] == "data"
    assert owners["shop-staging"] is None


def test_columns_and_order_are_in_the_address(publish):
    publish()
    app = opened("active_resources", columns=["tag_text", "project_name"], sort="resource_name")
    assert list(app.dataframe[1].value.columns) == ["resource_name", "tag_text", "project_name"]
    assert shown(app) == sorted(shown(app))
    app.selectbox(key="resources.sort").set_value("month_to_date").run()
    assert dict(app.query_params) == {
        "columns": ["tag_text", "project_name"], "sort": ["month_to_date"],
    } or app.query_params["sort"] == "month_to_date"  # fmt: skip


def test_a_trend_has_a_point_for_each_of_thirty_days(publish):
    publish()
    app = opened("active_resources", sort="resource_name")
    events = next(
        row for _, row in app.dataframe[1].value.iterrows() if row["resource_name"] == "events"
    )
    daily = ask(
        """select sum(cost_cents) from marts.fct_line_items
        where resource_id = 'r-events' and usage_date > '2026-05-18'::date - 30
        group by usage_date order by usage_date""",
    )
    assert [round(100 * each) for each in events["trend"]] == [each for (each,) in daily]
    assert resource_list.trend(
        [date(2026, 5, 2)], [50], Window(date(2026, 5, 1), date(2026, 5, 4))
    ) == [0, 0.5, 0]


def test_types_are_counted(publish):
    publish()
    table = opened("active_resources", view="types").dataframe[0].value
    expected = ask("select count(*), sum(cost_month_to_date_cents) from marts.active_resources"
                         " group by resource_type")  # fmt: skip
    found = zip(table["Resources"], (100 * table["month_to_date"]).round().astype(int), strict=True)
    assert sorted(found) == sorted(expected)


def test_deleted_clusters_are_listed_with_when_and_what_they_cost(publish):
    path = publish()
    change(
        path,
        "insert into marts.agg_costs_monthly by name select date '2026-03-01' as usage_month,"
        " 'r-old' as resource_id, 'old' as resource_name, 'cluster' as resource_type, true as"
        " is_in_total, 'USD' as pricing_currency, 4321 as cost_cents, 'shop' as project_name",
        """insert into marts.resource_events by name select 'r-old' as resource_id,
        'deleted' as event, timestamp '2026-03-03 06:00:00' as "at", 'M40' as before""",
    )
    [row] = data.rows(resources.deleted())
    assert (row["resource_name"], row["gone_on"], row["instance_size"], row["total"]) == (
        "old", date(2026, 3, 3), "M40", 4321,
    )  # fmt: skip
    app = opened("active_resources", view="deleted")
    assert app.dataframe[0].value["Cost in all"].tolist() == [43.21]
    assert not data.rows(resources.deleted([Filter("project", "is", ("mobile",))]))


def test_what_cannot_be_read_is_told_in_money_with_the_role(publish):
    path = publish()
    change(path, "update marts.active_resources set listing_status = 'no_project_access',"
                 " cost_month_to_date_cents = 191026 where resource_name = 'events'")  # fmt: skip
    app = opened("active_resources")
    assert metrics(app)["Unreadable"] == "$1,910.26"
    assert "Unreadable: analytics. The key lacks **Project Read Only**" in texts(app)


def test_currencies_are_never_added(publish):
    publish(organizations={"Acme": "USD", "Globex": "Atlas Credits"})
    app = opened("active_resources")
    amounts = [each.value for each in app.metric if each.label == "Month to date"]
    assert len(amounts) == 2
    assert [each.startswith("$") for each in amounts].count(True) == 1


def test_an_address_that_asks_for_what_is_not_there_is_told(publish):
    publish()
    app = opened("active_resources", f__colour="red", sort="size", columns="colour", x="1")
    warned = " ".join(each.value for each in app.warning)
    for part in ("f.colour", "sort=size", "columns=colour", "“x”"):
        assert part in warned.replace("\\", "")
    assert len(shown(app)) == 6


def test_hostile_names_stay_text(publish):
    path = publish()
    name = "</script>[x](http://evil) & a=b?c#d"
    with duckdb.connect(str(path.resolve())) as db:
        db.execute("update marts.active_resources set resource_name = $1,"
                   " listing_status = 'no_project_access', project_name = $1"
                   " where resource_name = 'events'", [name])  # fmt: skip
    app = opened("active_resources")
    assert not app.exception
    assert "[x](http" not in texts(app)
    row = shown(app).index(name)
    assert clicked(app, "resources.list.USD", row, "resource_name") == "/resource?id=r-events"


def test_a_type_opens_the_list_of_its_resources(publish):
    publish()
    types = opened("active_resources", view="types")
    row = list(types.dataframe[0].value["Type"]).index("Cluster")
    to = clicked(types, "resources.types.USD", row, "Type")
    assert to == "/active-resources?f.resource_type=cluster"

"""Tags, connections and actions, against SQL over the same warehouse."""

import json
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
import streamlit as st

from dashboard import action_parts, storage, tagging
from reporting import formats
from tests.dashboard.test_pages import opened, texts


@pytest.fixture(scope="module")
def copy(showcase, tmp_path_factory) -> Path:
    """The same rows in another file: a process opens a file with one configuration only."""
    published = tmp_path_factory.mktemp("copy") / "copy.duckdb"
    shutil.copy(showcase / "atlas_costs.duckdb", published)
    return published


@pytest.fixture
def published(showcase, copy, monkeypatch) -> Iterator[duckdb.DuckDBPyConnection]:
    monkeypatch.setenv("ATLAS_COSTS_DATA_DIR", str(showcase))
    with duckdb.connect(str(copy), read_only=True) as db:
        yield db
    st.cache_data.clear()
    st.cache_resource.clear()


def metrics(app) -> dict[str, str]:
    return {each.label: each.value for each in app.metric}


@pytest.mark.parametrize("basis", ["current", "first_seen"])
def test_what_lacks_a_tag_and_what_has_it_are_the_total_of_the_month(published, basis):
    column = "tags" if basis == "current" else "tags_first_seen"
    untagged, total = published.execute(f"""
        select sum(cost_cents) filter (where coalesce(len({column}['team']), 0) = 0),
            sum(cost_cents)
        from marts.fct_costs_daily
        where is_in_total and usage_date >= '2026-04-01' and usage_date < '2026-05-01'
    """).fetchall()[0]
    [usage] = published.execute(f"""select coalesce(sum(cost_cents), 0) from marts.fct_costs_daily
        where is_in_total and date_trunc('month', usage_date) = '2026-04-01'
            and charge_type = 'usage' and coalesce(len({column}['team']), 0) = 0""").fetchone()
    app = opened("tags", key="team", month="2026-04", tags=basis)
    shown = metrics(app)
    [note] = [each.delta for each in app.metric if each.label == "Without team"]
    assert note.replace("\\", "") == f"{formats.money(usage, 'USD')} of it usage"
    assert shown["Without team"] == formats.money(untagged, "USD")
    assert shown["Total of the month"] == formats.money(total, "USD")


def test_what_to_tag_next_is_named_with_the_command_that_plans_it(published):
    app = opened("tags", key="owner", month="2026-04")
    listed = next(each.value for each in app.dataframe if "Can be tagged" in each.value.columns)
    expected = published.execute("""
        select sum(cost_cents) from marts.fct_costs_daily
        where is_in_total and date_trunc('month', usage_date) = '2026-04-01'
            and coalesce(len(tags['owner']), 0) = 0
    """).fetchall()[0][0]
    assert round(listed["This month"].sum() * 100) == expected
    first = next(block.value for block in app.code if "update_cluster" in block.value)
    assert "--apply" not in first
    assert all("owner" in shlex.split(line)[-1] for line in first.splitlines())


def test_a_hostile_name_stays_within_its_word():
    row = {
        "resource_type": "cluster", "project": "$(rm -rf ~)", "what": "a'; b `c`",
        "tags": {"te am": ["x", "y"]},
    }  # fmt: skip
    assert shlex.split(tagging.repair(row, "owner")) == [
        "atlas-costs", "do", "update_cluster", "project=$(rm -rf ~)", "name=a'; b `c`",
        'tags={"te am": "x, y", "owner": "VALUE"}',
    ]  # fmt: skip


def test_spellings_that_differ_in_case_are_told_apart_by_key_and_value():
    rows = [
        {"kind": "key", "tag_key": None, "spelling": each, "meant": "team"}
        for each in ("Team", "team")
    ] + [
        {"kind": "value", "tag_key": "env", "spelling": each, "meant": "prod"}
        for each in ("Prod", "prod ")
    ]
    found = tagging.same(rows)
    assert [tagging.spelled(kind, key, same) for (kind, key, _), same in found.items()] == [
        "Key\\: “Team”, “team”", "env\\: “Prod”, “prod ”",
    ]  # fmt: skip


def test_tags_of_an_organization_that_was_charged_nothing_open(publish):
    """As of one with a free cluster: no month has a part that could be tagged."""
    with duckdb.connect(str(publish().resolve())) as db:
        db.execute(
            "update marts.tag_coverage "
            "set total_cents = 0, tagged_cents = 0, several_values_cents = 0"
        )
    app = opened("tags")
    assert not app.exception
    assert not app.get("vega_lite_chart")


@pytest.mark.parametrize(
    ("asked", "sentence"), [("key", "key=nope"), ("month", "month=nope"), ("tags", "tags=nope")]
)
def test_what_the_address_cannot_have_is_named(published, asked, sentence):
    app = opened("tags", **{asked: "nope"})
    assert any(formats.plain(sentence) in each.value for each in app.warning)


def test_a_connection_says_what_it_holds_and_what_it_may_not_read(published, showcase):
    app = opened("connections")
    invoices, lines = published.execute(
        "select count(*), sum(line_items) from marts.fct_invoices"
    ).fetchall()[0]
    shown = metrics(app)
    assert shown["Invoices"] == f"{invoices:,}"
    assert shown["Line items"] == f"{lines:,}"
    table = next(each.value for each in app.dataframe if "Role that grants it" in each.value)
    asked = published.execute("select count(*) from meta.permissions").fetchall()[0][0]
    assert len(table) == asked
    assert storage.sizes()["Landed from Atlas"] > 0


def test_projects_nobody_may_look_into_are_named_in_money(published):
    hidden = published.execute("""
        select sum(cost_cents) from marts.fct_costs_daily
        where is_in_total and usage_date >= (
                select date_trunc('month', data_through) from marts.data_through)
            and usage_date <= (select data_through from marts.data_through)
            and project_id in (select project_id from marts.active_resources
                where listing_status = 'no_project_access')
    """).fetchall()[0][0]
    said = formats.plain(formats.money(hidden, "USD"))
    assert said in texts(opened("connections"))


def test_actions_are_listed_as_they_were_recorded(published):
    app = opened("actions")
    listed = next(each.value for each in app.dataframe if "Outcome" in each.value.columns)
    runs = published.execute(
        "select action, outcome from marts.actions order by requested_at desc, action_id"
    ).fetchall()
    assert list(zip(listed["Action"], listed["Outcome"], strict=True)) == runs


def test_a_filter_and_a_search_leave_what_they_ask_for(published):
    app = opened("actions", kind="applied", text="SHOP")
    listed = next(each.value for each in app.dataframe if "Outcome" in each.value.columns)
    assert len(listed)
    assert listed["Applied"].all()
    assert listed["Target"].str.contains("shop").all()


def test_an_action_opens_with_its_plan(published):
    action_id, plan, config = published.execute(
        "select action_id, plan::varchar, config::varchar from marts.actions "
        "where plan is not null and json_array_length(plan, 'changes') > 0 "
        "order by action_id limit 1"
    ).fetchall()[0]
    app = opened("actions", id=action_id)
    plan, config = json.loads(plan), json.loads(config)
    assert formats.plain(plan["summary"]) in texts(app)
    [changed] = [each.value for each in app.dataframe if "Before" in each.value.columns]
    assert [*changed["What"]] == [each["field"] for each in plan["changes"]]
    asked = next(each.value for each in app.dataframe if [*each.value.columns] == ["What", "Value"])
    given = {name: value for name, value in config.items() if value not in (None, [], {})}
    assert [*asked["What"]] == [*given]
    assert json.dumps(plan, indent=2, ensure_ascii=False) in [block.value for block in app.code]
    assert not any("has this" in each.value for each in app.warning)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, formats.ABSENT), ([], formats.ABSENT), (False, "no"), (0, "0"), ("M10", "M10"),
        ({"min": "M10", "max": "M30"}, "min: M10, max: M30"),
        ([{"region": "EU_WEST_1", "nodes": 3}, {"region": "US_EAST_1", "nodes": None}],
         f"region: EU_WEST_1, nodes: 3; region: US_EAST_1, nodes: {formats.ABSENT}"),
        # two shards are not one of two regions
        ([{"zone": "A", "regions": [{"n": 3}, {"n": 2}]}], "zone: A, regions: (n: 3; n: 2)"),
        ([{"zone": "A", "regions": [{"n": 3}]}, {"n": 2}], "zone: A, regions: (n: 3); n: 2"),
        ({"a": {"x": 1, "y": 2}, "b": 3}, "a: (x: 1, y: 2), b: 3"),
    ],
)  # fmt: skip
def test_a_value_of_an_action_is_one_line(value, text):
    assert action_parts.said(value) == text


def test_a_plan_says_what_a_month_costs_before_and_after():
    cost = {"before_cents": 0, "after_cents": 5840, "basis": "list prices", "currency": "USD"}
    assert action_parts.costs(cost) == (
        "A month of 730 hours costs $0.00 before and $58.40 after (+$58.40), at list prices."
    )
    del cost["currency"]
    assert action_parts.costs(cost | {"basis": "mixed"}).endswith(
        "(+$58.40), partly at list prices, partly according to your invoices."
    )


def test_an_unknown_action_is_one_sentence(published):
    app = opened("actions", id="no-such")
    assert [each.value for each in app.warning] == ["No action that ran has this “id”\\."]


@pytest.mark.parametrize(
    ("size", "text"), [(999, "999 bytes"), (1000, "1.0 kB"), (12_345_678, "12.3 MB")]
)
def test_a_size_is_in_decimal_units(size, text):
    assert storage.text(size) == text

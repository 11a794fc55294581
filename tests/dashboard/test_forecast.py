"""The forecast page: its numbers against the marts, its sentences, its scenarios, its beginning."""

import re
from datetime import date

import duckdb
import pytest
import yaml

from dashboard import forecasting
from orchestration.rules.scenarios import read_scenarios
from reporting import formats
from tests.dashboard.alone import ask, ask_one, page
from tests.dashboard.test_pages import texts

MAY, JUNE = date(2026, 5, 1), date(2026, 6, 1)


@pytest.fixture
def planned(publish):
    publish(planned=True)


def write(file, sql):
    """Changes the test's own copy of a published file."""
    with duckdb.connect(str(file)) as db:
        db.execute(sql)


def cards(app):
    return {each.label: each.value for each in app.metric}


def ahead(month=MAY, expected=10_000, **ends):
    bands = dict.fromkeys(("low_80", "high_80", "low_95", "high_95"))
    return {"month": month, "expected": expected, **bands, **ends}


def tried(method, month_end, three=None, *, chosen=False, origins=12):
    return {"method": method, "mape_month_end": month_end, "mape_3_months": three,
            "chosen": chosen, "origins": origins}  # fmt: skip


def test_the_month_end_comes_first_beside_last_month(planned):
    app = page("forecast")
    months = dict(ask("""select month, expected_cents from marts.forecasts
        where scope_type = 'total' order by month"""))  # fmt: skip
    last, so_far = ask_one("""select
        sum(cost_cents) filter (usage_date between '2026-04-01' and '2026-04-30')::bigint as last,
        sum(cost_cents) filter (usage_date >= '2026-05-01')::bigint as so_far
        from marts.fct_costs_daily where is_in_total""")  # fmt: skip
    assert cards(app) == {
        "May 2026, month end": formats.money(months[MAY], "USD"),
        "Billed to 18 May 2026": formats.money(so_far, "USD"),
        "Jun 2026": formats.money(months[JUNE], "USD"),
        "The 12 months after May 2026": formats.money(sum(months.values()) - months[MAY], "USD"),
    }
    change = formats.change((months[MAY] - last) / last)
    assert app.metric[0].delta == f"{change} vs. Apr 2026"


def to_come(scope):
    """The sentence's total and its amounts, by what stands before them; cents."""
    said = texts(page("forecast", scope=scope)).replace("\\", "")
    [found] = re.findall(r"Still to come in May 2026, (\S+): (.+?)\.(?!\d)", said)
    cents = [
        (name.strip(), round(float(amount.replace(",", "")) * 100))
        for name, amount in re.findall(r"([a-z][a-z0-9 ]+?) \$([\d,]+\.\d\d)", found[1])
    ]
    return round(float(found[0].strip("$").replace(",", "")) * 100), dict(cents)


@pytest.mark.parametrize(
    ("scope", "where"),
    [("total", "true"), ("service:Backup", "service = 'Backup'"),
     ("resource:r-events", "resource_id = 'r-events'")],
)  # fmt: skip
def test_what_is_still_to_come_is_said_by_kind_and_adds_up_to_the_cent(planned, scope, where):
    total, kinds = to_come(scope)
    [billed, metered] = ask_one(f"""select sum(cost_cents)::bigint as billed,
        sum(cost_cents) filter (charge_type = 'usage')::bigint as metered
        from marts.fct_line_item_days
        where is_in_total and usage_date between '2026-05-01' and '2026-05-18' and {where}""")
    [expected, used, late] = ask_one(f"""select sum(expected_cents)::bigint as expected,
        sum(expected_cents) filter (charge_type = 'usage')::bigint as used,
        sum(late_cents)::bigint as late
        from marts.forecast_parts where month = '2026-05-01' and {where}""")  # fmt: skip
    assert total == expected - billed == sum(kinds.values())
    assert kinds["usage of the 13 days left"] == used - metered - late
    assert kinds.get("usage of days so far that is billed late", 0) == late


def test_the_band_and_the_error_are_said(planned):
    [low, high] = ask_one("""select low_80_cents, high_80_cents from marts.forecasts
        where scope_type = 'total' and month = '2026-05-01'""")  # fmt: skip
    error, origins = ask_one("""select mape_month_end, origins from marts.forecast_quality
        where scope_type = 'total' and chosen""")  # fmt: skip
    said = texts(page("forecast")).replace("\\", "")
    band = f"between {formats.money(low, 'USD')} and {formats.money(high, 'USD')}"
    assert f"May 2026 will end {band} in 80 of 100 cases" in said
    assert f"off by {formats.share(error)} at month end, measured on {origins} earlier" in said


@pytest.mark.parametrize(
    ("scope", "where"),
    [
        ("total", "true"),
        ("organization:o-Acme", "org_id = 'o-Acme'"),
        ("project:p-shop", "project_id = 'p-shop'"),
        ("project:o-Acme", "project_id is null"),
        ("service:Backup", "service = 'Backup'"),
        ("resource:r-events", "resource_id = 'r-events'"),
        ("resource:o-Acme", "resource_id is null"),
    ],
)
def test_a_scope_has_its_own_costs_and_its_parts_add_up_to_it(planned, scope, where):
    app = page("forecast", scope=scope)
    [so_far] = ask_one(f"""select sum(cost_cents)::bigint from marts.fct_costs_daily
        where is_in_total and usage_date >= '2026-05-01' and {where}""")  # fmt: skip
    assert cards(app)["Billed to 18 May 2026"] == formats.money(so_far, "USD")
    total, *parts = app.dataframe[1].value.itertuples(index=False)
    assert total[0] == "Total"
    assert formats.money(round(total[1] * 100), "USD") == cards(app)["May 2026, month end"]
    for column in (1, 2, 3):
        assert sum(round(part[column] * 100) for part in parts) == round(total[column] * 100)


def test_a_cluster_made_again_keeps_its_history(publish):
    """Its earlier costs have another id; another project's cluster of that name is another."""
    write(
        publish(planned=True),
        """update marts.agg_costs_monthly set resource_id = 'r-older'
            where resource_id = 'r-events' and usage_month = '2026-04-01';
        update marts.agg_costs_monthly set resource_name = 'events'
            where resource_id = 'r-mobile-db'""",
    )
    app = page("forecast", scope="resource:r-events")
    rows = dict(ask("""select usage_month, sum(cost_cents)::bigint as cents
        from marts.agg_costs_monthly where is_in_total and resource_id in ('r-events', 'r-older')
        group by all"""))  # fmt: skip
    [expected] = ask_one("""select expected_cents from marts.forecasts
        where scope = 'r-events' and month = '2026-05-01'""")  # fmt: skip
    april = rows[date(2026, 4, 1)]
    assert app.metric[0].delta.startswith(formats.change((expected - april) / april))
    assert cards(app)["Billed to 18 May 2026"] == formats.money(rows[MAY], "USD")


def test_every_month_has_its_band_and_past_error(planned):
    frame = page("forecast", scope="project:p-shop").dataframe[0].value
    rows = ask("""select expected_cents, low_95_cents, backtest_error from marts.forecasts
        where scope = 'p-shop' order by month""")  # fmt: skip
    assert [(round(row.Forecast * 100), round(row._4 * 100)) for row in
            frame.itertuples(index=False)] == [row[:2] for row in rows]  # fmt: skip
    found = frame["Off in earlier months"].astype(object).where(lambda each: each.notna(), None)
    assert list(found) == [row[2] for row in rows]


def test_scenarios_stand_beside_the_total_alone(planned):
    app = page("forecast")
    year = ask("""select scope, sum(difference_cents)::bigint from marts.scenarios
        where not is_running group by scope""")  # fmt: skip
    frame = next(each.value for each in app.dataframe if "Priced by" in each.value)
    shown = {row.Change: round(row.Difference * 100) for row in frame.itertuples(index=False)}
    assert shown == {"All changes" if scope == "(total)" else scope: c for scope, c in year}
    assert any(shown.values())
    other = page("forecast", scope="project:p-shop")
    assert "Scenarios" not in [each.value for each in other.subheader]


def test_without_scenarios_the_page_has_a_first_file(publish, tmp_path):
    write(publish(planned=True), "delete from marts.scenarios")
    app = page("forecast")
    [text] = [each.value for each in app.code if each.value.startswith("scenarios:")]
    file = tmp_path / "scenarios.yaml"
    file.write_text(text)
    [scenario] = read_scenarios(file)
    assert scenario.changes[0].first_month == JUNE
    assert yaml.safe_load(text)["scenarios"][0]["changes"][0]["when"]["all"][0]["is"] == "analytics"


def test_before_the_first_forecast_the_page_says_what_makes_one(publish):
    publish()
    assert "atlas-costs refresh" in texts(page("forecast"))


def test_too_few_days_have_no_amounts(publish):
    """Costs of May 1 to 18: fewer than 28 days."""
    publish(planned=True, first=MAY)
    app = page("forecast")
    assert "Not enough data" in texts(app)
    assert not app.metric


def test_what_an_address_cannot_have_is_said(planned):
    said = texts(page("forecast", scope="project:p-gone")).replace("\\", "")
    assert "“scope=project:p-gone” is not on this page" in said


def test_an_error_is_told_with_what_guesses_would_have_been_off():
    rows = [tried("sum of 3 series", 0.0311, 0.2, chosen=True), tried("same as last month", 0.05)]
    assert forecasting.error_text(rows) == (
        "On average off by 3.1% at month end, measured on 12 earlier months, and by 20.0% three "
        "months ahead. At month end, “same as last month” by 5.0%."
    )
    alone = forecasting.error_text([tried("x", 0.01, chosen=True, origins=1)])
    assert alone == "On average off by 1.0% at month end, measured on 1 earlier month."
    for rows in ([], [tried("x", None, chosen=True)], [tried("x", 0.1, chosen=True, origins=0)]):
        assert "not known yet" in forecasting.error_text(rows)


@pytest.mark.parametrize(
    ("method", "words"),
    [
        ("sum of 112 series", "The sum of 112 forecasts"),
        ("mean of the last 28 days", "Method: mean of the last 28 days"),
        ("no longer billed", "Nothing is billed for it any more"),
        ("not enough data", "Not enough data."),
    ],
)
def test_a_method_is_told_in_plain_words(method, words):
    assert forecasting.method_text(method).startswith(words)


def test_a_chart_has_exact_tooltips_and_credits_have_no_sign():
    rows = [ahead(low_80=9000, high_80=11_000), ahead(JUNE, 123_456_789)]
    billed = [{"month": MAY, "amount": 500}]
    chart = forecasting.chart(billed, rows, "Atlas Credits").to_dict()
    records = [row for data in chart["datasets"].values() for row in data]
    assert {"500", "5.00 credits"} & {row["amount"] for row in records} == {"5.00 credits"}
    assert "1,234,567.89 credits" in {row["amount"] for row in records}
    assert {row["band 80"] for row in records if "band 80" in row} == {
        "90.00 credits to 110.00 credits", formats.ABSENT,
    }  # fmt: skip
    assert "$" not in str([row.get("amount") for row in records])


def test_a_change_of_nothing_has_no_percentage():
    assert forecasting.change(100, None) is None
    assert forecasting.change(100, 0) is None
    assert forecasting.change(90, 120) == -0.25

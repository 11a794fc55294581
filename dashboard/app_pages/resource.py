"""One resource: what it is, what it costs and why, and what can be done about it."""

import streamlit as st

from dashboard import components, data, resource_list, resource_page, resource_tabs
from dashboard.address import Address
from dashboard.downloads import downloads
from dashboard.drawing import draw
from dashboard.head import head
from dashboard.navigation import link, page_link
from dashboard.resource_file import file_of
from reporting import formats, resource, url_state
from reporting.query import Query, Row
from reporting.ranges import ONE_DAY, RANGES, DataDays, Window, resolve
from reporting.sheets import EVERY
from reporting.state import Filter, ReportState

queries: dict[str, Query] = {}


def asked(name: str, query: Query) -> list[Row]:
    """Rows of a question, which is kept for the end of the page."""
    queries[name] = query
    return data.rows(query)


def found() -> Row:
    """The resource that the address names; a page without one ends here."""
    asked_for = address.plain("id")
    now = data.rows(resource.present_id(asked_for))
    known = asked("Resource", resource.head(now[0]["resource_id"] if now else asked_for))
    if not known:
        head("Resource")
        address.done()
        what = "No resource has this id" if asked_for else "The address names no resource"
        st.info(
            f"{what}. Choose one from active resources, where deleted ones have a list of their "
            "own.", icon=":material/search_off:",
        )  # fmt: skip
        page_link("Active resources", link("active-resources"))
        st.stop()
    return known[0]


def window_of(days: DataDays) -> Window:
    """The days of the address: a range, or two days that win over it."""
    ranges = {"last_90_days": "Last 90 days", **RANGES}
    name = address.choice("range", "Days", ranges, width=200)
    given = {key: [value] for key in ("from", "to") if (value := address.plain(key))}
    state, refused = url_state.parse(given)
    for sentence in refused:
        address.refuse(sentence)
    return state.custom_window or resolve(name, days.first, days.through)


def cards(row: Row, days: DataDays) -> None:
    """Month to date, last 30 days, projected; of what is gone its costs by day say it."""
    month = resolve("this_month", days.first, days.through)
    recent = resolve("last_30_days", days.first, days.through)
    if row["month_to_date"] is None:
        lines = data.rows(resource.by_day(ids, _both(month, recent)))
        of_unit = [each for each in lines if each["unit"] == row["unit"]]
        row = row | {
            name: sum(each["amount"] for each in of_unit if each["day"] >= span.start)
            for name, span in (("month_to_date", month), ("last_30_days", recent))
        }
    unit = row["unit"]
    with st.container(horizontal=True):
        st.metric("Month to date", formats.money(row["month_to_date"], unit), border=True)
        st.metric("Last 30 days", formats.money(row["last_30_days"], unit), border=True)
        st.metric(
            "Projected this month", formats.money(row["projected_month"], unit), border=True,
            help=resource_list.PROJECTED,
        )  # fmt: skip


def _both(one: Window, other: Window) -> Window:
    return Window(min(one.start, other.start), max(one.end, other.end))


address = Address("resource")
row = found()
identity = row["resource_id"]
ids = [each["resource_id"] for each in asked("Its ids", resource.life(identity))]
head(formats.plain(row["resource_name"]))
facts = resource_page.facts(row)
st.markdown(" · ".join(f"{name} **{formats.plain(value)}**" for name, value in facts.items()))
if row["listing_status"] == "no_project_access":
    st.warning(resource_page.ROLE, icon=":material/visibility_off:")
elif row["listing_status"] == "billed_not_listed":
    is_cluster = row["resource_type"] == "cluster"
    said = resource_page.GONE_CLUSTER if is_cluster else resource_page.GONE
    st.warning(said, icon=":material/report:")
if row["upgraded_from"]:
    st.caption(f"Upgraded in place; its former id was {formats.plain(row['upgraded_from'])}.")
days = components.usage_days()
cards(row, days)
with st.container(horizontal=True, vertical_alignment="bottom"):
    window = window_of(days)
    one = Filter("resource", "is", (identity, *filter(None, [row["upgraded_from"]])))
    report = ReportState(
        group=("category",), filters=(one,), start=window.start, last=window.end - ONE_DAY
    )
    page_link("Cost report", url_state.link(report), icon=":material/bar_chart:")
    menu = st.container(width="content")
address.done()

events = asked("Events", resource.events(identity))
changes = asked("Configuration", resource.configuration_changes(identity))
costs = components.by_unit(asked("By day", resource.by_day(ids, window)))
if not costs:
    st.info("Nothing was billed for it on these days. Choose others.", icon=":material/inbox:")
for currency, rows in costs.items():
    components.unit_heading(currency, costs)
    span = formats.span(window.start, window.end)
    draw(
        resource_page.daily(rows, currency, [*events, *changes], window),
        alt=f"Cost of {row['resource_name']} by day and service, {span}",
    )

st.subheader("By category and SKU")
by_sku = components.by_unit(asked("By SKU", resource.by_sku(ids, window)))
for currency, rows in by_sku.items():
    components.unit_heading(currency, by_sku)
    resource_tabs.table(resource_page.sku_frame(rows), "", currency, "Cost")
st.subheader("What happened")
resource_tabs.table(
    resource_page.history_frame([*events, *changes]), "Nothing is known to have changed."
)
if lanes := asked("Tiers", resource.tiers(identity)):
    st.subheader("Tier")
    st.caption("Bill: the tier on the invoice of each day. Inventory: what Atlas listed, from the "
               "first refresh on.")  # fmt: skip
    if scaled := resource_page.tier_text(lanes, days.through):
        st.markdown(formats.plain(scaled))
    with resource_tabs.folded("Each day's tier", len(lanes) > resource_page.MOST_LANES):
        draw(resource_page.tier_lanes(lanes), alt=f"Tiers of {row['resource_name']} over time")
resource_tabs.tabs(row, ids, window, asked)
files = [file_of(name, data.rows(query)) for name, query in queries.items() if name != "Lines"]
with menu:
    downloads("atlas-resource", files, lines=resource.lines(ids, window, EVERY))
components.sql_behind(queries)

"""Backups: what each cluster's cost, which outlive it, and when one was last restored."""

import streamlit as st

from dashboard import (
    backup_tables,
    components,
    data,
    figures,
    kept_tables,
    resource_page,
    row_links,
    tables,
)
from dashboard.address import Address
from dashboard.downloads import downloads
from dashboard.head import head
from dashboard.resource_file import file_of
from reporting import backups
from reporting.query import Query, Row
from reporting.ranges import resolve

queries: dict[str, Query] = {}


def cards(found: dict[str, list[Row]]) -> None:
    """What backups cost, and how much of it nobody may want."""
    for unit, rows in found.items():
        components.unit_heading(unit, found)
        figures.row_of(backup_tables.cards(rows, unit))


def clusters(found: dict[str, list[Row]], view: str) -> None:
    """The clusters of a view, the dearest first."""
    for unit, every in found.items():
        components.unit_heading(unit, found)
        rows = backup_tables.seen(every, view)
        if not rows:
            st.info("No cluster is like this.", icon=":material/check:")
            continue
        row_links.table(
            backup_tables.frame(rows),
            {"Cluster": list(map(row_links.resource, rows))},
            key=f"backups.clusters.{unit}",
            height=tables.height(len(rows)),
            column_config=backup_tables.configured(unit),
        )


def split(name: str) -> None:
    """The month's cost by policy or by SKU."""
    found = components.by_unit(data.rows(queries[name]))
    for unit, rows in found.items():
        components.unit_heading(unit, found)
        is_by_policy = name == "By policy"
        frame = backup_tables.frequencies(rows) if is_by_policy else backup_tables.skus(rows)
        tables.table(
            frame, height="content",
            column_config=backup_tables.configured(unit),
        )  # fmt: skip


head(
    "Backups",
    "What snapshots cost, which outlive their cluster, and what was restored. A name opens its "
    "resource's page.",
)
address = Address("backups")
days = components.usage_days()
month = resolve("this_month", days.first, days.through)
queries |= {
    "Clusters": backups.clusters(month),
    "By policy": backups.by_frequency(month),
    "By SKU": backups.by_sku(month),
    "Restores": backups.RESTORES,
    "Online archives": backups.ARCHIVES,
}
found = components.by_unit(data.rows(queries["Clusters"]))
if not found:
    st.info("Atlas lists no cluster and bills no backup.", icon=":material/inbox:")
cards(found)
with st.container(horizontal=True, vertical_alignment="bottom"):
    view = address.choice(
        "show", "Show", backup_tables.VIEWS, is_short=True, label_visibility="collapsed"
    )
    downloads("atlas-backups", [file_of(name, data.rows(each)) for name, each in queries.items()])
address.done()
clusters(found, view)
left, right = st.columns([2, 3])
with left:
    st.subheader("Snapshots by policy")
    st.caption(
        "The bill has one amount for all snapshots of a cluster. It is shared here by the size of "
        "those that Atlas keeps now; what has no size known is not split. Continuous backup is "
        "left out."
    )
    split("By policy")
with right:
    st.subheader("By SKU")
    st.caption("As Atlas bills them, month to date.")
    split("By SKU")
for title, frame in (
    ("Restores", kept_tables.restore_frame),
    ("Online archives", kept_tables.archive_frame),
):
    rows = data.rows(queries[title])
    st.subheader(title)
    if rows:
        tables.table(
            frame(rows, with_cluster=True),
            height=tables.height(len(rows), 420), column_config=resource_page.configured("USD"),
        )  # fmt: skip
    else:
        st.caption(f"Atlas lists none: no {title.lower()}, or the key may not read them.")
components.sql_behind(queries)

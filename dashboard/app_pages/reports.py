"""Reports: those that are saved, and several of them side by side."""

from dataclasses import replace

import streamlit as st

from dashboard import components, data, saved_reports, signing_in
from dashboard.address import Address
from dashboard.drawing import draw
from dashboard.head import head
from dashboard.navigation import page_link
from dashboard.saved_reports import Listed
from orchestration.saved_reports import SavedReport, Shelf, Source
from orchestration.workspaces.model import Role
from reporting import charts, formats, words
from reporting import queries as questions
from reporting.query import Query
from reporting.ranges import DataDays
from reporting.report import report_of


def entry(kept: Shelf, each: Listed) -> None:
    """One report: a star, its title, and what can be done with it."""
    name, report = each.report.name, each.report
    with st.container(horizontal=True, vertical_alignment="center", key=f"report.{name}"):
        star = ":material/star:" if each.is_starred else ":material/star_border:"
        said = f"{'Unstar' if each.is_starred else 'Star'} {report.title}"
        if st.button("", icon=star, key=f"star.{name}", help=said, type="tertiary"):
            kept.star(name, starred=not each.is_starred)
            st.rerun()
        page_link(formats.plain(report.title), report.link, width="stretch")
        st.caption(formats.plain(f"{each.source.value} · {name}"), width="content")
        saved_reports.save_menu(
            report.state, kept, label="Copy", title=f"{report.title} (copy)", key=name
        )
        if each.source is Source.SAVED and signing_in.may(Role.ACTOR):
            remove(kept, report)


def remove(kept: Shelf, report: SavedReport) -> None:
    """Deletes what a page saved, once it is confirmed."""
    with st.popover("Delete", icon=":material/delete:", key=f"delete.{report.name}"):
        st.caption("The report goes for everybody; the costs it shows stay.")
        if st.button("Delete it", key=f"delete.sure.{report.name}"):
            kept.delete(report.name)
            st.rerun()


def one(report: SavedReport, days: DataDays) -> dict[str, Query]:
    """A report of a dashboard: its total and its chart, with a link to all of it."""
    asked = report_of(report.state, days)
    total = questions.comparison(replace(asked, state=replace(asked.state, group=())))
    series = questions.series(asked, asked.state.top)
    with st.container(border=True):
        page_link(f"**{formats.plain(report.title)}**", report.link)
        rows = components.by_unit(data.rows(series))
        totals = components.by_unit(data.rows(total))
        if not totals:
            st.caption("No cost matches this report.")
        for unit, (row,) in totals.items():
            is_compared = asked.compared is not None and row["previous"]
            st.metric(
                formats.span(asked.window.start, asked.window.end),
                components.total_text(row, asked.state.measure),
                formats.change(row["change"]) if is_compared else None,
                delta_color="inverse" if row["change"] else "off",
                help=words.compared_text(asked, row) or None,
            )
            if unit in rows:
                partials = words.partial_periods(asked, rows[unit])
                drawn = charts.over_time(asked, rows[unit], unit, partials)
                draw(
                    drawn.properties(height=220),
                    f"{report.title}: costs over time",
                    key=f"chart.{report.name}.{unit}",
                )
    return {f"{report.title}: total": total, f"{report.title}: chart": series}


head(
    "Reports",
    "Saved reports: open one, or choose several to see them side by side; the address keeps them.",
)
days = components.usage_days()
kept = saved_reports.on_the_shelf()
titles = {name: report.title for name, (report, _) in kept.reports.items()}
address = Address("reports")
with st.container(horizontal=True):
    text = address.text("text", "Search", placeholder="Title, folder, service …", width=260)
    chosen = address.several("show", "Side by side", titles, width="stretch")
dashboard, refused = saved_reports.shown(kept, chosen)
for sentence in refused:
    address.refuse(sentence)
address.done()
queries: dict[str, Query] = {}
columns = st.columns(2) if dashboard else []
for number, report in enumerate(dashboard):
    with columns[number % 2]:
        queries |= one(report, days)
folders = saved_reports.by_folder(kept, text)
if not folders:
    st.info("No report matches this search.", icon=":material/search_off:")
for folder, reports in folders.items():
    with st.expander(f"{formats.plain(folder)} ({len(reports)})", expanded=not dashboard):
        for each in reports:
            entry(kept, each)
st.caption(
    "Save a report from the page Cost report. `atlas-costs report NAME --to report.pdf` makes the "
    "same as a file; reports of config/reports.yaml are changed there."
)
if queries:
    components.sql_behind(queries)

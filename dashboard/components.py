"""Widgets that every page shares: how old the data is, what matches Atlas, which SQL answered."""

from collections.abc import Iterable, Mapping

import streamlit as st

from dashboard import data
from reporting import bill, formats, words
from reporting.charts import amount_text
from reporting.query import Query, Row
from reporting.ranges import DataDays, Window

MOST_PROBLEMS = 5
SETTING_UP = (
    "Run `atlas-costs refresh` to load your organization's costs, or `make demo` to look at a "
    "sandbox that needs no Atlas key."
)


def address() -> dict[str, list[str]]:
    """The query string, every value of every parameter."""
    return {name: st.query_params.get_all(name) for name in st.query_params}


def no_warehouse() -> None:
    """The page before the first publish."""
    st.title("No costs yet")
    st.info(f"Nothing has been published so far. {SETTING_UP}", icon=":material/rocket_launch:")


def usage_days() -> DataDays:
    """The days of `data.usage_days`; a page of costs ends here where there are none."""
    if (days := data.usage_days()) is None:
        st.info(
            f"The warehouse contains no costs yet: Atlas has listed no invoice lines. {SETTING_UP}",
            icon=":material/inbox:",
        )
        st.stop()
    return days


def problems(sentences: Iterable[str]) -> None:
    """What the address asked for and could not have; the first few, where it is much."""
    every = list(sentences)
    for sentence in every[:MOST_PROBLEMS]:
        st.warning(formats.plain(sentence), icon=":material/link_off:")
    if (more := len(every) - MOST_PROBLEMS) > 0:
        st.warning(f"{more} more parameters cannot be used.", icon=":material/link_off:")


def _so_far(row: Row) -> str:
    if row["is_reconciled"] is not False:
        return ""
    return f"; so far Atlas's total is apart, {formats.plain(words.apart_text(row))}"


def reconciliation(invoices: list[Row]) -> None:
    """How many closed invoices match Atlas's total to the cent, and which do not."""
    failed, text = words.untied(invoices), words.match_text(invoices)
    if failed:
        st.badge(text, icon=":material/warning:", color="orange")
    else:
        st.badge(text, icon=":material/verified:", color="green")
    for row in failed:
        st.markdown(f"- Does not match: {formats.plain(words.untied_text(row))}")
    for row in invoices:
        if row["is_pending"]:
            st.caption(
                f"Pending: {formats.plain(row['organization'])}, "
                f"{formats.month(row['invoice_month'])}: still being billed{_so_far(row)}."
            )


def untied_note(invoices: list[Row], window: Window) -> None:
    """A warning on a page whose days include an invoice that does not match Atlas's total."""
    if found := words.untied(invoices, window):
        lines = "\n".join(f"- {formats.plain(words.untied_text(row))}" for row in found)
        st.warning(f"These days include invoices that do not match Atlas's total:\n{lines}")


def sql_behind(queries: Mapping[str, Query]) -> None:
    """The exact SQL of a page's numbers, and the same with its values written in."""
    with st.expander("SQL behind this", icon=":material/code:"):
        st.caption(
            "Runs as it stands in `atlas-costs sql` or any DuckDB client. The page itself binds "
            "its values as parameters and never writes them into the text."
        )
        for tab, query in zip(st.tabs(list(queries)), queries.values(), strict=True):
            with tab:
                st.code(query.runnable(), language="sql")
                st.markdown("As the page sends it, with its parameters:")
                st.code(query.sql, language="sql")
                st.json({name: str(value) for name, value in query.params}, expanded=False)


def by_unit(rows: list[Row]) -> dict[str, list[Row]]:
    """Rows apart by currency or unit of usage: what is not the same is never added."""
    found: dict[str, list[Row]] = {}
    for row in sorted(rows, key=lambda row: str(row["unit"])):
        found.setdefault(row["unit"], []).append(row)
    return found


def unit_heading(unit: str, units: Iterable[str]) -> None:
    """Names a currency or unit where the page shows more than one."""
    if len(set(units)) > 1:
        st.markdown(f"**{formats.plain(unit)}**")


def total_text(total: Row, measure: str) -> str:
    """A total in words."""
    return amount_text(total["amount"], total["unit"], measure)


def invoices() -> list[Row]:
    """Every invoice and whether it matches Atlas's total."""
    return data.rows(bill.INVOICES)

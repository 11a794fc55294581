"""Filters that saved reports share, on the cost report: applied, saved, deleted."""

from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urlencode

import streamlit as st
from pydantic import ValidationError

from dashboard.saved_reports import on_the_shelf
from orchestration.saved_reports import SharedFilter, Shelf, as_name, combined
from orchestration.settings import SettingsError
from reporting import formats, url_state
from reporting.state import ReportState

GoTo = Callable[[ReportState], None]


def section(state: ReportState, go_to: GoTo) -> None:
    """Draws the filters there are, and what saves the conditions in force as one."""
    try:
        kept = on_the_shelf()
        if kept.filters:
            _choice(kept, state, go_to)
        if state.filters:
            _addition(kept, state)
    except (SettingsError, ValueError) as error:
        st.error(formats.plain(_sentence(error)), icon=":material/error:")


def _sentence(error: Exception) -> str:
    if isinstance(error, ValidationError):
        return f"This cannot be a shared filter: {error.errors()[0]['ctx']['error']}."
    return str(error)


def _choice(kept: Shelf, state: ReportState, go_to: GoTo) -> None:
    st.divider()
    name = st.selectbox("Shared filter", list(kept.filters), index=None, key="shared.name")
    if name not in kept.filters:
        return
    users = kept.users(name)
    used = f"Used by {', '.join(users)}." if users else "No saved report uses it."
    st.caption(formats.plain(f"{kept.filters[name][0].address} · {used}"))
    with st.container(horizontal=True):
        if st.button("Apply", key="shared.apply"):
            filters = combined(state.filters, kept.filters[name][0].filters)
            go_to(replace(state, filters=filters))
        if st.button("Delete", key="shared.delete", type="tertiary"):
            kept.delete_filter(name)
            st.rerun()


def _addition(kept: Shelf, state: ReportState) -> None:
    with st.form("shared.form", border=False):
        title = st.text_input("Save these conditions as a shared filter", max_chars=60)
        replaces = st.checkbox("Replace one of this name, in all reports that use it")
        if not st.form_submit_button("Save filter"):
            return
    if not (name := as_name(title or "")):
        st.error("A name needs a letter or a digit.", icon=":material/error:")
        return
    address = urlencode(url_state.filter_params(state.filters), doseq=True)
    kept.save_filter(SharedFilter(name=name, address=address), overwrite=replaces)
    st.success(f"Saved as {name}.", icon=":material/check:")

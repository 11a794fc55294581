"""The dashboard's entry: navigation, looks, and one answer to what goes wrong."""

import logging

import duckdb
import streamlit as st

from dashboard import components, data, design, signing_in
from dashboard.navigation import navigation
from dashboard.turns import turn
from orchestration.settings import SettingsError, read_once
from reporting import locales

log = logging.getLogger("atlas_costs.dashboard")

st.set_page_config(
    page_title="Atlas costs",
    page_icon=design.ICON,
    layout="wide",
    initial_sidebar_state=240,
)

st.html(design.STYLE)
try:
    with turn(), read_once():
        signing_in.gate()
        page = navigation()
        signing_in.menu()
        with data.one_version(), locales.written_in(st.context.locale):
            page.run()
except data.WarehouseMissingError:
    components.no_warehouse()
except SettingsError as error:
    st.error(str(error), icon=":material/error:")
except data.TooMuchError as error:
    st.error(
        f"This is more than a page can show. {error}: choose fewer days, a longer interval, a "
        "smaller top or fewer groups.",
        icon=":material/error:",
    )
except duckdb.Error:
    log.exception("a query of a page failed")
    st.error(
        "This page could not read the warehouse: a query failed and the log has the details. "
        "Reload the page; if it stays, run `atlas-costs refresh`.",
        icon=":material/error:",
    )

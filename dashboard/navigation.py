"""Which pages there are, in which section, and at which address."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import streamlit as st

_PAGES = Path(__file__).with_name("app_pages")
# Streamlit closes only its own menu when a page is chosen on a phone, and keeps in the browser that
# a menu was opened once, so that it lay over the next page too. 768 px are its own breakpoint.
_CLOSE_ON_PHONES = """<script>
if (!window.atlasMenu) {
  window.atlasMenu = true;
  const isNarrow = () => matchMedia("(max-width: 767.98px)").matches;
  const button = '[data-testid="stSidebarCollapseButton"] button';
  document.addEventListener("click", event => {
    if (isNarrow() && event.target.closest(".st-key-menu a"))
      document.querySelector(button)?.click();
  });
  addEventListener("pagehide", () => {
    const kept = Object.keys(localStorage).filter(key => key.startsWith("stSidebarCollapsed-"));
    if (isNarrow()) kept.forEach(key => localStorage.removeItem(key));
  });
}
</script>"""


@dataclass(frozen=True)
class Entry:
    """A page: its file in app_pages without `.py`, its heading, its icon.

    Attributes:
        is_listed: Whether the menu has it; what needs an id is only linked to.
    """

    file: str
    title: str
    icon: str
    is_listed: bool = True

    @property
    def path(self) -> str:
        """Its address; the overview is at the root."""
        return "" if self.file == "overview" else self.file.replace("_", "-")


SECTIONS = {
    "Costs": (
        Entry("overview", "Overview", "home"),
        Entry("cost_report", "Cost report", "bar_chart"),
        Entry("reports", "Reports", "bookmarks"),
    ),
    "Resources": (
        Entry("active_resources", "Active resources", "dns"),
        Entry("resource", "Resource", "dns", is_listed=False),
        Entry("backups", "Backups", "backup"),
        Entry("tags", "Tags", "sell"),
    ),
    "Money": (
        Entry("invoices", "Invoices", "receipt_long"),
        Entry("allocation", "Allocation", "call_split"),
        Entry("budgets", "Budgets", "account_balance_wallet"),
        Entry("forecast", "Forecast", "timeline"),
        Entry("unit_costs", "Unit costs", "straighten"),
    ),
    "Watch": (
        Entry("anomalies", "Anomalies", "trending_up"),
        Entry("savings", "Savings", "savings"),
    ),
    "Setup": (
        Entry("connections", "Connections", "cable"),
        Entry("actions", "Actions", "play_circle"),
    ),
}


def navigation() -> Any:  # noqa: ANN401  st.Page is no public type
    """The page that was asked for, beside a menu of all by section.

    Streamlit's own menu puts the items of a section where a screen reader looks for none.
    """
    found = {section: [(each, _page(each)) for each in SECTIONS[section]] for section in SECTIONS}
    current = st.navigation(
        [page for each in found.values() for _, page in each], position="hidden"
    )
    with st.sidebar.container(gap="xsmall", key="menu"):
        for section, entries in found.items():
            st.caption(section)
            for entry, page in entries:
                if entry.is_listed:
                    st.page_link(page)
    with st.sidebar:
        st.html(_CLOSE_ON_PHONES, unsafe_allow_javascript=True)
    return current


def _page(entry: Entry) -> Any:  # noqa: ANN401  st.Page is no public type
    return st.Page(
        _PAGES / f"{entry.file}.py",
        title=entry.title,
        icon=f":material/{entry.icon}:",
        url_path=entry.path or None,
        default=not entry.path,
        visibility="visible" if entry.is_listed else "hidden",
    )


def link(path: str, **params: str | list[str]) -> str:
    """The address of a page with parameters; a filter is given as `f__project="shop"`."""
    named = {name.replace("__", "."): value for name, value in params.items() if value}
    return f"/{path}{'?' if named else ''}{urlencode(named, doseq=True)}"


def page_link(label: str, address: str, **drawn: Any) -> None:  # noqa: ANN401  st.page_link's own
    """Draws a link to an address of `link`, which opens in the same tab.

    Args:
        label: Markdown.
        address: From the root of the dashboard.
        drawn: Further arguments of st.page_link.
    """
    page, asked = _split(address)
    st.page_link(page, label=label, query_params=asked, **drawn)


def follow(address: str) -> None:
    """Opens an address of `link`, in the same tab."""
    page, asked = _split(address)
    st.switch_page(page, query_params=asked)


def _split(address: str) -> tuple[Any, dict[str, list[str]]]:
    parts = urlsplit(address)
    path = parts.path.strip("/")
    entry = next(each for entries in SECTIONS.values() for each in entries if each.path == path)
    return _page(entry), parse_qs(parts.query, keep_blank_values=True)

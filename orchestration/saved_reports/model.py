"""One saved report: a name, a title, a folder, and the address that it is."""

from dataclasses import replace
from enum import StrEnum
from typing import Annotated
from urllib.parse import parse_qs, urlencode, urlsplit

from pydantic import AfterValidator, PrivateAttr

from orchestration.config.rule_file import Strict, Text
from orchestration.saved_reports.filters import SharedFilter, combined
from orchestration.saved_reports.names import written_name
from reporting import url_state
from reporting.state import ReportState

PAGE = "/cost-report"
_DEFAULTED = "; the page uses its default instead."


class Source(StrEnum):
    """Where a report comes from; only what a page saved can be changed by one."""

    BUILT_IN = "built in"
    CONFIG = "config"
    SAVED = "saved"


def _usable(value: str) -> str:
    """An address as the shortest one that leads to the same report."""
    path, mark, query = value.rpartition("?")
    path = urlsplit(path).path.rstrip("/")
    if path not in {"", PAGE} or (not mark and "/" in query.partition("=")[0]):
        raise ValueError("is not of a cost report: open one and copy its address")
    state, problems = url_state.parse(parse_qs(query, keep_blank_values=True))
    if problems:
        raise ValueError(f"cannot be used: {problems[0].removesuffix(_DEFAULTED).rstrip('.')}")
    return query_of(state)


class SavedReport(Strict):
    """A report that has a name.

    Attributes:
        name: What the terminal calls it; also the name of its files.
        title: How it is headed.
        folder: Where a page lists it.
        address: The query string; a whole address of the dashboard is taken too.
        filter: The name of a shared filter that holds besides.
        workspace: Whose report it is; without one, of those who see everything.
    """

    name: Annotated[Text, AfterValidator(written_name)]
    title: Text
    folder: str = ""
    address: Annotated[str, AfterValidator(_usable)] = ""
    filter: str = ""
    _shared: SharedFilter | None = PrivateAttr(default=None)
    workspace: str = ""

    @property
    def state(self) -> ReportState:
        """What it asks, with what its shared filter says now."""
        own = url_state.parse(parse_qs(self.address, keep_blank_values=True))[0]
        if self._shared is None:
            return own
        return replace(own, filters=combined(own.filters, self._shared.filters))

    @property
    def link(self) -> str:
        """Its address from the root of the dashboard."""
        address = query_of(self.state)
        return f"{PAGE}?{address}" if address else PAGE

    def sharing(self, found: SharedFilter) -> "SavedReport":
        """The report with its filter.

        Raises:
            ValueError: an address cannot say both.
        """
        combined(self.state.filters, found.filters)
        made = self.model_copy()
        made._shared = found  # noqa: SLF001  its own class
        return made


def query_of(state: ReportState) -> str:
    """A report's state as the address of a saved one."""
    return urlencode(url_state.to_params(state), doseq=True)

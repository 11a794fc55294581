"""One saved report: a name, a title, a folder, and the address that it is."""

import re
import unicodedata
from enum import StrEnum
from typing import Annotated
from urllib.parse import parse_qs, urlencode, urlsplit

from pydantic import AfterValidator

from orchestration.config.rule_file import Strict, Text
from reporting import url_state
from reporting.state import ReportState

PAGE = "/cost-report"
LONGEST = 60
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_DEFAULTED = "; the page uses its default instead."


class Source(StrEnum):
    """Where a report comes from; only what a page saved can be changed by one."""

    BUILT_IN = "built in"
    CONFIG = "config"
    SAVED = "saved"


def _written_name(value: str) -> str:
    if not _NAME.fullmatch(value) or len(value) > LONGEST:
        raise ValueError(
            f"must be a name such as costs-by-team: a to z, 0 to 9 and single hyphens, at most "
            f"{LONGEST} characters"
        )
    return value


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
    """

    name: Annotated[Text, AfterValidator(_written_name)]
    title: Text
    folder: str = ""
    address: Annotated[str, AfterValidator(_usable)] = ""

    @property
    def state(self) -> ReportState:
        """What it asks."""
        return url_state.parse(parse_qs(self.address, keep_blank_values=True))[0]

    @property
    def link(self) -> str:
        """Its address from the root of the dashboard."""
        return f"{PAGE}?{self.address}" if self.address else PAGE


def query_of(state: ReportState) -> str:
    """A report's state as the address of a saved one."""
    return urlencode(url_state.to_params(state), doseq=True)


def as_name(title: str) -> str:
    """A name made of a title; empty where the title has no letter of ours."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return "-".join(re.findall("[a-z0-9]+", plain))[:LONGEST].strip("-")

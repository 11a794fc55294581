"""Saved reports on pages: what is listed, what a dashboard of several shows, and saving one."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import streamlit as st

from dashboard import signing_in
from orchestration.saved_reports import (
    SavedReport,
    Shelf,
    Source,
    as_name,
    query_of,
    shelf,
    without,
)
from orchestration.settings import SettingsError, load_settings
from orchestration.workspaces.model import Role
from reporting.state import ReportState

UNFILED = "Other"
MOST_SHOWN = 6
ONLY_LOOKS = "In this workspace you may save reports, and neither replace nor delete them."


@dataclass(frozen=True)
class Listed:
    """A report on the shelf, as a list shows it."""

    report: SavedReport
    source: Source
    is_starred: bool

    def has(self, text: str) -> bool:
        """Whether each word of a text is in its title, name, folder or address."""
        where = f"{self.report.title} {self.report.name} {self.report.folder} {self.report.address}"
        return all(word in where.lower() for word in text.lower().split())


def on_the_shelf() -> Shelf:
    """The saved reports of the visitor's workspace.

    Raises:
        SettingsError: config/reports.yaml or data/reports.yaml cannot be used.
    """
    every, access = shelf(load_settings()), signing_in.access()
    if access.scope is None:
        return every.starred_by(access.workspace)
    return every.within(access.workspace)


def by_folder(kept: Shelf, text: str = "") -> dict[str, list[Listed]]:
    """The reports that a text finds, the starred first; folders in the order of their letters."""
    listed = (
        Listed(report, source, report.name in kept.starred)
        for report, source in kept.reports.values()
    )
    found: dict[str, list[Listed]] = {}
    for each in sorted(filter(lambda one: one.has(text), listed), key=_place):
        found.setdefault(each.report.folder or UNFILED, []).append(each)
    return dict(sorted(found.items(), key=lambda item: (item[0] == UNFILED, item[0].lower())))


def _place(each: Listed) -> tuple[bool, str]:
    return not each.is_starred, each.report.title.lower()


def shown(kept: Shelf, names: Iterable[str]) -> tuple[list[SavedReport], list[str]]:
    """The reports that a dashboard shows, and a sentence for each name that cannot be had."""
    every = list(dict.fromkeys(names))
    found = [kept.reports[name][0] for name in every if name in kept.reports]
    problems = [f"No report is called “{name[:40]}”." for name in every if name not in kept.reports]
    if len(found) > MOST_SHOWN:
        problems.append(f"A dashboard shows {MOST_SHOWN} reports; the others are left out.")
    return found[:MOST_SHOWN], problems


def save_menu(
    state: ReportState,
    kept: Shelf | None = None,
    *,
    label: str = "Save",
    title: str = "",
    key: str = "",
) -> None:
    """A menu that keeps a report under a title; what is said of it stays until the next change."""
    with st.popover(label, icon=":material/bookmark_add:", key=f"save.{key}"):
        with st.form(f"save.form.{key}", border=False):
            wanted = st.text_input("Title", title, max_chars=100, key=f"save.title.{key}")
            folder = st.text_input("Folder", max_chars=60, key=f"save.folder.{key}")
            follows = _followed(state, kept, key)
            replaces = st.checkbox("Replace a saved one of this title", key=f"save.over.{key}")
            is_asked = st.form_submit_button("Save report")
        if is_asked:
            _say(_save(state, wanted or "", folder or "", follows=follows, is_replaced=replaces))


def _say(problem: str | None) -> None:
    if problem:
        st.error(problem, icon=":material/error:")
    else:
        st.success("Saved: it is on the page Reports.", icon=":material/check:")


def _followed(state: ReportState, kept: Shelf | None, key: str) -> str:
    """The shared filter among its conditions that the report shall follow, if any."""
    try:
        filters = (kept or on_the_shelf()).filters
    except SettingsError:
        return ""
    found = [name for name, (one, _) in filters.items()
             if without(state.filters, one.filters) is not None]  # fmt: skip
    if not found:
        return ""
    text = "Its conditions change with the filter, in every report that follows it."
    chosen = st.selectbox(
        "Follow a shared filter", ["", *found], 1, key=f"save.filter.{key}", help=text,
        format_func=lambda name: name or "None",
    )  # fmt: skip
    return chosen or ""


def _save(
    state: ReportState, title: str, folder: str, *, follows: str = "", is_replaced: bool
) -> str | None:
    """Keeps a report; what was wrong, in a sentence."""
    if not (name := as_name(title)):
        return "A title needs a letter or a digit that a file name can have."
    if is_replaced and not signing_in.may(Role.ACTOR):
        return ONLY_LOOKS
    try:
        kept = on_the_shelf()
        if follows in kept.filters:
            own = without(state.filters, kept.filters[follows][0].filters)
            state = replace(state, filters=state.filters if own is None else own)
        report = SavedReport(
            name=name, title=title.strip(), folder=folder.strip(), address=query_of(state),
            filter=follows, workspace=signing_in.access().workspace,
        )  # fmt: skip
        kept.save(report, overwrite=is_replaced)
    except SettingsError as error:
        return str(error)
    return None

"""Notes that people put on days: kept as feedback is, a line each, and shown on reports.

A line is never changed: a note that was taken away is followed by one that says so.
"""

from dataclasses import dataclass
from datetime import date
from uuid import uuid4

import streamlit as st

from dashboard import saying
from reporting import formats
from reporting.ranges import ONE_DAY
from reporting.report import Report
from reporting.state import Filter
from reporting.url_state import filter_params

LONGEST = 300


@dataclass(frozen=True)
class Note:
    """What somebody wrote on a day.

    Attributes:
        filters: Parameters of an address; a report shows the note if it has them all.
    """

    id: str
    day: date
    text: str
    by: str
    filters: dict[str, list[str]]

    @property
    def sentence(self) -> str:
        """The note with its day."""
        return f"{formats.day(self.day)}: {self.text}"


def notes() -> list[Note]:
    """Every note that was not taken away, by day.

    Raises:
        FeedbackError: a line of the file is damaged.
    """
    found: dict[str, Note] = {}
    for said in saying.said_of_notes():
        if said.get("removed"):
            found.pop(said["id"], None)
        else:
            day = date.fromisoformat(said["day"])
            by = said.get("by") or ""
            found[said["id"]] = Note(said["id"], day, said["text"], by, said.get("filters") or {})
    return sorted(found.values(), key=lambda note: (note.day, note.id))


def of_report(report: Report) -> list[Note]:
    """The notes on a report's days that are about all costs or about its own filters."""
    mine = filter_params(report.state.filters)
    return [
        note
        for note in notes()
        if report.window.start <= note.day < report.window.end
        and all(mine.get(name) == values for name, values in note.filters.items())
    ]


def period_of(day: date, report: Report) -> date:
    """The period of a report's chart that a day is in."""
    if report.step == "week":
        return day - ONE_DAY * day.weekday()
    if report.step == "day":
        return day
    start = day.replace(day=1)
    return start.replace(month=(day.month - 1) // 3 * 3 + 1) if report.step == "quarter" else start


def add(day: date, text: str, filters: tuple[Filter, ...]) -> None:
    """Keeps a note on a day, of a report's filters or, without, of every report."""
    said = {"id": uuid4().hex[:12], "day": day.isoformat(), "text": text[:LONGEST]}
    saying.keep_note({**said, "filters": filter_params(filters)})


def remove(note: Note) -> None:
    """Takes a note away."""
    saying.keep_note({"id": note.id, "removed": True})


def editor(report: Report) -> None:
    """Draws the notes of a report and what adds one."""
    found = of_report(report)
    with st.popover("Notes" if not found else f"Notes ({len(found)})", icon=":material/edit_note:"):
        for note in found:
            with st.container(horizontal=True, vertical_alignment="center"):
                by = f" ({note.by})" if note.by else ""
                st.markdown(formats.plain(note.sentence + by), width="stretch")
                if st.button("Remove", key=f"note.remove.{note.id}", type="tertiary"):
                    remove(note)
                    st.rerun()
        _addition(report)


def _addition(report: Report) -> None:
    last = min(report.window.end - ONE_DAY, report.days.last)
    first = report.window.start
    with st.form("note.new", clear_on_submit=True, border=False):
        day = st.date_input("Day (UTC)", max(first, last), min_value=first, key="note.day")
        text = st.text_input("Note", max_chars=LONGEST, key="note.text")
        only = st.checkbox(
            "Only where these filters are in force", bool(report.state.filters), key="note.only",
            disabled=not report.state.filters,
        )  # fmt: skip
        if st.form_submit_button("Add note") and text.strip() and isinstance(day, date):
            add(day, text.strip(), report.state.filters if only else ())
            st.rerun()

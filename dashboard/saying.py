"""What a reader says of anomalies, savings and days: as the commands write it, counted later.

The only place where a page writes: a line of data/feedback, under its lock, of whoever may act in
their workspace. The tables know it after the next refresh, so a page shows beside a row what was
said of it since.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import streamlit as st

from dashboard import signing_in
from orchestration import feedback
from orchestration.audit import user
from orchestration.insight.anomalies.verdicts import ALIKE, ANY, EXPECTED, IGNORE, REAL, said_of
from orchestration.savings import states
from orchestration.settings import load_settings
from orchestration.workspaces.model import Role
from reporting import formats
from reporting.query import Row

VERDICTS = {EXPECTED: "Expected", REAL: "Real", IGNORE: "Ignore"}
STATES = {"planned": "Planned", "dismissed": "Dismissed", "done": "Done", "open": "Open again"}
_FINDING = states.Finding.__dataclass_fields__


NOTES = "annotations"


def keep_note(said: dict[str, Any]) -> Path:
    """Writes a line on a note of a day, with who says it and when.

    Raises:
        FeedbackError: the visitor may not act.
        OSError: the file cannot be written.
    """
    at = datetime.now(UTC).replace(tzinfo=None).isoformat(timespec="seconds")
    said = {**said, "by": _actor(), "at": at}
    if workspace := signing_in.access().workspace:
        said["workspace"] = workspace
    return feedback.append(load_settings().feedback_dir, NOTES, said)


def said_of_notes() -> list[feedback.Said]:
    """Every line on notes that the visitor's workspace may read, oldest first.

    Raises:
        FeedbackError: a line of the file is damaged.
    """
    access = signing_in.access()
    return [
        said
        for said in feedback.read(load_settings().feedback_dir, NOTES)
        if access.scope is None or said.get("workspace") == access.workspace or said.get("removed")
    ]


def _actor() -> str:
    """Whose name stands beside what is said.

    Raises:
        FeedbackError: the visitor may only look.
    """
    if not signing_in.may(Role.ACTOR):
        raise feedback.FeedbackError(
            f"You may look at the workspace {signing_in.access().workspace} and change nothing in "
            "it: may_act in config/workspaces.yaml names who may."
        )
    return signing_in.who() or user()


def judge_anomaly(
    anomaly: Row, verdict: str, reason: str, *, until: date | None, is_always: bool
) -> Path:
    """Writes what somebody thinks of an anomaly, as `atlas-costs anomaly` does.

    Args:
        anomaly: A row of marts.anomalies.
        verdict: One of VERDICTS.
        reason: One line of text.
        until: The last usage day it holds for; a real one has none.
        is_always: Whether it is expected on any day, and not only on like ones.

    Raises:
        FeedbackError: there is no reason, or it is not one line of readable text.
        OSError: the file cannot be written.
    """
    pattern = ANY if verdict == IGNORE or (verdict == EXPECTED and is_always) else ALIKE
    said = said_of(
        anomaly,
        verdict,
        _needed(reason),
        _actor(),
        datetime.now(UTC),
        until=None if verdict == REAL else until,
        pattern=pattern,
    )
    return feedback.append(load_settings().feedback_dir, feedback.ANOMALIES, said)


def judge_finding(
    finding: Row, state: str, reason: str, *, until: date | None, done_on: date | None
) -> Path:
    """Writes what becomes of a finding, as `atlas-costs saving` does.

    Args:
        finding: A row of marts.savings.
        state: One of STATES.
        reason: One line of text, or empty.
        until: The day on which it is open again, if it is planned or dismissed.
        done_on: The day on which it was carried out, if it is done.

    Raises:
        FeedbackError: a dismissal has no reason, or it is not one line of readable text.
        SavingsError: it cannot be done on that day.
        OSError: the file cannot be written.
    """
    file = load_settings().savings_file
    states.judge(
        file,
        states.Finding(**{name: finding[name] for name in _FINDING}),
        state,
        _actor(),
        reason=_needed(reason) if state == "dismissed" or reason.strip() else None,
        until=until if state in {"planned", "dismissed"} else None,
        done_on=done_on if state == "done" else None,
    )
    return file


def _needed(reason: str) -> str:
    if not reason.strip():
        raise feedback.FeedbackError("A reason is needed, for whoever asks later.")
    return feedback.readable(reason.strip())


def pending_verdicts(counted: list[Row]) -> dict[str, str]:
    """What was said of anomalies since the last refresh, in words, by anomaly.

    A file that cannot be read is named on the page, which shows the rest all the same.

    Args:
        counted: Rows of marts.anomaly_feedback.
    """
    known = {(row["anomaly_id"], row["at"]) for row in counted}
    found = {}
    for said in _verdicts():
        at = datetime.fromisoformat(said["at"]).astimezone(UTC).replace(tzinfo=None)
        if (said["anomaly_id"], at) not in known:
            found[said["anomaly_id"]] = f"{said['verdict']}: {said['reason']}"
    return found


def _verdicts() -> list[feedback.Said]:
    try:
        return feedback.read(load_settings().feedback_dir, feedback.ANOMALIES)
    except feedback.FeedbackError as error:
        st.error(formats.plain(str(error)), icon=":material/error:")
        return []


def pending_states(counted: list[Row]) -> dict[str, str]:
    """What was said of findings since the last refresh, in words, by finding.

    Args:
        counted: Rows of marts.savings.
    """
    known = {row["finding_id"]: row["state_since"] for row in counted}
    found = {}
    for said in states.read_sayings(load_settings().savings_file):
        name = said.finding.finding_id
        since = known.get(name)
        if name in known and (since is None or said.said_at.replace(tzinfo=None) > since):
            found[name] = f"{said.state}{f': {said.reason}' if said.reason else ''}"
    return found


def save(key: str, write: Callable[[], Path]) -> None:
    """Writes when a reader has pressed the button, and keeps what to tell of it for `told`."""
    try:
        file = write()
    except (feedback.FeedbackError, states.SavingsError) as error:
        told: tuple[Any, str] = (st.error, str(error))
    except OSError as error:
        told = (st.error, f"Cannot write {error.filename}: {error.strerror}. Nothing was saved.")
    else:
        told = (st.success, f"Saved to {file}; counted after the next refresh.")
    st.session_state[key] = told


def told(key: str) -> None:
    """Shows once what became of the last press of a button."""
    if key in st.session_state:
        show, sentence = st.session_state.pop(key)
        show(formats.plain(sentence))

"""What to run, in order, to do again what was recorded, and how each is to end."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from tests.actions.recorded_configs import READS, WRITES, Values
from tests.actions.tape import Exchange, cluster_path, is_write, path, reads_of, template

PATIENCE_S = 60


@dataclass(frozen=True)
class Step:
    """One action.

    Attributes:
        exchange: The write it sends, or the read whose answer it tells.
        ends: The outcome, as far as it was recorded.
        seen: The body whose object the result is to describe.
        states: What Atlas said while it was waited for, in order.
    """

    action: str
    values: Values
    exchange: Exchange
    ends: str
    seen: Any
    states: tuple[str, ...] = ()

    @property
    def is_sent(self) -> bool:
        """Whether it is to send a write."""
        return is_write(self.exchange) and self.ends in {"applied", "in_progress"}


def steps_of(tape: list[Exchange], unsent: Mapping[str, str]) -> list[Step]:
    """What to run, in order, to send a tape's writes and tell what was read of its backups.

    Args:
        tape: As it is served.
        unsent: Recorded writes, by file, that are not to be sent, with the outcome instead.
    """
    found = []
    for number, each in enumerate(tape):
        if is_write(each):
            step = _write(tape, number)
            found.append(replace(step, ends=unsent.get(each["_file"], step.ends)))
        elif template(each) in READS and _is_last(tape, number):
            action, values = READS[template(each)](path(each).split("/"))
            found.append(Step(action, values, each, "read", each["body"]))
    return found


def _is_last(tape: list[Exchange], number: int) -> bool:
    """Whether nobody reads it again before it is deleted."""
    own = path(tape[number])
    return tape[number]["status"] == 200 and not list(reads_of(tape[number:], own))


def _write(tape: list[Exchange], number: int) -> Step:
    write = tape[number]
    action, values = WRITES[write["method"], template(write)](tape, number)
    if "/clusters" not in template(write) and "/flexClusters" not in template(write):
        return Step(action, values, write, "applied", write["body"])
    watched = list(reads_of(tape[number:], _watched_path(write)))
    states = tuple(dict.fromkeys(map(_state, watched)))
    if write["method"] == "DELETE" and "backup" in template(write):
        return Step(action, values, write, "applied", None)
    ended = [each["body"] for each in watched if _is_end(write, each)]
    values["wait_timeout_s"] = PATIENCE_S if ended else 0
    if not ended:
        return Step(action, values, write, "in_progress", write["body"], states)
    return Step(action, values, write, "applied", ended[0], states)


def _watched_path(write: Exchange) -> str:
    own = path(write)
    if "backup" in template(write):
        return f"{own}/{write['body']['id']}" if write["method"] == "POST" else own
    return cluster_path(write)


def _state(read: Exchange) -> str:
    body = read["body"]
    if read["status"] == 404:
        return "gone"
    if "restoreJobs" in template(read):
        is_done = body.get("finishedAt") or body.get("deliveryUrl")
        return str(body.get("status") or ("COMPLETED" if is_done else "IN_PROGRESS"))
    return str(body.get("stateName") or body["status"])


def _is_end(write: Exchange, read: Exchange) -> bool:
    if write["method"] == "DELETE":
        return read["status"] == 404
    return _state(read) in {"IDLE", "completed", "COMPLETED"}

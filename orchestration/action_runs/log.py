"""What this product did in Atlas, one file a run: landed at once, loaded with the next refresh.

`landing/<connection>/actions/<month>/<id>.<action>.json` is replaced as its run goes on. No journal
and no lock: each run writes a file of its own, so actions run beside a refresh and each other.
"""

import json
from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError

from orchestration import files
from orchestration.actions.configs import HOW
from orchestration.actions.model import Record
from orchestration.audit import FOLDER


class ActionLog:
    """Keeps and finds records of actions."""

    def __init__(self, landing: Path) -> None:
        self._landing = landing

    def keep(self, record: Record) -> None:
        """Write a record in the place of the one with its id, crash-proof."""
        folder = self._folder(record.connection) / f"{record.requested_at:%Y-%m}"
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / f"{record.id}.{record.action}.json"
        files.write(file, record.model_dump_json(indent=1).encode())

    def runs(self, action: str, connection: str, what: dict[str, object]) -> Iterator[Record]:
        """The runs that asked for the same and were no dry ones, newest first.

        One that found all done has changed nothing, and yet has told somebody so.
        """
        for record in self._newest_first(action, connection):
            if (record.applied or _has_told(record)) and _what(record) == what:
                yield record

    def _newest_first(self, action: str, connection: str) -> Iterator[Record]:
        records = self._folder(connection).glob(f"*/*.{action}.json")
        for file in sorted(records, key=lambda each: each.name, reverse=True):
            try:
                yield Record.model_validate_json(file.read_bytes())
            except (ValidationError, json.JSONDecodeError, OSError):
                continue  # cut, or of another release

    def _folder(self, connection: str) -> Path:
        return self._landing / files.as_name(connection) / FOLDER


def _has_told(record: Record) -> bool:
    return record.outcome == "adopted" and record.config.get("dry_run") is False


def _what(record: Record) -> dict[str, object]:
    return {name: each for name, each in record.config.items() if name not in HOW}

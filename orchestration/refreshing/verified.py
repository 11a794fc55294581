"""build/marts.verified: which marts passed every test, what they were made of, who reads them."""

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Self

from orchestration import files


@dataclass(frozen=True)
class Verified:
    """What was built and tested as a whole.

    Attributes:
        marts: What tells this very file from any other; see `fingerprint`.
        inputs: What the models read → its fingerprint when they were built.
        published: What tells the version whose marts are a copy of these; empty if none is.
        insight: What tells the insight in that version.
    """

    marts: str
    inputs: dict[str, str]
    published: str = ""
    insight: str = ""

    @classmethod
    def read(cls, note: Path, marts: Path) -> Self | None:
        """What was noted, or None where it is not about the marts as they lie there."""
        try:
            found = cls(**json.loads(note.read_text()))
        except (OSError, ValueError, TypeError):
            return None
        return found if found.marts == fingerprint(marts) else None

    def write(self, note: Path) -> None:
        """Note it, crash-proof."""
        files.write(note, json.dumps(asdict(self), sort_keys=True).encode())

    def published_as(self, copy: Path, marts: Path, insight: Path) -> Self:
        """The same once it was published, which may have written the file's log back into it."""
        return replace(
            self,
            marts=fingerprint(marts),
            published=_named(copy),
            insight=fingerprint(insight),
        )

    def is_published_as(self, copy: Path, insight: Path) -> bool:
        """Whether a version has a copy of these marts and insight, to which nobody wrote since."""
        return (
            copy.exists()
            and self.published == _named(copy)
            and self.insight == fingerprint(insight)
        )

    def changed(self, inputs: dict[str, str]) -> frozenset[str]:
        """The inputs that are no longer what they were."""
        names = self.inputs.keys() | inputs.keys()
        return frozenset(each for each in names if self.inputs.get(each) != inputs.get(each))


def _named(copy: Path) -> str:
    return f"{copy.name} {fingerprint(copy)}"


def fingerprint(file: Path) -> str:
    """A file by its size and the time it was last written; a name that no file has if missing."""
    if not file.exists():
        return "missing"
    status = file.stat()
    return f"{status.st_size} {status.st_mtime_ns}"

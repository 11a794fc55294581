"""The number of the landing folder's layout, and the release that wrote there last.

What a release derives (raw tables, marts) it makes anew by itself where another release made it;
landing is kept for ever, so an older release must not read a layout that it does not know.
"""

import json
from importlib.metadata import version
from pathlib import Path

import msgspec

from orchestration import files

FORMAT = 1
RELEASE = version("atlas-costs")
FILE = "format.json"


class NewerData(Exception):
    """A newer release wrote the data folder; the message says what to install."""


class DataFormat(msgspec.Struct, frozen=True):
    """What the file says.

    Attributes:
        format: Of the layout.
        release: Which release wrote there last.
    """

    format: int
    release: str


def read_format(landing_dir: Path) -> DataFormat | None:
    """What wrote there last, or None: nothing did, or a release before 1.0.0, of the same layout.

    Raises:
        NewerData: this release cannot read it, or the file is damaged.
    """
    file = landing_dir / FILE
    if not file.exists():
        return None
    try:
        found = msgspec.json.decode(file.read_bytes(), type=DataFormat)
    except (msgspec.DecodeError, ValueError):
        raise NewerData(f"{file} is damaged: remove it, and the next refresh writes it.") from None
    if found.format > FORMAT:
        raise NewerData(
            f"The data folder {landing_dir.parent} was written by atlas-costs {found.release}, in "
            f"format {found.format}; this is {RELEASE}, which reads formats up to "
            f"{FORMAT}: install {found.release} or newer."
        )
    return found


def note_format(landing_dir: Path) -> None:
    """Say that this release writes there.

    Raises:
        NewerData: this release cannot read it.
    """
    now = DataFormat(FORMAT, RELEASE)
    if read_format(landing_dir) != now:
        landing_dir.mkdir(parents=True, exist_ok=True)
        said = {"format": now.format, "release": now.release}
        files.write(landing_dir / FILE, json.dumps(said).encode())

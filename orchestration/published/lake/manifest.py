"""What a lake holds: the manifest that readers start from, and the numbered ones behind it.

An export makes the manifest after the one it started from, `_manifests/00000042.json`, unless
another export made that one already; then it copies the newest to `manifest.json`.
"""

import re

import msgspec

from orchestration.published.lake.errors import LakeError
from orchestration.published.lake.places import Place

FORMAT = 1
POINTER = "manifest.json"
NUMBERED = re.compile(r"_manifests/(\d{8})\.json")


class Column(msgspec.Struct, frozen=True):
    """A column as DuckDB names its type, such as `DECIMAL(38,9)`."""

    name: str
    type: str


class File(msgspec.Struct, frozen=True):
    """A Parquet file, which never changes.

    Attributes:
        path: Relative to the lake's root.
        connection: Of all of its rows; None if the mart is not partitioned, or the rows have none.
        usage_month: `2026-05`, likewise.
        fingerprint: Of the rows of its whole partition, whatever their order.
    """

    path: str
    rows: int
    bytes: int
    connection: str | None
    usage_month: str | None
    fingerprint: str


class Mart(msgspec.Struct, frozen=True):
    """A mart.

    Attributes:
        totals_cents: The sum of each column of whole cents, whose name ends in `_cents`.
    """

    name: str
    columns: list[Column]
    rows: int
    totals_cents: dict[str, int]
    files: list[File]


class Source(msgspec.Struct, frozen=True):
    """The published version that was exported.

    Attributes:
        published_at: UTC, as ISO 8601.
        release: Of atlas-costs.
        workspace: Whose costs it holds; empty for everything.
    """

    warehouse_version: str
    published_at: str
    release: str
    workspace: str


class Connection(msgspec.Struct, frozen=True):
    """How fresh a connection's costs are, as in meta.freshness."""

    connection: str
    status: str
    data_through: str | None


class Manifest(msgspec.Struct, frozen=True):
    """One export.

    Attributes:
        format: Of this file; a reader refuses one it does not know.
        number: One more than that of the export it started from.
        exported_at: UTC, as ISO 8601.
    """

    format: int
    number: int
    exported_at: str
    source: Source
    connections: list[Connection]
    marts: list[Mart]

    def paths(self) -> set[str]:
        """Every data file it names."""
        return {file.path for mart in self.marts for file in mart.files}


def numbers(place: Place) -> list[int]:
    """Of the manifests there are, oldest first."""
    found = map(NUMBERED.fullmatch, place.names("_manifests"))
    return sorted(int(match[1]) for match in found if match)


def name_of(number: int) -> str:
    """Where a manifest lies."""
    return f"_manifests/{number:08}.json"


def read(place: Place, number: int) -> Manifest | None:
    """One manifest; None if an export that ran meanwhile removed it.

    Raises:
        LakeError: it is of a newer release, or somebody damaged it.
    """
    content = place.read(name_of(number))
    return None if content is None else _decoded(content, number)


def _decoded(content: bytes, number: int) -> Manifest:
    try:
        version = msgspec.json.decode(content, type=dict[str, msgspec.Raw])["format"]
        if int(bytes(version)) > FORMAT:
            raise LakeError(
                f"A newer release of atlas-costs wrote {name_of(number)}: export with that one."
            )
        return msgspec.json.decode(content, type=Manifest)
    except (msgspec.DecodeError, KeyError, ValueError):
        raise LakeError(
            f"{name_of(number)} is damaged: restore it, or remove the lake and export anew."
        ) from None


def commit(place: Place, manifest: Manifest) -> None:
    """Make a manifest the newest one.

    Raises:
        LakeError: another export did so first.
    """
    created = place.create(name_of(manifest.number), _encoded(manifest))
    # a number may be free again once its manifest was removed
    if not created or numbers(place)[-1] > manifest.number:
        raise LakeError(
            "Another export to this lake finished while this one ran, so nothing of this one is "
            "shown: run it again."
        )


def point(place: Place) -> None:
    """Let readers have the newest manifest, also if another export makes one meanwhile."""
    shown = 0
    while (newest := numbers(place)[-1]) != shown:
        content = place.read(name_of(newest))
        if content is not None and content != place.read(POINTER):
            place.replace(POINTER, content)
        shown = newest


def _encoded(manifest: Manifest) -> bytes:
    return msgspec.json.encode(manifest)

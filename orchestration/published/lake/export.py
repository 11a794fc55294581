"""The published marts into a lake: what changed is uploaded, then the manifest is swapped.

An export starts from the newest manifest and makes the next one. Whoever else started from the
same one is refused, so what this export takes for litter can be nobody's work in progress that
will ever be shown.
"""

import re
import tempfile
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import duckdb

from orchestration.published.lake import manifest as manifests
from orchestration.published.lake.errors import LakeError
from orchestration.published.lake.manifest import Connection, File, Manifest, Mart, Source
from orchestration.published.lake.marts import Partition, Staged, marts
from orchestration.published.lake.places import Place, place_of
from orchestration.published.reader import opened

# What a file of ours is called: nothing else in a lake is ever removed.
OURS = re.compile(r"\w+/(by_connection=[^/]*/by_month=[^/]*/)?[0-9a-f]{24}-[0-9a-f]{8}\.parquet")


@dataclass(frozen=True)
class Exported:
    """What an export did.

    Attributes:
        written: Files uploaded; none if the lake holds this version already.
        bytes: Of these.
        removed: Files that no kept manifest names.
    """

    manifest: Manifest
    written: int = 0
    bytes: int = 0
    removed: int = 0


def export_lake(
    warehouse: Path, url: str, *, keep: int, workspace: str = "", memory: int | None = None
) -> Exported:
    """Bring a lake up to the published version.

    Args:
        warehouse: The pointer to the newest version.
        url: A folder, or an address such as `s3://bucket/costs`.
        keep: Exports whose files stay for readers that are still at them, this one included.
        workspace: Whose costs the warehouse holds; empty for everything.
        memory: Bytes that DuckDB may take before it spills to disk; None leaves it its own limit.

    Raises:
        NotPublished: there is no warehouse.
        LakeError: the lake cannot be written, holds another workspace's costs, or another export
            was faster. Readers keep what they had.
    """
    place = place_of(url)
    with opened(warehouse) as db:
        if memory is not None:
            db.execute(f"set memory_limit = '{memory:d}B'")
        source = _source(db, workspace)
        present = place.names()
        base = _newest(place)
        if base and base.source.workspace != workspace:
            raise LakeError(f"{url} holds {_whose(base.source)}, not {_whose(source)}.")
        if base and base.source == source and base.paths() <= present:
            manifests.point(place)
            return Exported(base)
        return _exported(db, place, base, source, present=present, keep=keep)


def _exported(
    db: duckdb.DuckDBPyConnection,
    place: Place,
    base: Manifest | None,
    source: Source,
    *,
    present: set[str],
    keep: int,
) -> Exported:
    upload = Upload(place, base, present)
    manifest = Manifest(
        format=manifests.FORMAT,
        number=base.number + 1 if base else 1,
        exported_at=_iso(datetime.now(UTC)),
        source=source,
        connections=_connections(db),
        marts=[upload.mart(db, name) for name in marts(db)],
    )
    manifests.commit(place, manifest)
    manifests.point(place)
    removed = _clean(place, present, keep)
    return Exported(manifest, upload.written, upload.bytes, removed)


class Upload:
    """The files of one export: those of the base that still hold, and new ones.

    A new file's name has the fingerprint of its partition's rows and eight digits that no other
    export has, so that no export can wait for, overwrite or remove what another one uploads.
    """

    def __init__(self, place: Place, base: Manifest | None, present: set[str]) -> None:
        self.written = self.bytes = 0
        self._place = place
        self._export = uuid4().hex[:8]
        files = (file for mart in base.marts for file in mart.files) if base else ()
        self._held = {
            (file.path.rpartition("/")[0], file.fingerprint): file
            for file in files
            if file.path in present
        }

    def mart(self, db: duckdb.DuckDBPyConnection, name: str) -> Mart:
        """Upload a mart's changed partitions, and say all that it now consists of."""
        files: list[File] = []
        new: list[tuple[Path, str]] = []
        cents: Counter[str] = Counter()
        with tempfile.TemporaryDirectory(prefix="atlas-costs-lake-") as folder:
            staged = Staged(db, name, Path(folder))
            for each in staged.partitions():
                cents.update(each.cents)
                held = self._held.get((each.folder, each.fingerprint))
                if held is None:
                    cut = staged.cut(each)
                    held = self._file(each, cut.stat().st_size)
                    new.append((cut, held.path))
                files.append(held)
            self._place.upload(new)
        return Mart(name, staged.columns, sum(file.rows for file in files), dict(cents), files)

    def _file(self, partition: Partition, size: int) -> File:
        self.written += 1
        self.bytes += size
        return File(
            path=f"{partition.folder}/{partition.fingerprint}-{self._export}.parquet",
            rows=partition.rows,
            bytes=size,
            connection=partition.connection,
            usage_month=partition.usage_month,
            fingerprint=partition.fingerprint,
        )


def _clean(place: Place, present: set[str], keep: int) -> int:
    """Remove files that were there before this export and that no kept manifest names.

    Those of other exports under way are among them; these started from an older manifest than
    the one this export made, and will be refused.
    """
    numbers = manifests.numbers(place)
    kept = [manifests.read(place, number) for number in numbers[-keep:]]
    named = {path for manifest in kept if manifest for path in manifest.paths()}
    unnamed = sorted(name for name in present - named if OURS.fullmatch(name))
    place.remove(unnamed)
    place.remove([manifests.name_of(number) for number in numbers[:-keep]])
    return len(unnamed)


def _newest(place: Place) -> Manifest | None:
    numbers = manifests.numbers(place)
    return manifests.read(place, numbers[-1]) if numbers else None


def _source(db: duckdb.DuckDBPyConnection, workspace: str) -> Source:
    row = db.execute(
        "select warehouse_version, published_at, release from meta.freshness, meta.release limit 1"
    ).fetchone()
    if row is None:
        raise LakeError("The published warehouse has no connection yet, so nothing to export.")
    version, published_at, release = row
    return Source(version, _iso(published_at.replace(tzinfo=UTC)), release, workspace)


def _connections(db: duckdb.DuckDBPyConnection) -> list[Connection]:
    rows = db.execute(
        "select connection, status, data_through::varchar from meta.freshness order by connection"
    )
    return [Connection(*row) for row in rows.fetchall()]


def _whose(source: Source) -> str:
    return f"the costs of workspace {source.workspace}" if source.workspace else "all costs"


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")

"""The finished marts become the published warehouse, in one step that readers never notice.

A copy is finished under a name of its own, then the link `atlas_costs.duckdb` is swapped to it.
Readers in the middle of a query keep the version they opened; the newest few stay.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb

from orchestration import files
from orchestration.landing.data_format import RELEASE
from orchestration.warehouse.errors import PublishError
from orchestration.warehouse.insight_file import copy_insight
from orchestration.workspaces.warehouse import FOLDER_SUFFIX

PREFIX = "atlas_costs-"
VERSIONS = f"{PREFIX}*.duckdb"
PUBLISHED_SCHEMAS = ("marts", "meta")
# Copying needs the file once more, and DuckDB some room to write the meta tables.
HEADROOM = 1.1


# the first day, and the first one after them; None where it has no such end
Span = tuple[date | None, date | None]


@dataclass(frozen=True)
class ConnectionStatus:
    """One row of meta.freshness.

    Attributes:
        last_success_at: When every cost of this connection was last read, UTC.
        data_through: The last usage day in the warehouse.
        status: pending (never tried), importing (never finished), connected, degraded (parts are
            missing), error (nothing could be read now).
        missing_parts: What could not be read, each with its cause.
        requests: HTTP requests that the last refresh sent to Atlas; None if it was not counted.
        missing_costs: Days of which costs are known to be missing.
    """

    connection: str
    last_success_at: datetime | None
    data_through: date | None
    status: str
    missing_parts: list[str]
    requests: int | None = None
    missing_costs: tuple[Span, ...] = ()


@dataclass(frozen=True)
class Permission:
    """One row of meta.permissions: what the last refresh found it may read.

    Attributes:
        status: ok, or the cause in a word or two, such as `missing role`.
        lost: What is missing without it.
        role: The Atlas role that grants it.
    """

    connection: str
    capability: str
    status: str
    detail: str | None
    lost: str
    role: str


@dataclass(frozen=True)
class Published:
    """What was published.

    Attributes:
        version: Name of this version; also in meta.freshness.
        bytes: Size of the file.
    """

    version: str
    path: Path
    bytes: int


def publish(
    marts: Path,
    versions_dir: Path,
    link: Path,
    statuses: list[ConnectionStatus],
    permissions: list[Permission] | None = None,
    *,
    insight: Path | None = None,
    kept: int = 3,
) -> Published:
    """Copy the marts to a new version, add insight and meta, and point the link at it.

    The newest `kept` versions stay.

    Raises:
        PublishError: there is no room or the copy failed; the old version is still published.
    """
    with _explained(marts, versions_dir):
        _write_back(marts)
    return _published(
        marts, versions_dir, link, statuses, permissions or [], insight=insight, kept=kept
    )


def publish_again(
    versions_dir: Path,
    link: Path,
    statuses: list[ConnectionStatus],
    permissions: list[Permission],
    *,
    kept: int = 3,
) -> Published:
    """A version with the marts that are published already, which says how fresh they are by now.

    Raises:
        PublishError: as publish.
    """
    return _published(link.resolve(), versions_dir, link, statuses, permissions, kept=kept)


def _published(
    source: Path,
    versions_dir: Path,
    link: Path,
    statuses: list[ConnectionStatus],
    permissions: list[Permission],
    *,
    insight: Path | None = None,
    kept: int,
) -> Published:
    version = _next_version(versions_dir)
    target = versions_dir / f"{PREFIX}{version}.duckdb"
    with _explained(source, versions_dir):
        versions_dir.mkdir(parents=True, exist_ok=True)
        drop_litter(versions_dir)
        _require_room(source, versions_dir)
        _finish_copy(source, target, version, statuses, permissions, insight=insight)
        _swap(link, target)
    _drop_old_versions(versions_dir, target, kept)
    return Published(version, target, target.stat().st_size)


def _next_version(folder: Path) -> str:
    """The number after every other's, and when: names keep their order whatever the clock says."""
    newest = max(map(_number, folder.glob(VERSIONS)), default=0)
    return f"{newest + 1:06}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"


def _number(version: Path) -> int:
    """0 for the names of old, which had only the time."""
    number, sign, _ = version.stem.removeprefix(PREFIX).partition("-")
    return int(number) if sign and number.isdecimal() else 0


def _write_back(marts: Path) -> None:
    """Bring what a broken-off build left in the log into the file: only the file is copied."""
    with duckdb.connect() as db:
        db.execute("attach $file as finished", {"file": str(marts)})
        db.execute("checkpoint finished")


def _require_room(marts: Path, folder: Path) -> None:
    needed = int(marts.stat().st_size * HEADROOM)
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise PublishError(
            f"Not enough room to publish: {needed / 1e6:.0f} MB are needed in {folder} and "
            f"{free / 1e6:.0f} MB are free. Free some space and refresh again; what was published "
            "before is unchanged."
        )


def _finish_copy(
    marts: Path,
    target: Path,
    version: str,
    statuses: list[ConnectionStatus],
    permissions: list[Permission],
    *,
    insight: Path | None,
) -> None:
    temporary = target.with_suffix(".part")
    try:
        shutil.copyfile(marts, temporary)
        with duckdb.connect(str(temporary)) as db:
            _drop_working_schemas(db)
            if insight and insight.exists():
                copy_insight(insight, db)
            _write_meta(db, version, statuses)
            _write_release(db)
            _write_permissions(db, permissions)
            db.execute("checkpoint")
        files.keep(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)
        temporary.with_suffix(".part.wal").unlink(missing_ok=True)


def _drop_working_schemas(db: duckdb.DuckDBPyConnection) -> None:
    """Views over raw would be broken in the copy: it stands alone."""
    schemas = db.execute(
        "select schema_name from duckdb_schemas() where not internal and schema_name <> 'main' "
        "and database_name = current_database() and schema_name not in (select unnest(?))",
        [list(PUBLISHED_SCHEMAS)],
    ).fetchall()
    for (schema,) in schemas:
        db.execute(f'drop schema "{schema}" cascade')


def _write_meta(
    db: duckdb.DuckDBPyConnection, version: str, statuses: list[ConnectionStatus]
) -> None:
    db.execute("create schema if not exists meta")
    db.execute(
        "create or replace table meta.freshness (connection varchar, last_success_at timestamp, "
        "data_through date, status varchar, missing_parts varchar[], published_at timestamp, "
        "warehouse_version varchar, requests bigint, "
        'missing_costs struct("start" date, "end" date)[])'
    )
    now = _naive_utc(datetime.now(UTC))
    for each in statuses:
        db.execute(
            "insert into meta.freshness values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                each.connection,
                _naive_utc(each.last_success_at),
                each.data_through,
                each.status,
                each.missing_parts,
                now,
                version,
                each.requests,
                [dict(zip(("start", "end"), span, strict=True)) for span in each.missing_costs],
            ],
        )


def _write_release(db: duckdb.DuckDBPyConnection) -> None:
    """Which release made this, so that another can say what to run."""
    db.execute("create or replace table meta.release as select $1 as release", [RELEASE])


def _write_permissions(db: duckdb.DuckDBPyConnection, permissions: list[Permission]) -> None:
    db.execute(
        "create or replace table meta.permissions (connection varchar, capability varchar, "
        "status varchar, detail varchar, lost varchar, role varchar)"
    )
    for each in permissions:
        db.execute("insert into meta.permissions values (?, ?, ?, ?, ?, ?)", list(astuple(each)))


def _naive_utc(moment: datetime | None) -> datetime | None:
    return moment.astimezone(UTC).replace(tzinfo=None) if moment else None


def _swap(link: Path, target: Path) -> None:
    temporary = link.with_name(f".{link.name}.new")
    temporary.unlink(missing_ok=True)
    temporary.symlink_to(os.path.relpath(target, link.parent))
    temporary.replace(link)
    files.sync_folder(link.parent)


def _drop_old_versions(folder: Path, newest: Path, how_many: int) -> None:
    for old in old_versions(folder, newest, how_many):
        old.unlink(missing_ok=True)
        shutil.rmtree(old.with_suffix(FOLDER_SUFFIX), ignore_errors=True)


def old_versions(folder: Path, newest: Path, how_many: int) -> list[Path]:
    """The published versions that are more than are kept, oldest first."""
    in_order = sorted(folder.glob(VERSIONS), key=lambda each: (_number(each), each.name))
    return [each for each in in_order[:-how_many] if each != newest]


def drop_litter(folder: Path) -> None:
    """Throw away copies that a killed process left unfinished; only under the run lock."""
    for part in litter(folder):
        part.unlink(missing_ok=True)


def litter(folder: Path) -> Iterator[Path]:
    """What drop_litter throws away."""
    return folder.glob("*.part*")


@contextmanager
def _explained(marts: Path, folder: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, duckdb.Error) as error:
        reason = str(error).splitlines()[0]
        raise PublishError(
            f"Cannot publish {marts.name} to {folder}: {reason}. Mend that (free space, "
            "permissions) and refresh again; what was published before is unchanged."
        ) from error

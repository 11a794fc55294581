"""Which file a workspace reads: its own copy of the newest published version.

It is made when it is first asked for and lies beside that version, with which it goes.
"""

import hashlib
import threading
from pathlib import Path

import duckdb

from orchestration import files
from orchestration.settings import Settings, SettingsError
from orchestration.workspaces.copying import copy_scope
from orchestration.workspaces.model import Access, read_workspaces
from orchestration.workspaces.scope import Scope

FOLDER_SUFFIX = ".workspaces"
_making = threading.Lock()
_PARTS = ("copying.py", "scope.py", "tables.py")


def workspace_named(settings: Settings, name: str) -> Access:
    """A workspace of config/workspaces.yaml, as its viewers see it.

    Raises:
        SettingsError: there is none of that name, or the file has a mistake.
    """
    found = read_workspaces(settings.workspaces_file)
    return found.find(name, fold_tags=settings.tag_keys_ignore_case)


def warehouse_of(settings: Settings, workspace: str = "") -> Path:
    """What to open read-only for a workspace, such as a digest's; without one, for everything.

    Args:
        settings: Where the warehouse is; `ATLAS_COSTS_WORKSPACE` names a workspace for whoever
            names none.
        workspace: A name of config/workspaces.yaml.

    Raises:
        SettingsError: there is no such workspace, or its copy cannot be made.
    """
    name = workspace or settings.workspace
    found = workspace_named(settings, name).scope if name else None
    return scoped(settings.published_warehouse, found)


def scoped(published: Path, seen: Scope | None) -> Path:
    """The published pointer, or the file in which there is only what a scope sees of it.

    Args:
        published: The pointer; where it leads to nothing it is returned, for whoever opens it to
            say so.
        seen: What is seen; None is everything.

    Raises:
        SettingsError: the copy cannot be made.
    """
    if seen is None or not published.exists():
        return published
    version = published.resolve()
    target = version.with_suffix(FOLDER_SUFFIX) / f"{seen.digest}-{RECIPE}.duckdb"
    if not target.exists():
        with _making:
            _make(version, target, seen)
    return target


def _make(version: Path, target: Path, seen: Scope) -> None:
    if target.exists():  # somebody else was faster
        return
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with files.beside(target) as temporary:
            try:
                copy_scope(version, temporary, seen)
                files.keep(temporary, target)
            finally:
                temporary.with_name(f"{temporary.name}.wal").unlink(missing_ok=True)
    except (OSError, duckdb.Error) as error:
        reason = str(error).splitlines()[0].rstrip(".")
        raise SettingsError(f"Cannot prepare the workspace {seen.name}: {reason}.") from None


def _recipe() -> str:
    """Changes with what cuts a warehouse down, so that no copy of an earlier release is read."""
    parts = (Path(__file__).with_name(name).read_bytes() for name in _PARTS)
    return hashlib.sha256(b"".join(parts)).hexdigest()[:8]


RECIPE = _recipe()

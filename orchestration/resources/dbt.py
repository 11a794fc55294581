"""dbt's manifest, made when it is missing or older than the models: a fresh clone has none."""

import fcntl
from pathlib import Path

from orchestration.refreshing.building import MANIFEST, PARSED, parse
from orchestration.refreshing.code import model_files
from orchestration.settings import load_settings


def prepared_manifest() -> Path:
    """The file of a current manifest; waits for another process that is making it."""
    PARSED.mkdir(parents=True, exist_ok=True)
    with (PARSED / "prepare.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return parse(load_settings()) if _is_stale(PARSED / MANIFEST) else PARSED / MANIFEST


def _is_stale(manifest: Path) -> bool:
    if not manifest.exists():
        return True
    made = manifest.stat().st_mtime
    return any(file.stat().st_mtime > made for file in model_files())

"""dbt's manifest, made when it is missing or older than the models: a fresh clone has none."""

from pathlib import Path

from orchestration import files
from orchestration.refreshing.building import MANIFEST, PARSED, parse
from orchestration.refreshing.code import model_files
from orchestration.settings import load_settings


def prepared_manifest() -> Path:
    """The file of a current manifest; waits for another process that is making it."""
    with files.alone(PARSED / "prepare.lock"):
        return parse(load_settings()) if _is_stale(PARSED / MANIFEST) else PARSED / MANIFEST


def _is_stale(manifest: Path) -> bool:
    if not manifest.exists():
        return True
    made = manifest.stat().st_mtime
    return any(file.stat().st_mtime > made for file in model_files())

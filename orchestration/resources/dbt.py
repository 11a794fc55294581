"""dbt's manifest, made when it is missing or older than the models: a fresh clone has none."""

import os
from pathlib import Path

from orchestration import files
from orchestration.refreshing.building import MANIFEST, PARSED, parse
from orchestration.refreshing.code import MODELS, model_files
from orchestration.settings import load_settings


def prepared_manifest() -> Path:
    """The file of a current manifest; waits for another process that is making it.

    Where the code is read-only, as in a container, it comes with the code, or is made in the data
    folder.
    """
    if os.access(MODELS, os.W_OK):
        return _prepared(PARSED)
    manifest = PARSED / MANIFEST
    return _prepared(load_settings().build_dir / PARSED.name) if _is_stale(manifest) else manifest


def _prepared(kept: Path) -> Path:
    with files.alone(kept / "prepare.lock"):
        manifest = kept / MANIFEST
        return parse(load_settings(), kept) if _is_stale(manifest) else manifest


def _is_stale(manifest: Path) -> bool:
    if not manifest.exists():
        return True
    made = manifest.stat().st_mtime
    return any(file.stat().st_mtime > made for file in model_files())

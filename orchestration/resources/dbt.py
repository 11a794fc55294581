"""dbt's manifest, made when it is missing or of other models: a fresh clone has none."""

import os
from pathlib import Path

from orchestration import files
from orchestration.refreshing.building import MANIFEST, PARSED, PARTIAL, parse
from orchestration.refreshing.code import MODELS, parsed_checksum
from orchestration.settings import IS_INSTALLED, load_settings

PARSED_OF = "models"


def prepared_manifest() -> Path:
    """The file of a current manifest; waits for another process that is making it.

    Where the code is read-only, as in a container, it comes with the code, or is made in the data
    folder; beside an installed package nothing is ever written.
    """
    if os.access(MODELS, os.W_OK) and not IS_INSTALLED:
        return _prepared(PARSED)
    if _is_current(PARSED):
        return PARSED / MANIFEST
    return _prepared(load_settings().build_dir / PARSED.name)


def _prepared(kept: Path) -> Path:
    with files.alone(kept / "prepare.lock"):
        if not _is_current(kept):
            if IS_INSTALLED:
                # dbt tells changed files by their times, which packagers may make all the same
                (kept / PARTIAL).unlink(missing_ok=True)
            parse(load_settings(), kept)
            (kept / PARSED_OF).write_text(parsed_checksum())
        return kept / MANIFEST


def _is_current(kept: Path) -> bool:
    """Not by the files' times: an upgrade may bring models older than what is parsed."""
    models = kept / PARSED_OF
    is_there = models.exists() and (kept / MANIFEST).exists()
    return is_there and models.read_text() == parsed_checksum()

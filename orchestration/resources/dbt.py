"""dbt's manifest, made when it is missing or older than the models: a fresh clone has none."""

import fcntl
import subprocess
import sys
from pathlib import Path

from orchestration.refreshing.code import MODELS, model_files

DBT = Path(sys.executable).with_name("dbt")
MANIFEST = MODELS / "target" / "manifest.json"


def prepared_manifest() -> Path:
    """The file of a current manifest; waits for another process that is making it."""
    MANIFEST.parent.mkdir(parents=True, exist_ok=True)
    with (MANIFEST.parent / "prepare.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if _is_stale():
            _parse()
    return MANIFEST


def _parse() -> None:
    # of this very environment, whatever PATH says
    order = [str(DBT), "parse", "--quiet", "--project-dir", str(MODELS)]
    place = ["--profiles-dir", str(MODELS), "--target-path", str(MANIFEST.parent)]
    subprocess.run([*order, *place], check=True, stdout=subprocess.DEVNULL)


def _is_stale() -> bool:
    if not MANIFEST.exists():
        return True
    made = MANIFEST.stat().st_mtime
    return any(file.stat().st_mtime > made for file in model_files())

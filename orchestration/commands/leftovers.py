"""What killed processes left in the data folder, cleared away at each start."""

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

from orchestration import files
from orchestration.audit import FOLDER
from orchestration.landing.journal import litter
from orchestration.landing.slices import Slices
from orchestration.refreshing.folder import Landings
from orchestration.settings import Settings
from orchestration.warehouse import publish
from orchestration.warehouse.errors import AlreadyRunning
from orchestration.warehouse.lock import run_lock

DAY_S = 86_400


def sweep(settings: Settings) -> None:
    """Clear it away, unless a run is at work, whose files some of it may be."""
    with contextlib.suppress(AlreadyRunning), run_lock(settings.build_dir, "clearing away"):
        Landings(settings).drop_litter()
        publish.drop_litter(settings.versions_dir)
    for part in _nobodys(settings):
        with contextlib.suppress(OSError):
            part.unlink()


def leftovers(settings: Settings) -> list[Path]:
    """What sweep clears away while no run is at work."""
    return [
        *litter(settings.landing_dir),
        *Slices(settings.slices_dir).litter(),
        *publish.litter(settings.versions_dir),
        *_nobodys(settings),
    ]


def _nobodys(settings: Settings) -> Iterator[Path]:
    """Actions and statements take no lock, so only age tells what is nobody's any more."""
    for part in _beside_others(settings):
        with contextlib.suppress(OSError):
            if time.time() - part.stat().st_mtime > DAY_S:
                yield part


def _beside_others(settings: Settings) -> Iterator[Path]:
    yield from settings.landing_dir.glob(f"*/{FOLDER}/*/.*{files.SUFFIX}")
    yield from settings.statements_dir.glob(f".*{files.SUFFIX}")

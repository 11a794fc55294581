"""Which landed bodies nothing reads but a rebuild: another took their place in a month gone by."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from itertools import groupby, pairwise
from pathlib import Path

from orchestration.landing import packs
from orchestration.landing.journal import Landing, Observation

FEWEST = 2


def packable(
    landing: Landing, month: str, tell: Callable[[str], object]
) -> dict[tuple[Path, str], list[Path]]:
    """Folder and month in which they were superseded → loose bodies, oldest first.

    Args:
        landing: Whose bodies.
        month: YYYY-MM; what was superseded in it or later stays loose, as more may come.
        tell: Called with a sentence for each that is damaged, which is left out.
    """
    found: dict[tuple[Path, str], list[Path]] = defaultdict(list)
    for seen in _by_scope(landing):
        for name, since in _superseded(seen).items():
            path = landing.root / name
            if since < month and path.exists() and _is_packable(path, tell):
                found[path.parent, since].append(path)
    return {
        (folder, since): paths
        for (folder, since), paths in found.items()
        if len(paths) >= FEWEST or (folder / f"{since}.zip").exists()
    }


def _is_packable(path: Path, tell: Callable[[str], object]) -> bool:
    try:
        return packs.is_packable(path)
    except packs.PackError as error:
        tell(str(error))
        return False


def _by_scope(landing: Landing) -> Iterator[list[Observation]]:
    """The observations of each scope that name files, oldest first."""
    told = [each for each in landing.observations() if each.files]
    for _, seen in groupby(sorted(told, key=_scope), key=_scope):
        yield list(seen)


def _scope(seen: Observation) -> tuple[str, str]:
    return seen.entity, seen.scope


def _superseded(seen: list[Observation]) -> dict[str, str]:
    """File → month in which another last took its place; not those that are current."""
    since: dict[str, str] = {}
    for before, after in pairwise(seen):
        for name in before.files:
            if name not in after.files:
                since.pop(name, None)
                since[name] = after.observed_at[:7]
    return {name: month for name, month in since.items() if name not in seen[-1].files}

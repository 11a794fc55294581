"""What the data folder takes, part by part, and what of it nothing needs any more.

A version of an invoice is never lost: superseded bodies are packed, not removed, and a rebuild
reads them from their packs.
"""

import json
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import unquote

from orchestration import audit, files
from orchestration.commands.leftovers import leftovers, sweep
from orchestration.extraction.hold import nobody_reads
from orchestration.landing import journal, packs
from orchestration.landing.data_format import read_format
from orchestration.landing.journal import JOURNAL, Landing
from orchestration.landing.superseded import packable
from orchestration.settings import Settings
from orchestration.warehouse.errors import AlreadyRunning
from orchestration.warehouse.lock import run_lock, wait_until_free
from orchestration.warehouse.publish import old_versions

KEPT = "always kept"


@dataclass(frozen=True)
class Part:
    """One part of the data folder.

    Attributes:
        name: Below the data folder.
        bytes: What it takes, before anything is freed.
        freed: How many bytes of it go, or went.
        what: What is done about it, or why nothing is.
        damaged: A sentence for each file that is damaged; it stays as it is.
    """

    name: str
    bytes: int
    freed: int
    what: str
    damaged: tuple[str, ...] = ()


def housekeeping(settings: Settings, *, apply: bool) -> list[Part]:
    """What each part takes and can do without; removed too where `apply` says so.

    Raises:
        NewerData: a newer release wrote the data folder.
        AlreadyRunning: a run holds the data folder; only where something is removed.
        JournalError: a landing journal is damaged; nothing was changed.
    """
    read_format(settings.landing_dir)
    if not apply:
        return list(_parts(settings, apply=False))
    with run_lock(settings.build_dir, "housekeeping"):
        wait_until_free([settings.raw_file, settings.marts_file])
        with nobody_reads(settings.build_dir) as is_so:
            if not is_so:
                raise AlreadyRunning(
                    "An organization is being read: wait until that run ends, then try again."
                )
            done = list(_parts(settings, apply=True))
    sweep(settings)
    return [*done[:-1], _history(settings, apply=True)]


def _parts(settings: Settings, *, apply: bool) -> Iterator[Part]:
    yield _landing(settings, apply=apply)
    yield _records(settings)
    yield _versions(settings, apply=apply)
    yield _leftovers(settings, apply=apply)
    yield Part("build", files.size(settings.build_dir), 0, "built from landing; a refresh needs it")
    for folder in (settings.statements_dir, settings.feedback_dir, settings.alerts_dir):
        yield Part(folder.name, files.size(folder), 0, KEPT)
    yield _history(settings, apply=False)


def _landing(settings: Settings, *, apply: bool) -> Part:
    root, month = settings.landing_dir, journal.now()[:7]
    size = files.size(root) - sum(map(files.size, _records_of(root)))
    damaged: list[str] = []
    done = [
        packed
        for landing in _landings(root)
        for (_, since), loose in packable(landing, month, damaged.append).items()
        for packed in _packed(since, loose, damaged, apply=apply)
    ]
    freed = sum(each.bytes_before - each.bytes_after for each in done)
    count = sum(each.files for each in done)
    what = f"{count} superseded responses compressed; no version is lost"
    return Part("landing", size, freed, what, tuple(damaged))


def _packed(
    month: str, loose: list[Path], damaged: list[str], *, apply: bool
) -> Iterator[packs.Packed]:
    """One month of one scope, unless its pack is damaged."""
    try:
        yield packs.pack(month, loose, apply=apply)
    except packs.PackError as error:
        damaged.append(str(error))


def _landings(root: Path) -> Iterator[Landing]:
    """Of every connection that was ever read, also of those that are no longer configured."""
    for file in sorted(root.glob(f"*/{JOURNAL}")):
        yield Landing(root, unquote(file.parent.name))


def _records(settings: Settings) -> Part:
    size = sum(map(files.size, _records_of(settings.landing_dir)))
    return Part(f"landing/*/{audit.FOLDER}", size, 0, f"records of actions: {KEPT}")


def _records_of(root: Path) -> Iterable[Path]:
    return root.glob(f"*/{audit.FOLDER}")


def _versions(settings: Settings, *, apply: bool) -> Part:
    folder = settings.versions_dir
    newest = settings.published_warehouse.resolve()
    size = files.size(folder)
    old = old_versions(folder, newest, settings.kept_versions)
    what = f"published versions beyond the newest {settings.kept_versions}: {len(old)}"
    return Part("versions", size, _gone(old, apply=apply), what)


def _leftovers(settings: Settings, *, apply: bool) -> Part:
    spilled = settings.marts_file.with_name(f"{settings.marts_file.name}.tmp")
    left = leftovers(settings)
    size = sum(map(files.size, [*left, spilled]))
    _gone(left, apply=apply)
    if apply:
        shutil.rmtree(spilled, ignore_errors=True)
    return Part("leftovers", size, size, "incomplete files left by killed processes")


def _history(settings: Settings, *, apply: bool) -> Part:
    """Dagster's, which every start prunes as well."""
    limit = settings.run_history_mb * 10**6
    size = files.size(settings.dagster_home)
    what = f"runs older than {settings.run_history_days} days or beyond {files.in_words(limit)}"
    if not apply or not settings.dagster_home.exists():
        return Part("dagster", size, max(0, size - limit), what)
    from orchestration.commands.dagster_home import put_in_order  # noqa: PLC0415  seconds

    put_in_order(settings)
    return Part("dagster", size, max(0, size - files.size(settings.dagster_home)), what)


def _gone(paths: list[Path], *, apply: bool) -> int:
    size = sum(map(files.size, paths))
    for each in paths if apply else []:
        each.unlink(missing_ok=True)
    return size


def as_json(parts: list[Part], *, applied: bool) -> str:
    """The parts as a JSON document."""
    total = {"bytes": sum(each.bytes for each in parts), "freed": sum(each.freed for each in parts)}
    document = {"applied": applied, "parts": [asdict(each) for each in parts]}
    return json.dumps(document | total, indent=2)


def tell(parts: list[Part], *, applied: bool, say: Callable[[str], object]) -> None:
    """The parts as lines, the sum last."""
    for each in parts:
        sizes = f"{files.in_words(each.bytes):>12} {files.in_words(each.freed):>12}"
        say(f"{each.name:<18} {sizes}  {each.what}")
    freed = files.in_words(sum(each.freed for each in parts))
    total = files.in_words(sum(each.bytes for each in parts))
    hint = "" if applied else "; nothing was changed, use --apply to free it"
    say(f"{total} in total, {freed} {'freed' if applied else 'can be freed'}{hint}")
    for sentence in damage(parts):
        say(f"damaged: {sentence}")


def damage(parts: list[Part]) -> list[str]:
    """A sentence for each damaged file."""
    return [sentence for each in parts for sentence in each.damaged]

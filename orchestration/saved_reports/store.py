"""The shelf of saved reports: read from three places, written in one.

config/reports.yaml is the operator's, kept in git; what a page saves goes to data/reports.yaml,
beside landing, which nothing rebuilds. One writer at a time; a reader sees all of a file or the
one before.
"""

import difflib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import Field

from orchestration import files
from orchestration.config.rule_file import Strict, read_rule_file
from orchestration.saved_reports.built_in import BUILT_IN
from orchestration.saved_reports.filters import SharedFilter
from orchestration.saved_reports.model import SavedReport, Source
from orchestration.settings import Settings, SettingsError

_HEADER = "# Reports that were saved in the dashboard, which writes this file again each time.\n"


class _File(Strict):
    reports: list[SavedReport] = Field(default_factory=list)
    filters: list[SharedFilter] = Field(default_factory=list)


class _Saved(_File):
    starred: list[str] = Field(default_factory=list)
    starred_in: dict[str, list[str]] = Field(default_factory=dict)

    def stars(self, workspace: str) -> list[str]:
        """The names with a star in a workspace, to be changed; without one, of who sees all."""
        return self.starred_in.setdefault(workspace, []) if workspace else self.starred


F = TypeVar("F", bound=_File)


@dataclass(frozen=True)
class Shelf:
    """Saved reports and shared filters, by name, and which reports are starred.

    Attributes:
        stars: Names of reports, by workspace.
        workspace: Whose shelf it is; each puts its own stars.
    """

    reports: dict[str, tuple[SavedReport, Source]]
    stars: dict[str, frozenset[str]]
    file: Path
    filters: dict[str, tuple[SharedFilter, Source]] = field(default_factory=dict)
    workspace: str = ""

    @property
    def starred(self) -> frozenset[str]:
        """The names of the reports that have a star here."""
        return self.stars.get(self.workspace, frozenset())

    def starred_by(self, workspace: str) -> "Shelf":
        """The same reports with a workspace's own stars."""
        return replace(self, workspace=workspace)

    def within(self, workspace: str) -> "Shelf":
        """What one workspace has: its own reports, and the built-in ones.

        The titles and filters of others, shared ones too, name what it does not see.
        """
        found = {
            name: (report, source)
            for name, (report, source) in self.reports.items()
            if source is Source.BUILT_IN or report.workspace == workspace
        }
        return replace(self, reports=found, filters={}, workspace=workspace)

    def find(self, name: str) -> SavedReport:
        """A report by its name.

        Raises:
            SettingsError: there is none; a similar name is given.
        """
        if found := self.reports.get(name):
            return found[0]
        near = difflib.get_close_matches(name, self.reports, n=1)
        hint = f" Did you mean {near[0]}?" if near else ""
        raise SettingsError(
            f"No report is called {name}.{hint} `atlas-costs report --list` lists all."
        )

    def save(self, report: SavedReport, *, overwrite: bool = False) -> None:
        """Keep a report.

        Args:
            report: Under a name that neither the product nor config/reports.yaml has.
            overwrite: Whether one that was saved under the name before may go.

        Raises:
            SettingsError: the name is taken.
        """
        self._require_own(report.name, "choose another name")
        with self._changed() as saved:
            others = [each for each in saved.reports if each.name != report.name]
            taken = [each for each in saved.reports if each.name == report.name]
            is_own = all(each.workspace == report.workspace for each in taken)
            if taken and not (overwrite and is_own):
                raise SettingsError(f"A report is called {report.name}: choose another name.")
            saved.reports[:] = [*others, report]

    def delete(self, name: str) -> None:
        """Remove a report that was saved; nothing happens where there is none.

        Raises:
            SettingsError: it is built in, or of config/reports.yaml.
        """
        self._require_own(name, "it cannot be deleted here")
        if name not in self.reports:
            return
        with self._changed() as saved:
            saved.reports[:] = [each for each in saved.reports if each.name != name]
            for stars in (saved.starred, *saved.starred_in.values()):
                stars[:] = [each for each in stars if each != name]

    def users(self, name: str) -> list[str]:
        """The names of the reports that use a filter."""
        return sorted(each.name for each, _ in self.reports.values() if each.filter == name)

    def save_filter(self, one: SharedFilter, *, overwrite: bool = False) -> None:
        """Keep a filter; every report that uses it changes with it.

        Args:
            one: Under a name that config/reports.yaml does not have.
            overwrite: Whether one that was saved under the name before may go.

        Raises:
            SettingsError: the name is taken, or a report that uses it cannot have it.
        """
        self._require_own_filter(one.name, "choose another name")
        for name in self.users(one.name):
            _sharing(self.reports[name][0], {one.name: one})
        with self._changed() as saved:
            others = [each for each in saved.filters if each.name != one.name]
            if len(others) < len(saved.filters) and not overwrite:
                raise SettingsError(f"A filter is called {one.name}: choose another name.")
            saved.filters[:] = [*others, one]

    def delete_filter(self, name: str) -> None:
        """Remove a filter that was saved and that no report uses.

        Raises:
            SettingsError: it is of config/reports.yaml, or reports use it, which are named.
        """
        self._require_own_filter(name, "it cannot be deleted here")
        with self._changed() as saved:
            using = {*self.users(name), *(r.name for r in saved.reports if r.filter == name)}
            _require_unused(name, using, "deleted")
            saved.filters[:] = [each for each in saved.filters if each.name != name]

    def rename_filter(self, name: str, to: str) -> None:
        """Call a filter that no report uses something else.

        Raises:
            SettingsError: as for `delete_filter`, or the other name is taken or none.
        """
        self._require_own_filter(name, "it cannot be renamed here")
        _require_unused(name, set(self.users(name)), "renamed")
        if to in self.filters:
            raise SettingsError(f"A filter is called {to}: choose another name.")
        with self._changed() as saved:
            saved.filters[:] = [
                SharedFilter(name=to, address=each.address) if each.name == name else each
                for each in saved.filters
            ]

    def _require_own_filter(self, name: str, remedy: str) -> None:
        if name in self.filters and self.filters[name][1] is not Source.SAVED:
            raise SettingsError(f"The filter {name} is of config/reports.yaml: {remedy}.")

    def star(self, name: str, *, starred: bool) -> None:
        """Put a star on a report of any source, or take it off.

        Raises:
            SettingsError: there is no such report.
        """
        self.find(name)
        with self._changed() as saved:
            stars = saved.stars(self.workspace)
            others = [each for each in stars if each != name]
            stars[:] = [*others, name] if starred else others

    def _require_own(self, name: str, remedy: str) -> None:
        source = self.reports[name][1] if name in self.reports else Source.SAVED
        if source is not Source.SAVED:
            where = "built in" if source is Source.BUILT_IN else "of config/reports.yaml"
            raise SettingsError(f"The report {name} is {where}: {remedy}.")

    @contextmanager
    def _changed(self) -> Iterator[_Saved]:
        """The file as it is now, under its lock, to be changed and written whole."""
        # two visitors may save at once
        with files.alone(self.file.with_suffix(".lock")):
            saved = _read_saved(self.file)
            yield saved
            document = saved.model_dump(exclude_defaults=True)
            text = yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=1000)
            files.write(self.file, (_HEADER + text).encode())


def shelf(settings: Settings) -> Shelf:
    """Every saved report; an operator's wins over a built-in one of the same name.

    Raises:
        SettingsError: one sentence with file, line and key.
    """
    ours = {each.name: (each, Source.BUILT_IN) for each in BUILT_IN}
    saved = _read_saved(settings.saved_reports_file)
    written = _read_config(settings.reports_file)
    filters = {each.name: (each, Source.SAVED) for each in saved.filters} | {
        each.name: (each, Source.CONFIG) for each in written.filters
    }
    theirs = {each.name: (each, Source.CONFIG) for each in written.reports}
    pages = {each.name: (each, Source.SAVED) for each in saved.reports}
    # a name that the operator takes later is the operator's
    known = {name: one for name, (one, _) in filters.items()}
    reports = {
        name: (_sharing(each, known), source)
        for name, (each, source) in (pages | ours | theirs).items()
    }
    stars = {name: frozenset(each) for name, each in saved.starred_in.items()}
    stars[""] = frozenset(saved.starred)
    return Shelf(reports, stars, settings.saved_reports_file, filters)


def _sharing(report: SavedReport, known: dict[str, SharedFilter]) -> SavedReport:
    """A report with what its filter says.

    Raises:
        SettingsError: there is none of this name, or both say something of the same.
    """
    if not report.filter:
        return report
    if report.filter not in known:
        raise SettingsError(
            f"The report {report.name} uses the filter {report.filter}, and there is none of this "
            "name: add it to `filters` of config/reports.yaml, or take it out of the report."
        )
    try:
        return report.sharing(known[report.filter])
    except ValueError as error:
        raise SettingsError(
            f"The report {report.name} cannot use the filter {report.filter}: {error}."
        ) from None


def _require_unused(name: str, reports: set[str], what: str) -> None:
    if reports:
        raise SettingsError(
            f"The filter {name} cannot be {what}: {', '.join(sorted(reports))} "
            f"use{'s' if len(reports) == 1 else ''} it."
        )


def _read_config(file: Path) -> _File:
    return _read(file, _File)


def _read_saved(file: Path) -> _Saved:
    return _read(file, _Saved)


def _read(file: Path, model: type[F]) -> F:
    found = read_rule_file(file, model, "reports")
    if found is None:
        return model()
    read, yaml_file = found
    for key, names in (
        ("reports", [each.name for each in read.reports]),
        ("filters", [each.name for each in read.filters]),
    ):
        for number, name in enumerate(names):
            if name in names[:number]:
                place = (key, number, "name")
                raise SettingsError(str(yaml_file.mistake(place, "stands here twice")))
    return read

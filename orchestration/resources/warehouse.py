"""The data folder as a Dagster resource; a run holds its lock from the first step to the last."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
import duckdb
from pydantic import PrivateAttr

from orchestration.landing.journal import Landing, drop_litter
from orchestration.landing.slices import Slices
from orchestration.resources.process import mark_run
from orchestration.rules import Rules, read_rules
from orchestration.settings import Settings, load_settings
from orchestration.statements.files import Statement, read_statements
from orchestration.warehouse.errors import PublishError
from orchestration.warehouse.lock import run_lock, wait_until_free
from orchestration.warehouse.publish import (
    ConnectionStatus,
    Permission,
    Published,
    publish,
)
from orchestration.warehouse.raw import RawWarehouse


class WarehouseResource(dg.ConfigurableResource):  # type: ignore[type-arg]
    """Landing, raw and marts of this installation's data folder."""

    _settings: Settings = PrivateAttr()
    _rules: Rules = PrivateAttr()
    _statements: list[Statement] = PrivateAttr()
    _landings: dict[str, Landing] = PrivateAttr(default_factory=dict)

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["WarehouseResource"]:
        """Take the run lock and tell dbt where the files are.

        Raises:
            AlreadyRunning: another run holds the lock.
            SettingsError: a rule file has a mistake; nothing was read or changed.
            StatementError: a closed statement is damaged; nothing was read or changed.
        """
        mark_run(context.instance, context.run)
        self._settings = load_settings()
        self._rules = read_rules(self._settings)
        self._statements = read_statements(self._settings.statements_dir)
        with run_lock(self._settings.build_dir, context.run.run_id if context.run else "unnamed"):
            os.environ.update(self._settings.dbt_environment())
            wait_until_free([self._settings.raw_file, self._settings.marts_file])
            drop_litter(self._settings.landing_dir)
            self.slices().drop_litter()
            yield self

    @property
    def settings(self) -> Settings:
        """The settings this run started with."""
        return self._settings

    @property
    def marts_file(self) -> Path:
        """What dbt builds and publish copies."""
        return self._settings.marts_file

    def landing(self, connection: str) -> Landing:
        """The landing folder of one connection, the same object all through the run."""
        if connection not in self._landings:
            self._landings[connection] = Landing(self._settings.landing_dir, connection)
        return self._landings[connection]

    def slices(self) -> Slices:
        """The lines cut out of landed invoices."""
        return Slices(self._settings.slices_dir)

    def raw(self) -> RawWarehouse:
        """The raw tables, open for writing."""
        return RawWarehouse(self._settings.raw_file, self._settings.slices_dir)

    def apply_rules(self) -> None:
        """Put rules and statements, as they were when this run started, beside what Atlas sent."""
        with self.raw() as raw:
            raw.apply_rules(self._rules, self._statements)

    @contextmanager
    def marts(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """The finished marts, read-only."""
        with duckdb.connect() as db:
            # under another name, or the file's catalog `marts` hides the schema
            db.execute("attach $file as warehouse (read_only)", {"file": str(self.marts_file)})
            db.execute("use warehouse")
            yield db

    def drop_marts_of_other_models(self, checksum: str, *, is_whole: bool) -> None:
        """A release may change any column and any rule: its first whole build starts from nothing.

        So does the one after a part was built by itself: what invoices that part holds is noted
        nowhere, and their inputs may by then be again what they were when all was built.
        """
        built_by = self._settings.models_file
        if is_whole and built_by.exists() and built_by.read_text() == checksum:
            return
        built_by.unlink(missing_ok=True)
        if is_whole:
            self.marts_file.unlink(missing_ok=True)
            self.marts_file.with_suffix(".duckdb.wal").unlink(missing_ok=True)
            built_by.write_text(checksum)

    def forget_verification(self) -> None:
        """From now on the marts may be half built."""
        self._settings.verified_file.unlink(missing_ok=True)

    def note_verification(self) -> None:
        """Every model was built and every test of ours passed on exactly this file."""
        self._settings.verified_file.write_text(_fingerprint(self.marts_file))

    def publish(self, statuses: list[ConnectionStatus], permissions: list[Permission]) -> Published:
        """Make the marts what pages and SQL users see.

        Raises:
            PublishError: they were not built and tested as a whole, or cannot be copied.
        """
        verified = self._settings.verified_file
        if not verified.exists() or verified.read_text() != _fingerprint(self.marts_file):
            raise PublishError(
                "The marts were not built and tested as a whole, so nothing was published: run "
                "`atlas-costs refresh`, or the job refresh_costs in Dagster."
            )
        link = self._settings.published_warehouse
        return publish(
            self.marts_file,
            self._settings.versions_dir,
            link,
            statuses,
            permissions,
            kept=self._settings.kept_versions,
        )


def _fingerprint(file: Path) -> str:
    if not file.exists():
        return "missing"
    status = file.stat()
    return f"{status.st_size} {status.st_mtime_ns}"

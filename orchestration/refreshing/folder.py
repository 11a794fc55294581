"""The data folder during a run, which holds its lock from the first step to the last."""

import json
import logging
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import duckdb

from orchestration.extraction.hold import nobody_reads
from orchestration.landing.data_format import note_format, read_format
from orchestration.landing.journal import Landing, drop_litter
from orchestration.landing.slices import Slices
from orchestration.refreshing.building import MANIFEST, PARTIAL, Build, build
from orchestration.refreshing.code import loading_checksum, models_checksum, spark
from orchestration.refreshing.verified import Verified, fingerprint
from orchestration.rules import read_rules
from orchestration.rules.alerts import read_alerts
from orchestration.rules.insight import read_insight
from orchestration.rules.plans import read_plans
from orchestration.savings.states import read_sayings
from orchestration.settings import Settings
from orchestration.statements.files import read_statements
from orchestration.warehouse.errors import PublishError
from orchestration.warehouse.inputs import fingerprints
from orchestration.warehouse.lock import run_lock, wait_until_free
from orchestration.warehouse.publish import (
    ConnectionStatus,
    Permission,
    Published,
    publish,
    publish_again,
)
from orchestration.warehouse.raw import RawWarehouse

log = logging.getLogger("atlas_costs")
LOADING, SETTINGS = "code that loads", "settings of models"
OTHER_INPUTS = frozenset({LOADING, SETTINGS})
NOTHING_CHANGED = "nothing changed: the marts stay as they are"
NOT_WHOLE = (
    "The marts were not built and tested as a whole, so nothing was published: run "
    "`atlas-costs refresh`, or the job refresh_costs in Dagster."
)


class Landings:
    """What was landed of each connection, and what was cut out of it.

    Raises:
        NewerData: a newer release wrote there.
    """

    def __init__(self, settings: Settings) -> None:
        read_format(settings.landing_dir)
        self.settings = settings
        self._landings: dict[str, Landing] = {}

    def landing(self, connection: str) -> Landing:
        """The landing folder of one connection, the same object all through the run."""
        if connection not in self._landings:
            self._landings[connection] = Landing(self.settings.landing_dir, connection)
        return self._landings[connection]

    def landings(self) -> list[Landing]:
        """Those of every connection."""
        return [self.landing(each.name) for each in self.settings.connections()]

    def slices(self) -> Slices:
        """The lines cut out of landed invoices."""
        return Slices(self.settings.slices_dir)

    def drop_litter(self) -> None:
        """Throw away what killed processes were receiving, unless it may be what others are."""
        with nobody_reads(self.settings.build_dir) as is_so:
            if is_so:
                drop_litter(self.settings.landing_dir)
                self.slices().drop_litter()


class DataFolder(Landings):
    """Landing, raw and marts of this installation.

    Args:
        settings: Where they lie.

    Raises:
        SettingsError: a rule file has a mistake; nothing was read or changed.
        StatementError: a closed statement is damaged; nothing was read or changed.
        NewerData: a newer release wrote there.
    """

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self._rules = read_rules(settings)
        # read again when they are used; a mistake ends a refresh before it begins
        read_plans(settings)
        read_insight(settings.insight_rules_file)
        read_alerts(settings.alerts_file)
        self._statements = read_statements(settings.statements_dir)
        self._sayings = read_sayings(settings.savings_file)

    @contextmanager
    def held(self, run_id: str) -> Iterator[Self]:
        """Take the run lock; what earlier runs left half written is gone.

        Raises:
            AlreadyRunning: another run holds the lock.
        """
        with run_lock(self.settings.build_dir, run_id):
            wait_until_free([self.settings.raw_file, self.settings.marts_file])
            note_format(self.settings.landing_dir)
            self.drop_litter()
            yield self

    @property
    def marts_file(self) -> Path:
        """What dbt builds and publish copies."""
        return self.settings.marts_file

    def raw(self) -> RawWarehouse:
        """The raw tables, open for writing."""
        return RawWarehouse(self.settings.raw_file, self.settings.slices_dir)

    def apply_rules(self) -> None:
        """Put what people wrote and said, as this run found it, beside what Atlas sent."""
        with self.raw() as raw:
            raw.apply_rules(self._rules, self._statements, self._sayings)

    @contextmanager
    def marts(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """The finished marts, read-only."""
        with duckdb.connect() as db:
            # under another name, or the file's catalog `marts` hides the schema
            db.execute("attach $file as warehouse (read_only)", {"file": str(self.marts_file)})
            db.execute("use warehouse")
            yield db

    def changed_inputs(self) -> frozenset[str] | None:
        """What the models read that is another than when all was last built and tested.

        None where that is not known: nothing was, other models did, or the marts were written to
        since. A rule that was applied counts like what Atlas sent.
        """
        verified = self._verified()
        if verified is None or not self._is_built_by(self._models()):
            return None
        return verified.changed(self.inputs())

    def inputs(self) -> dict[str, str]:
        """Whatever the marts are made of beside the models, each as its fingerprint."""
        with duckdb.connect(str(self.settings.raw_file), read_only=True) as db:
            tables = fingerprints(db)
        return tables | {
            LOADING: loading_checksum(),
            SETTINGS: json.dumps(self.settings.model_variables(), sort_keys=True),
        }

    def build(self, changed: frozenset[str] | None) -> Build:
        """Build and test what these inputs reach, or all where that is not known or not told."""
        inputs = self.inputs()
        tables = self._tables(changed)
        wait_until_free([self.marts_file])
        self._forget_verification()
        self.drop_marts_of_other_models(self._models())
        if tables is None:
            log.info("building and testing the models")
            build_now = build(self.settings)
        else:
            log.info("building and testing what follows from %s", ", ".join(sorted(tables)))
            build_now = build(self.settings, tables=tables)
        if build_now.is_well:
            self.note_verification(inputs)
        return build_now

    def build_part(self, nodes: Collection[str]) -> Build:
        """Build models and run tests that somebody chose; what is then half built is not published.

        The next whole build starts from nothing: what invoices that part holds is noted nowhere,
        and their inputs may by then be again what they were when all was built.
        """
        wait_until_free([self.marts_file])
        self._forget_verification()
        self.settings.models_file.unlink(missing_ok=True)
        log.info("building and testing a part of the models")
        return build(self.settings, nodes=nodes)

    def drop_marts_of_other_models(self, checksum: str) -> None:
        """A release may change any column and any rule: its first build starts from nothing."""
        if self._is_built_by(checksum):
            return
        self.marts_file.unlink(missing_ok=True)
        self.marts_file.with_suffix(".duckdb.wal").unlink(missing_ok=True)
        # dbt tells changed models by their files' times, and packagers give all files the same
        (self.settings.dbt_target_dir / PARTIAL).unlink(missing_ok=True)
        self.settings.models_file.write_text(checksum)

    def _models(self) -> str:
        """What builds the marts: of Spark's, DuckDB lacks the tables that a part is built from."""
        engine = self.settings.engine
        return models_checksum() if engine == "duckdb" else f"{models_checksum()} on {spark()}"

    def _tables(self, changed: frozenset[str] | None) -> frozenset[str] | None:
        """The tables of raw to begin from; None where other inputs changed, or nothing is known."""
        is_known = (self.settings.dbt_target_dir / MANIFEST).exists()
        if changed is None or changed & OTHER_INPUTS or not is_known:
            return None
        return changed

    def _forget_verification(self) -> None:
        """From now on the marts may be half built."""
        self.settings.verified_file.unlink(missing_ok=True)

    def note_verification(self, inputs: dict[str, str]) -> None:
        """Every model was built of these inputs, and every test of ours passed on exactly this."""
        found = Verified(fingerprint(self.marts_file), inputs)
        found.write(self.settings.verified_file)

    def publish(self, statuses: list[ConnectionStatus], permissions: list[Permission]) -> Published:
        """Make the marts what pages and SQL users see; what they see already is not copied anew.

        Raises:
            PublishError: they were not built and tested as a whole, or cannot be copied.
        """
        verified = self._verified()
        if verified is None:
            raise PublishError(NOT_WHOLE)
        folder, link = self.settings.versions_dir, self.settings.published_warehouse
        insight, kept = self.settings.insight_file, self.settings.kept_versions
        if verified.is_published_as(link.resolve(), insight):
            found = publish_again(folder, link, statuses, permissions, kept=kept)
        else:
            found = publish(
                self.marts_file, folder, link, statuses, permissions, insight=insight, kept=kept
            )
        noted = verified.published_as(found.path, self.marts_file, insight)
        noted.write(self.settings.verified_file)
        return found

    def built_of(self) -> str:
        """What the marts were made of, in words that two builds share only if all is the same."""
        verified = self._verified()
        if verified is None:
            raise PublishError(NOT_WHOLE)
        return json.dumps([models_checksum(), verified.inputs], sort_keys=True)

    def _verified(self) -> Verified | None:
        return Verified.read(self.settings.verified_file, self.marts_file)

    def _is_built_by(self, checksum: str) -> bool:
        built_by = self.settings.models_file
        return built_by.exists() and built_by.read_text() == checksum

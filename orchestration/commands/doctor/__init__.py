"""`atlas-costs doctor`: what is wrong on this machine, each with its remedy. Changes nothing."""

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict
from urllib.parse import unquote

from orchestration.actions.resource_file.resources import read_resources
from orchestration.commands.doctor import folder, machine
from orchestration.commands.doctor.finding import Finding, mend, note, ok
from orchestration.config.connections import Connection
from orchestration.config.yaml_file import YamlMistake
from orchestration.explain import explanation
from orchestration.landing.journal import JOURNAL, JournalError, Landing
from orchestration.rules.alerts import read_alerts
from orchestration.rules.allocation import read_allocation
from orchestration.rules.budgets import read_budgets
from orchestration.rules.insight import read_insight
from orchestration.rules.metrics import read_metrics
from orchestration.rules.scenarios import read_scenarios
from orchestration.rules.taxonomy import read_taxonomy
from orchestration.saved_reports.store import shelf
from orchestration.settings import Settings, SettingsError, load_settings
from orchestration.statements.files import StatementError, read_statements
from orchestration.workspaces.model import read_workspaces

RESOURCES = "resources.yaml"


def examine() -> list[Finding]:
    """All that can be looked at, whatever of it is broken."""
    found = [*machine.versions()]
    try:
        settings = load_settings()
    except SettingsError as error:
        return [*found, _unreadable(str(error))]
    connections, unreadable = _connections(settings)
    looked_at: list[tuple[str, Callable[[], Iterator[Finding]]]] = [
        ("config", lambda: _config(settings)),
        ("data", lambda: folder.data_format(settings)),
        ("journals", lambda: _journals(settings)),
        ("disk", lambda: machine.disk(settings)),
        ("permissions", lambda: machine.permissions(settings)),
        ("clock", lambda: machine.clock(connections)),
        ("locks", lambda: folder.locks(settings)),
        ("freshness", lambda: folder.freshness(settings)),
        ("runs", lambda: folder.dead_runs(settings)),
    ]
    for name, look in looked_at:
        found += _looked(name, look)
    return [*found, *unreadable]


def _looked(name: str, look: Callable[[], Iterator[Finding]]) -> list[Finding]:
    """What cannot be looked at is a finding too: a doctor that dies is no help."""
    try:
        return list(look())
    except Exception as error:  # noqa: BLE001  whatever is broken is what was asked about
        said = explanation(error) or f"{type(error).__name__}: {error}"
        remedy = "Fix the cause, then run `atlas-costs doctor` again."
        return [mend(name, f"could not be looked at: {said}", remedy)]


def _connections(settings: Settings) -> tuple[list[Connection], list[Finding]]:
    try:
        return settings.connections(), []
    except SettingsError as error:
        if "No Atlas credentials" in str(error):
            says = "no Atlas is connected"
            return [], [mend("config", says, "Run `atlas-costs connect`.")]
        return [], [_unreadable(str(error))]


def _config(settings: Settings) -> Iterator[Finding]:
    """Every file of config/ and every statement, each by itself: one mistake hides no other."""
    readers: tuple[Callable[[], object], ...] = (
        lambda: read_taxonomy(settings.taxonomy_file),
        lambda: read_allocation(settings.allocation_file),
        lambda: read_budgets(settings.budgets_file),
        lambda: read_metrics(settings.metrics_file),
        lambda: read_scenarios(settings.scenarios_file),
        lambda: read_insight(settings.insight_rules_file),
        lambda: read_alerts(settings.alerts_file),
        lambda: read_workspaces(settings.workspaces_file),
        lambda: shelf(settings),
        lambda: read_statements(settings.statements_dir),
        lambda: _resources(settings),
    )
    wrong = [found for each in readers if (found := _mistake(each))]
    yield from wrong
    if not settings.config_dir.exists():
        says = f"{settings.config_dir} does not exist"
        yield note("config", says, "Run `atlas-costs init` for examples.")
    elif not wrong:
        yield ok("config", f"every file of {settings.config_dir} can be read")


def _mistake(read: Callable[[], object]) -> Finding | None:
    try:
        read()
    except (SettingsError, StatementError, YamlMistake) as error:
        return _unreadable(str(error))
    return None


def _unreadable(said: str) -> Finding:
    return mend("config", said, "Fix that entry, then run `atlas-costs doctor` again.")


def _resources(settings: Settings) -> None:
    if (file := settings.config_dir / RESOURCES).exists():
        read_resources(file)


def _journals(settings: Settings) -> Iterator[Finding]:
    for journal in sorted(settings.landing_dir.glob(f"*/{JOURNAL}")):
        try:
            Landing(settings.landing_dir, unquote(journal.parent.name))
        except JournalError as error:
            says, _, remedy = str(error).partition(": ")
            yield mend("journals", says, f"{remedy[:1].upper()}{remedy[1:]}")


def is_well(findings: list[Finding]) -> bool:
    """Whether nothing is to be mended."""
    return all(each.status != "mend" for each in findings)


def as_json(findings: list[Finding]) -> str:
    """The findings as a JSON document."""
    document = {"is_well": is_well(findings), "findings": [asdict(each) for each in findings]}
    return json.dumps(document, indent=2)


def tell(findings: list[Finding], say: Callable[[str], object]) -> None:
    """The findings as lines, each remedy below its own."""
    for each in findings:
        say(f"{each.status:<5} {each.check:<12} {each.says}")
        if each.remedy:
            say(f"{'':<18} {each.remedy}")

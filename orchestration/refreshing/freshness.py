"""What meta.freshness and meta.permissions say: read from what the landing journals noted.

Nothing is asked of Atlas here, so a rebuild says the same as the refresh before it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date

from orchestration.entities import names
from orchestration.extraction.advice import ENTITY as ADVICE
from orchestration.extraction.inventory import ENTITY as INVENTORY
from orchestration.extraction.invoices import LIST
from orchestration.extraction.measurements import ENTITY as MEASUREMENTS
from orchestration.extraction.reports import ACCESS
from orchestration.extraction.reports import ENTITY as FOCUS_REPORTS
from orchestration.extraction.selection import ENTITY as INVOICES
from orchestration.extraction.together import CONNECTION
from orchestration.landing.journal import Landing, Observation
from orchestration.permissions.capabilities import READS, Capability
from orchestration.refreshing import insights
from orchestration.refreshing.folder import DataFolder
from orchestration.refreshing.missing_costs import Held, missing_costs
from orchestration.status import MISSING_ROLE, OF_INVOICES
from orchestration.telling.teller import after_publish
from orchestration.warehouse.publish import ConnectionStatus, Permission, Published
from orchestration.warehouse.raw import has_finished, last_success, requests_of_last_run

# The rule of the model data_through, for each connection by itself.
DATA_THROUGH = """
select connection, coalesce(
    max(last_posted_usage_date),
    least(max(last_billed_date), max(last_usage_date)),
    max(last_usage_date)
)
from marts.agg_invoices
group by connection
"""


def publish(folder: DataFolder) -> Published:
    """Publish the finished marts with what is known now of each connection; tell what they say.

    Raises:
        PublishError: they were not built and tested as a whole, or cannot be copied.
    """
    insights.make_current(folder)
    landings = folder.landings()
    with folder.marts() as db:
        through = dict(db.execute(DATA_THROUGH).fetchall())
        held = Held.by_connection(db, through)
    settings = folder.settings
    asked = {"with_focus_reports": settings.focus_reports, "measured": settings.measurements}
    published = folder.publish(
        [
            status(each, through.get(each.connection), held.get(each.connection), **asked)
            for each in landings
        ],
        [row for each in landings for row in permissions(each)],
    )
    after_publish(settings)
    return published


def status(
    landing: Landing,
    data_through: date | None,
    held: Held | None = None,
    *,
    with_focus_reports: bool,
    measured: bool,
) -> ConnectionStatus:
    """One connection's row of meta.freshness."""
    missing = missing_parts(landing, with_focus_reports=with_focus_reports, measured=measured)
    return ConnectionStatus(
        connection=landing.connection,
        last_success_at=last_success(landing),
        data_through=data_through,
        status=_word(landing, missing),
        missing_parts=missing,
        requests=requests_of_last_run(landing),
        missing_costs=missing_costs(landing, held),
    )


def _word(landing: Landing, missing: list[str]) -> str:
    failures = [each for each in landing.current(CONNECTION).values() if each.error]
    if not has_finished(landing):
        is_slow = any(each.cause == "slow" for each in failures)
        if failures and not is_slow:
            return "error"
        return "importing" if landing.observations() else "pending"
    if any(each.cause != "slow" for each in failures):
        return "error"
    return "degraded" if missing else "connected"


def missing_parts(landing: Landing, *, with_focus_reports: bool, measured: bool) -> list[str]:
    """What could not be read, each with its cause, and where invoices differ from Atlas's list.

    What needs a role beyond the two that costs need is in meta.permissions alone.

    Args:
        landing: Of the connection.
        with_focus_reports: Whether Atlas's FOCUS reports are asked for.
        measured: Whether measurements and advice are.
    """
    optional = {name for each in READS if each.kind == "optional" for name in each.entities}
    found = [f"connection: {each.error}" for each in _errors(landing, CONNECTION)]
    for entity in (INVENTORY, *names()):
        errors = [
            _cause(each)
            for each in _errors(landing, entity)
            if not (entity in optional and each.cause == MISSING_ROLE)
        ]
        found += [f"{entity}: {sentence}" for sentence in _counted(errors)]
    found += [f"{OF_INVOICES}{sentence}" for sentence in _of_invoices(landing)]
    if with_focus_reports:
        errors = [
            _cause(each) for name in (ACCESS, FOCUS_REPORTS) for each in _errors(landing, name)
        ]
        found += [f"FOCUS reports: {sentence}" for sentence in _counted(errors)]
    if measured:
        for entity in (MEASUREMENTS, ADVICE):
            found += [f"{entity}: {each}" for each in _counted(_unmeasured(landing, entity))]
    return found


def _unmeasured(landing: Landing, entity: str) -> Iterator[tuple[str, str]]:
    """What could not be read at all, and what could not be read of the others."""
    for seen in landing.current(entity).values():
        if seen.error:
            yield _cause(seen)
        else:
            yield from ((cause, sentence) for cause, sentence in seen.meta.get("missing", []))


def _errors(landing: Landing, entity: str) -> list[Observation]:
    return [each for each in landing.current(entity).values() if each.error]


def _cause(seen: Observation) -> tuple[str, str]:
    return seen.cause, str(seen.error)


def _counted(errors: Iterable[tuple[str, str]]) -> list[str]:
    """Each cause once, with one example: forty clusters that lack a role are one sentence."""
    by_cause: dict[str, list[str]] = defaultdict(list)
    for cause, sentence in errors:
        by_cause[cause or sentence].append(sentence)
    return [
        sentences[0] if len(sentences) == 1 else f"{sentences[0]} (and {len(sentences) - 1} more)"
        for sentences in by_cause.values()
    ]


def _of_invoices(landing: Landing) -> Iterator[str]:
    for seen in landing.current(INVOICES).values():
        if seen.error:
            yield seen.error
        for invoice_id, problem in seen.meta.get("problems", {}).items():
            yield f"invoice {invoice_id} cannot be used ({problem}); what was read before stays"
    for seen in landing.current(LIST).values():
        yield from seen.meta.get("differences", [])
        for invoice_id, sentence in seen.meta.get("unloadable", {}).items():
            yield f"invoice {invoice_id} {sentence}"


def permissions(landing: Landing) -> list[Permission]:
    """One connection's rows of meta.permissions: what the last refresh could and could not read."""
    return [_permission(landing, each) for each in READS]


def _permission(landing: Landing, capability: Capability) -> Permission:
    seen = [
        each
        for entity in capability.entities
        for name in ((entity, ACCESS) if entity == FOCUS_REPORTS else (entity,))
        for each in landing.current(name).values()
    ]
    failed = [each for each in (*_errors(landing, CONNECTION), *seen) if each.error]
    status_word = failed[0].cause or "unreadable" if failed else "ok" if seen else "not tried"
    return Permission(
        connection=landing.connection,
        capability=capability.name,
        status=status_word,
        detail=failed[0].error if failed else None,
        lost=capability.lost,
        role=capability.role,
    )

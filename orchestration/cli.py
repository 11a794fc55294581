"""`atlas-costs`: thin; each command calls a function that the rest of the code uses too."""

import os
import sys
import traceback
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Annotated, Literal, NoReturn

import typer

from orchestration import progress
from orchestration.commands import alert as alert_commands
from orchestration.commands import anomaly as anomaly_commands
from orchestration.commands import export as export_commands
from orchestration.commands import saving as saving_commands
from orchestration.commands import statement as statement_commands
from orchestration.explain import explanation
from orchestration.settings import HOME, Settings, SettingsError, load_settings

app = typer.Typer(
    help="MongoDB Atlas costs that reconcile to the cent.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

app.add_typer(alert_commands.app, name="alert")
app.add_typer(anomaly_commands.app, name="anomaly")
app.add_typer(export_commands.app, name="export")
app.add_typer(saving_commands.app, name="saving")
app.add_typer(statement_commands.app, name="statement")

FAILED, COSTS_UNREADABLE, INCOMPLETE = 1, 2, 3
TO_MEND = 2

Host = Annotated[str, typer.Option(help="Address to listen on.")]
DagsterPort = Annotated[int, typer.Option(min=1, max=65535, help="Port of Dagster's UI.")]
DashboardPort = Annotated[int, typer.Option(min=1, max=65535, help="Port of the dashboard.")]
Workspace = Annotated[str, typer.Option(help="Only what this workspace sees.")]

ServedPart = Annotated[
    Literal["code", "daemon", "dagster", "dashboard"],
    typer.Argument(
        metavar="PART",
        help="code (Dagster's definitions and runs), daemon (schedules, queue), dagster (its "
        "pages) or dashboard.",
    ),
]
ReadOnly = Annotated[
    bool, typer.Option("--read-only", help="Dagster's pages only show: nothing can be launched.")
]


def _version(*, asked: bool) -> None:
    if asked:
        typer.echo(f"atlas-costs {metadata.version('atlas-costs')}")
        raise typer.Exit


@app.callback()
def about(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            is_eager=True,
            help="Print the version.",
            callback=lambda asked: _version(asked=asked),
        ),
    ] = False,
) -> None:
    """MongoDB Atlas costs that reconcile to the cent."""


@app.command()
def refresh(
    from_month: Annotated[
        str | None, typer.Option("--from", help="First invoice month to read, such as 2025-01.")
    ] = None,
) -> None:
    """Extract what changed, load, build, check and publish.

    Exit code 0: published. 1: failed, nothing published. 3: published, but a part is missing or
    an invoice does not match Atlas's total; each is named.
    """
    from orchestration.commands.refresh import refresh as run  # noqa: PLC0415
    from orchestration.rules import read_rules  # noqa: PLC0415

    progress.to_the_terminal()
    settings = load_settings()
    settings.connections()
    read_rules(settings)
    run(settings, _month(from_month))
    _summarize(settings)


@app.command()
def rebuild() -> None:
    """Rebuild the warehouse from what was landed, without calling Atlas. Exit codes as refresh."""
    from orchestration.commands.refresh import rebuild as run  # noqa: PLC0415
    from orchestration.rules import read_rules  # noqa: PLC0415

    progress.to_the_terminal()
    settings = load_settings()
    read_rules(settings)
    run(settings)
    _summarize(settings)


def _summarize(settings: Settings) -> None:
    from orchestration.published.summary import summarize  # noqa: PLC0415

    summary = summarize(settings.published_warehouse)
    for line in summary.lines():
        typer.echo(line)
    if not summary.is_complete:
        raise typer.Exit(INCOMPLETE)


@app.command()
def init() -> None:
    """Write examples of `.env` and of each file of `config/` into this folder; none is replaced."""
    from orchestration.commands.init import write_examples  # noqa: PLC0415

    for file in write_examples(HOME):
        typer.echo(file)


@app.command()
def connect(
    *,
    org_id: Annotated[str | None, typer.Option(help="Organization id, 24 hex digits.")] = None,
    public_key: Annotated[str | None, typer.Option(help="API key: public key.")] = None,
    private_key: Annotated[
        str | None, typer.Option(help="Prompted for, hidden, if omitted.")
    ] = None,
    client_id: Annotated[str | None, typer.Option(help="Service account: client ID.")] = None,
    client_secret: Annotated[
        str | None, typer.Option(help="Prompted for, hidden, if omitted.")
    ] = None,
    base_url: Annotated[
        str | None, typer.Option(help="Atlas base URL, if not https://cloud.mongodb.com.")
    ] = None,
    name: Annotated[
        str | None, typer.Option(help="Connection name, for one of several organizations.")
    ] = None,
    remove: Annotated[
        str | None, typer.Option(metavar="NAME", help="Remove this connection.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Skip confirmation.")] = False,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Save even if costs cannot be read.")
    ] = False,
) -> None:
    """Ask for an organization and its key, test them, and write them to .env (mode 600).

    Exit code 2: costs cannot be read with them, so nothing was written.
    """
    from orchestration.commands import connect as connecting  # noqa: PLC0415

    if remove is not None:
        connecting.forget(remove, yes=yes)
        return
    given = connecting.Given(
        org_id, public_key, private_key, client_id, client_secret, base_url, name
    )
    if not connecting.connect(given, yes=yes, anyway=anyway):
        raise typer.Exit(COSTS_UNREADABLE)


@app.command()
def check(
    *, as_json: Annotated[bool, typer.Option("--json", help="Print a JSON document.")] = False
) -> None:
    """Test every permission each connection needs (read-only).

    What fails is named with its cause, its impact, the fix and the section of docs/connect.md.
    Exit code 2: costs cannot be read.
    """
    from orchestration.commands.check import as_json as document  # noqa: PLC0415
    from orchestration.commands.check import print_matrix  # noqa: PLC0415
    from orchestration.permissions.report import examine_all  # noqa: PLC0415

    try:
        reports = examine_all(load_settings())
    except SettingsError as error:
        typer.echo(document([], str(error)) if as_json else f"costs cannot be read. {error}")
        raise typer.Exit(COSTS_UNREADABLE) from None
    if as_json:
        typer.echo(document(reports))
    else:
        print_matrix(reports)
    if not all(each.costs_readable for each in reports):
        raise typer.Exit(COSTS_UNREADABLE)


@app.command()
def do(
    action: Annotated[str, typer.Argument(help="Such as create_snapshot; see docs/actions.md.")],
    values: Annotated[
        list[str] | None, typer.Argument(metavar="KEY=VALUE", help="The action's config.")
    ] = None,
    *,
    apply: Annotated[bool, typer.Option("--apply", help="Apply the plan.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the typed record.")] = False,
) -> None:
    """Run one action; one that changes Atlas only plans unless --apply is given.

    Exit code 0: planned, or done. 1: refused or failed. 3: Atlas accepted it and is not done; run
    the same again to go on waiting. 130: interrupted (Ctrl-C), which stops the waiting alone.
    """
    from orchestration.commands import do as doing  # noqa: PLC0415

    progress.to_the_terminal()
    record = doing.run(load_settings(), action, values or [], apply=apply)
    if as_json:
        typer.echo(record.model_dump_json(indent=2))
    else:
        doing.tell(record)
    raise typer.Exit(doing.exit_code(record))


@app.command()
def doctor(
    *, as_json: Annotated[bool, typer.Option("--json", help="Print a JSON document.")] = False
) -> None:
    """Say what is wrong on this machine, and how to mend it; changes nothing.

    Exit code 0: all is well. 2: something is to be mended.
    """
    from orchestration.commands import doctor as doctors  # noqa: PLC0415

    findings = doctors.examine()
    if as_json:
        typer.echo(doctors.as_json(findings))
    else:
        doctors.tell(findings, typer.echo)
    if not doctors.is_well(findings):
        raise typer.Exit(TO_MEND)


@app.command()
def housekeeping(
    *,
    apply: Annotated[bool, typer.Option("--apply", help="Do it.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON document.")] = False,
) -> None:
    """Show what each part of the data folder takes and can do without; --apply makes room.

    Superseded answers of months gone by are packed. No version of an invoice is lost.
    """
    from orchestration.commands import housekeeping as keeping  # noqa: PLC0415

    parts = keeping.housekeeping(load_settings(), apply=apply)
    if as_json:
        typer.echo(keeping.as_json(parts, applied=apply))
    else:
        keeping.tell(parts, applied=apply, say=typer.echo)
    if keeping.damage(parts):
        raise typer.Exit(INCOMPLETE)


@app.command()
def up(
    host: Host = "127.0.0.1",
    dagster_port: DagsterPort = 3000,
    dashboard_port: DashboardPort = 8501,
    metrics_port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Port of /metrics; none unless given.")
    ] = None,
    *,
    read_only: ReadOnly = False,
) -> None:
    """Run Dagster (webserver and daemon, daily refresh on) and the dashboard."""
    from orchestration.commands import processes  # noqa: PLC0415
    from orchestration.commands.dagster_home import put_in_order  # noqa: PLC0415
    from orchestration.schedules.daily import refresh_schedule  # noqa: PLC0415

    settings = load_settings()
    metrics = metrics_port or settings.metrics_port
    is_open = settings.allow_anonymous
    at = processes.Addresses(host, dashboard_port, dagster_port, metrics, is_open)
    signs_in = settings.identity() is not None
    at.require_door(allow_anonymous=is_open, signs_in=signs_in)
    at.require_free()
    refresh_schedule(settings.refresh_cron)
    put_in_order(settings)
    processes.stop_on_signals()
    with processes.services(at, read_only=read_only) as started:
        typer.echo(at.told())
        # one that runs for months has no other start
        raise typer.Exit(processes.wait_for_any(started, hourly=lambda: put_in_order(settings)))


@app.command()
def serve(part: ServedPart, *, read_only: ReadOnly = False) -> None:
    """Run one part of what `up` runs, on a socket in ATLAS_COSTS_SOCKETS_DIR: for containers.

    A proxy that asks people to sign in stands before dagster and dashboard; see
    docs/deployment.md.
    """
    from orchestration.commands import serve as serving  # noqa: PLC0415
    from orchestration.commands.parts import Part  # noqa: PLC0415
    from orchestration.schedules.daily import refresh_schedule  # noqa: PLC0415

    progress.to_the_terminal()
    settings = load_settings()
    refresh_schedule(settings.refresh_cron)
    raise typer.Exit(serving.serve(settings, Part(part), read_only=read_only))


@app.command()
def healthy(part: ServedPart) -> None:
    """Ask a part that `serve` runs whether it is well. Exit code 1: it is not, and why."""
    from orchestration.commands.healthy import problem  # noqa: PLC0415
    from orchestration.commands.parts import Part  # noqa: PLC0415

    if found := problem(load_settings(), Part(part)):
        raise SettingsError(found)
    typer.echo(f"{part} is well.")


@app.command()
def sandbox(
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 picks a free one.")] = 8080,
    seed: int = 7,
    months: Annotated[int, typer.Option(min=1, max=120)] = 13,
    scale: Annotated[int, typer.Option(min=1)] = 1,
    organizations: Annotated[
        int, typer.Option(min=0, help="So many small ones instead, with keys of their own.")
    ] = 0,
    *,
    anomalies: Annotated[
        bool, typer.Option("--anomalies", help="With odd costs in its bill; see /sandbox/truth.")
    ] = False,
    wasteful: Annotated[
        bool, typer.Option("--wasteful", help="With clusters that cost more than they need.")
    ] = False,
) -> None:
    """Run a sandbox Atlas API on this machine, with a seeded organization and bill."""
    from sandbox import serve  # noqa: PLC0415

    serve(
        port=port,
        seed=seed,
        months=months,
        scale=scale,
        anomalies=anomalies,
        wasteful=wasteful,
        organizations=organizations,
    )


@app.command()
def sql(
    query: str,
    output_format: Annotated[
        str, typer.Option("--format", help="table, csv, json, parquet")
    ] = "table",
    output: Annotated[Path | None, typer.Option("-o", help="Write to this file.")] = None,
    workspace: Workspace = "",
) -> None:
    """Run SQL, read-only, on the published warehouse."""
    from orchestration.published.sql import run_sql  # noqa: PLC0415
    from orchestration.workspaces.warehouse import warehouse_of  # noqa: PLC0415

    run_sql(warehouse_of(load_settings(), workspace), query, output_format, output)


@app.command()
def report(
    name: Annotated[str | None, typer.Argument(help="As --list shows it.")] = None,
    output: Annotated[
        Path | None,
        typer.Option("--to", help="A name that ends in .pdf, .html, .xlsx, .csv or .parquet."),
    ] = None,
    locale: Annotated[
        str | None,
        typer.Option(help="How a .pdf or .html writes numbers, such as de_DE; else as en_US."),
    ] = None,
    workspace: Workspace = "",
    *,
    list_all: Annotated[bool, typer.Option("--list", help="List the reports there are.")] = False,
) -> None:
    """Write a saved report to a file: PDF or HTML with its chart, or its rows.

    Reports are built in, in config/reports.yaml, or saved in the dashboard.
    """
    from orchestration.commands.report import run  # noqa: PLC0415

    run(name, output, list_all=list_all, locale=locale, workspace=workspace)


@app.command()
def mcp(workspace: Workspace = "") -> None:
    """Offer costs and actions to an assistant as MCP tools, over standard input and output.

    An assistant's program starts it; see docs/assistant.md. What changes Atlas is planned first
    and carried out only when it is called again with the plan's token. With a workspace there are
    only its costs, and no actions.
    """
    from orchestration.assistant.server import serve  # noqa: PLC0415

    progress.to_the_terminal()
    serve(workspace)


@app.command()
def demo(
    *,
    once: Annotated[bool, typer.Option("--once", help="Stop after the refresh.")] = False,
    host: Host = "127.0.0.1",
    dagster_port: DagsterPort = 3000,
    dashboard_port: DashboardPort = 8501,
) -> None:
    """Run the demo: sandbox Atlas, refreshed warehouse, Dagster and dashboard; no key needed."""
    from orchestration.commands.demo import demo as run  # noqa: PLC0415
    from orchestration.commands.processes import Addresses  # noqa: PLC0415

    raise typer.Exit(run(once=once, at=Addresses(host, dashboard_port, dagster_port)))


def _month(value: str | None) -> str | None:
    if value is None:
        return None
    try:
        month = datetime.strptime(value, "%Y-%m").replace(tzinfo=UTC)
    except ValueError:
        raise SettingsError(f"--from {value} is not a month: write it as 2025-01.") from None
    # a first refresh would publish one invoice for all of history
    if month > datetime.now(UTC):
        raise SettingsError(f"--from {value} is still to come: nothing is billed in it yet.")
    return f"{month:%Y-%m}"


def main() -> NoReturn:
    """Run a command; whatever a user can cause ends in one sentence and an exit code."""
    os.environ.setdefault("DO_NOT_TRACK", "1")
    # what it starts works in other folders
    os.environ.setdefault("ATLAS_COSTS_HOME", str(HOME))
    try:
        app()
    except SystemExit as end:
        if isinstance(end.__context__, BrokenPipeError):
            _leave_the_pipe()
        raise
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:  # noqa: BLE001  the last place that can still be kind
        _explain(error)
        sys.exit(FAILED)
    sys.exit(0)


def _leave_the_pipe() -> NoReturn:
    """Whoever read along, such as `head`, has seen enough: that is no error."""
    # or Python complains once more when it flushes at exit
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(0)


def _explain(error: Exception) -> None:
    sentence = explanation(error)
    if os.environ.get("ATLAS_COSTS_DEBUG"):
        traceback.print_exc()
    typer.echo(
        sentence
        or f"Unexpected {type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''} "
        "Nothing was published. Run again with ATLAS_COSTS_DEBUG=1 and report what it prints.",
        err=True,
    )

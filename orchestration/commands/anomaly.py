"""`atlas-costs anomaly`: list what is odd, and say what is to be thought of it."""

from datetime import UTC, date, datetime
from typing import Annotated, Any

import typer

from orchestration.audit import user
from orchestration.settings import SettingsError, load_settings

app = typer.Typer(help="List costs that are odd, and say what they are.", no_args_is_help=True)

Id = Annotated[str, typer.Argument(metavar="ID", help="Of an anomaly, or how it begins.")]
Reason = Annotated[str, typer.Option(help="Why; it is shown with the anomaly.")]
Until = Annotated[str | None, typer.Option(metavar="DAY", help="Last usage day, as 2026-12-31.")]
By = Annotated[str | None, typer.Option(help="Who says so; default: the user of this machine.")]
NOTHING = "No anomaly is open."


@app.command(name="list")
def list_anomalies(
    *,
    everything: Annotated[
        bool, typer.Option("--all", help="Also explained, expected and ignored ones.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1)] = 20,
) -> None:
    """The newest anomalies, with their ids."""
    from orchestration.published.anomalies import newest  # noqa: PLC0415
    from orchestration.published.summary import problems  # noqa: PLC0415
    from orchestration.workspaces.warehouse import warehouse_of  # noqa: PLC0415

    warehouse = warehouse_of(load_settings())
    found = newest(warehouse, limit, with_explained=everything)
    for each in found:
        typer.echo(f"{each['anomaly_id']}  {each['status']:<9}  {each['explanation']}")
    if failed := problems(warehouse, "anomalies"):
        typer.echo(f"Anomalies could not be looked for: {failed[0]}", err=True)
        raise typer.Exit(1)
    if not found:
        typer.echo(NOTHING if not everything else "There is no anomaly.")


@app.command()
def expected(
    anomaly_id: Id,
    *,
    reason: Reason,
    until: Until = None,
    by: By = None,
    always: Annotated[
        bool,
        typer.Option(
            "--always", help="On any day, not only the same weekday or the same day of a month."
        ),
    ] = False,
) -> None:
    """Expect it from now on: what is alike and not much dearer is no longer open."""
    from orchestration.insight.anomalies.verdicts import ALIKE, ANY, EXPECTED  # noqa: PLC0415

    pattern = ANY if always else ALIKE
    _say(anomaly_id, EXPECTED, reason, until=until, by=by, pattern=pattern)


@app.command()
def real(anomaly_id: Id, *, reason: Reason, by: By = None) -> None:
    """It is one, and so is what is alike, whatever was said before."""
    from orchestration.insight.anomalies.verdicts import ALIKE, REAL  # noqa: PLC0415

    _say(anomaly_id, REAL, reason, until=None, by=by, pattern=ALIKE)


@app.command()
def ignore(anomaly_id: Id, *, reason: Reason, until: Until = None, by: By = None) -> None:
    """Ignore it; with --until, ignore whatever its resource does in this service until then."""
    from orchestration.insight.anomalies.verdicts import ANY, IGNORE  # noqa: PLC0415

    _say(anomaly_id, IGNORE, reason, until=until, by=by, pattern=ANY)


def _say(
    anomaly_id: str,
    verdict: str,
    reason: str,
    *,
    until: str | None,
    by: str | None,
    pattern: str,
) -> None:
    from orchestration import feedback  # noqa: PLC0415
    from orchestration.insight.anomalies.verdicts import said_of  # noqa: PLC0415
    from orchestration.published.anomalies import one  # noqa: PLC0415
    from orchestration.workspaces.warehouse import warehouse_of  # noqa: PLC0415

    settings, last_day = load_settings(), _day(until)
    anomaly: dict[str, Any] = one(warehouse_of(settings), anomaly_id)
    now = datetime.now(UTC)
    said = said_of(
        anomaly,
        verdict,
        feedback.readable(reason),
        feedback.readable(by or user()),
        now,
        until=last_day,
        pattern=pattern,
    )
    file = feedback.append(settings.feedback_dir, feedback.ANOMALIES, said)
    typer.echo(f"{anomaly['anomaly_id']} is {verdict}: {reason}")
    typer.echo(f"Saved to {file}; in marts.anomalies after the next refresh.")


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise SettingsError(f"--until {text} is not a day: write it as 2026-12-31.") from None

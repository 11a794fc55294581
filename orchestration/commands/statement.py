"""`atlas-costs statement`: close a month's allocation, list statements, reopen the last."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from orchestration.settings import SettingsError, load_settings

if TYPE_CHECKING:
    from orchestration.statements.closing import Total

app = typer.Typer(
    help="Freeze what a month costs each value of each allocation key.", no_args_is_help=True
)

Month = Annotated[str, typer.Argument(metavar="MONTH", help="Such as 2026-05.")]


@app.command()
def close(
    month: Month,
    *,
    anyway: Annotated[
        bool,
        typer.Option(
            "--anyway", help="Close even if an invoice is pending or costs may be missing."
        ),
    ] = False,
) -> None:
    """Freeze a month that is over; what changes later is adjusted in the next statement."""
    from orchestration.statements import closing as statements  # noqa: PLC0415

    settings = load_settings()
    closed = statements.close(settings, _first_day(month), anyway=anyway)
    kinds = [row["entry"] for row in closed.rows]
    typer.echo(
        f"Closed {month}: {kinds.count('usage')} rows of usage and {kinds.count('adjustment')} "
        f"adjustments of months before, for {', '.join(closed.rules)}."
    )
    file = settings.statements_dir / closed.name
    typer.echo(f"Saved to {file}; in allocation_statements after the next refresh.")


@app.command(name="list")
def list_statements() -> None:
    """Every closed statement, and what the next one would say now; without credits."""
    from orchestration.statements import closing as statements  # noqa: PLC0415
    from orchestration.statements.files import StatementError  # noqa: PLC0415

    settings = load_settings()
    closed = statements.closed_totals(settings)
    for each in closed:
        typer.echo(_line(each, f"closed {each.closed_at:%Y-%m-%d %H:%M} UTC"))
    if not closed:
        typer.echo("No statement is closed yet.")
    try:
        for each in statements.open_totals(settings):
            typer.echo(_line(each, "open"))
    except StatementError as error:
        typer.echo(f"The next statement: {error}")


def _line(total: "Total", state: str) -> str:
    from orchestration.published.summary import amounts  # noqa: PLC0415

    adjusted = f", adjustments {amounts(total.adjustments)}" if total.adjustments else ""
    return f"{total.month}  {state:<30}{total.allocation_key}: {amounts(total.usage)}{adjusted}"


@app.command()
def reopen(month: Month) -> None:
    """Withdraw the last statement; its file is kept."""
    from orchestration.statements import closing as statements  # noqa: PLC0415

    kept = statements.reopen(load_settings(), _first_day(month))
    typer.echo(f"Reopened {month}. What was closed is kept as {kept}.")


def _first_day(month: str) -> date:
    try:
        return datetime.strptime(month, "%Y-%m").date()  # noqa: DTZ007  a month, no time
    except ValueError:
        raise SettingsError(f"{month} is not a month: write it as 2026-05.") from None

"""`atlas-costs saving`: what could be saved, and what becomes of each finding."""

import json
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from orchestration.settings import SettingsError, load_settings

if TYPE_CHECKING:
    from orchestration.savings.findings import Shown

app = typer.Typer(
    help="What could be saved: list findings; plan, dismiss or complete one.", no_args_is_help=True
)

Id = Annotated[str, typer.Argument(metavar="ID", help="As `saving list` shows it.")]
Until = Annotated[
    str | None,
    typer.Option(help="Open again from this day on, such as 2027-01-31; otherwise for good."),
]
Reason = Annotated[str | None, typer.Option(help="Why, for whoever asks later.")]


@app.command(name="list")
def list_findings(
    *,
    everything: Annotated[
        bool, typer.Option("--all", help="Also what is dismissed or done, or not known enough.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON document.")] = False,
) -> None:
    """Findings that are open or planned, the largest first, with how to carry each out."""
    from orchestration.savings.findings import findings  # noqa: PLC0415
    from orchestration.workspaces.warehouse import warehouse_of  # noqa: PLC0415

    found = findings(warehouse_of(load_settings()))
    shown = [each for each in found if everything or _is_to_do(each)]
    if as_json:
        typer.echo(json.dumps([_document(each) for each in shown], indent=2, default=str))
        return
    for each in shown:
        typer.echo(_line(each))
        if each.action and each.finding.monthly_saving_cents is not None:
            typer.echo(_indented(each.action))
    typer.echo(_total(found))


def _is_to_do(each: "Shown") -> bool:
    return each.state in {"open", "planned"} and each.finding.monthly_saving_cents is not None


def _line(each: "Shown") -> str:
    said = each.state if not each.until else f"{each.state} until {each.until}"
    reason = f": {each.reason}" if each.reason else ""
    return f"{each.finding.finding_id}  {_amount(each):>18}  {each.summary}  [{said}{reason}]"


def _amount(each: "Shown") -> str:
    from orchestration.published.summary import amounts  # noqa: PLC0415

    cents, currency = each.finding.monthly_saving_cents, each.finding.pricing_currency
    if cents is None:
        return "not enough data"
    return f"{amounts({currency or 'USD': cents})} a month"


def _indented(action: str) -> str:
    return "\n".join(f"              {line}" for line in action.strip().splitlines())


def _total(found: list["Shown"]) -> str:
    from orchestration.published.summary import amounts  # noqa: PLC0415

    sums: dict[str, int] = {}
    for each in found:
        if each.is_in_total and _is_to_do(each):
            currency = each.finding.pricing_currency or "USD"
            cents = each.finding.monthly_saving_cents or 0
            sums[currency] = sums.get(currency, 0) + cents
    unknown = sum(each.finding.monthly_saving_cents is None for each in found)
    more = f" {unknown} more have not enough data: --all names them." if unknown else ""
    return f"Together {amounts(sums)} a month, each part of a resource counted once.{more}"


def _document(each: "Shown") -> dict[str, object]:
    from dataclasses import asdict  # noqa: PLC0415

    shown = asdict(each)
    return {**shown.pop("finding"), **shown}


@app.command()
def plan(finding: Id, *, reason: Reason = None, until: Until = None) -> None:
    """Say that a finding is going to be carried out."""
    _say(finding, "planned", reason, until)


@app.command()
def dismiss(
    finding: Id,
    *,
    reason: Annotated[str, typer.Option(help="Why it is not carried out.")],
    until: Until = None,
) -> None:
    """Say that a finding is not going to be carried out, and why."""
    _say(finding, "dismissed", reason, until)


@app.command()
def done(
    finding: Id,
    *,
    reason: Reason = None,
    on: Annotated[
        str | None, typer.Option(help="The day on which it was carried out; today if left out.")
    ] = None,
) -> None:
    """Say that a finding was carried out; realised_savings follows it on the invoices."""
    _say(finding, "done", reason, None, on)


@app.command()
def reopen(finding: Id, *, reason: Reason = None) -> None:
    """Take back what was said of a finding."""
    _say(finding, "open", reason, None)


def _say(
    finding: str, state: str, reason: str | None, until: str | None, on: str | None = None
) -> None:
    from orchestration.savings.findings import call  # noqa: PLC0415

    settings = load_settings()
    said = call(
        settings,
        finding,
        state,
        reason=reason,
        until=_day(until, "--until"),
        done_on=_day(on, "--on"),
    )
    held = f" until {said.until}" if said.until else ""
    typer.echo(
        f"{finding} is {state}{held}. Saved to {settings.savings_file}; in savings after the next "
        "refresh."
    )


def _day(text: str | None, option: str) -> date | None:
    if text is None:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007  a day, no time
    except ValueError:
        raise SettingsError(f"{option} {text} is not a day: write it as 2027-01-31.") from None

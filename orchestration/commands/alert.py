"""`atlas-costs alert`: who is told of what, whether it reaches them, and what still waits."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from orchestration.settings import SettingsError, load_settings

if TYPE_CHECKING:
    from orchestration.telling.teller import Teller

app = typer.Typer(
    help="Alerts and digests: list routes, test one, send what is waiting.", no_args_is_help=True
)

Name = Annotated[str, typer.Argument(help="The name of a route in config/alerts.yaml.")]
NOT_RECEIVED = 1


@app.command(name="list")
def list_routes() -> None:
    """List routes: channel, alerts and digests, what is waiting, and the last delivery."""
    teller = _teller()
    for route in teller.alerts.routes:
        state = teller.outbox.state(route.name)
        told = ", ".join((*route.alerts, *(f"{each} digest" for each in route.digests)))
        last = state.last_delivered_at
        typer.echo(f"{route.name} ({route.channel}): {told}")
        typer.echo(f"  last sent {last:%F %H:%M} UTC" if last else "  nothing sent yet")
        if state.waiting:
            typer.echo(f"  {state.waiting} waiting" + _tries(state.tries, state.answer))


def _tries(tries: int, answer: str) -> str:
    if not tries:
        return ""
    return f"; tried {'once' if tries == 1 else f'{tries} times'}, last: {answer}"


@app.command()
def test(name: Name) -> None:
    """Send a test message to a route and print the receiver's answer.

    It ignores quiet hours. Exit code 1: it was not received.
    """
    teller = _teller()
    answer = teller.test(name)
    channel = teller.route(name).channel
    if answer.was_received:
        typer.echo(f"{name} ({channel}) received it: {answer.text}")
        return
    typer.echo(f"{name} ({channel}) did not receive it: {answer.text}", err=True)
    raise typer.Exit(NOT_RECEIVED)


@app.command()
def send() -> None:
    """Check whether a refresh is late, and send what is waiting, except in quiet hours.

    For cron, if Dagster is not running. Exit code 1: something was not received.
    """
    teller, now = _teller(), datetime.now(UTC)
    teller.look_at_clock(now)
    teller.deliver(now, at_once=True)
    failed = False
    for route in teller.alerts.routes:
        state = teller.outbox.state(route.name)
        if state.waiting:
            failed = failed or state.tries > 0
            typer.echo(f"{route.name}: {state.waiting} waiting{_tries(state.tries, state.answer)}")
    if failed:
        raise typer.Exit(NOT_RECEIVED)


def _teller() -> "Teller":
    from orchestration.telling.teller import Teller  # noqa: PLC0415  what sends takes a while

    settings = load_settings()
    if teller := Teller.of(settings):
        return teller
    raise SettingsError(
        f"There are no alerts: {settings.alerts_file} names no route. Copy "
        "config/alerts.yaml.example to begin."
    )

"""Sensors that tell people; each is off until it is turned on.

A refresh tells by itself what it published. These tell that one failed in Dagster or did not come,
and try again what a receiver did not take.
"""

from datetime import UTC, datetime

import dagster as dg

from orchestration.published.reader import NotPublished
from orchestration.schedules.daily import build_marts, refresh_costs
from orchestration.settings import SettingsError, load_settings
from orchestration.telling.teller import Teller, after_failure

EVERY_S = 60
WHY = "Dagster's run page says why."
NOBODY = "Nobody is told anything: config/alerts.yaml names no route."


@dg.run_failure_sensor(
    name="refresh_failed",
    monitored_jobs=[refresh_costs, build_marts],
    default_status=dg.DefaultSensorStatus.STOPPED,
    description="Tells routes of the kind refresh that a refresh failed.",
)
def refresh_failed(context: dg.RunFailureSensorContext) -> None:
    """Tell that a run failed, with the sentence of the step that did."""
    after_failure(load_settings(), _sentence(context))


def _sentence(context: dg.RunFailureSensorContext) -> str:
    """What the step said that failed: Dagster wraps it, and the innermost is ours."""
    for event in context.get_step_failure_events():
        error = event.step_failure_data.error
        while error and error.cause:
            error = error.cause
        if error:
            # some errors, such as MemoryError, are a name and nothing else
            name, _, said = error.message.strip().partition(": ")
            return (said.strip() or name or WHY).splitlines()[0]
    return context.failure_event.message or WHY


@dg.sensor(
    name="alerts",
    minimum_interval_seconds=EVERY_S,
    default_status=dg.DefaultSensorStatus.STOPPED,
    description="Tells that a refresh is late, and sends again what a receiver did not take.",
)
def alerts(_: dg.SensorEvaluationContext) -> dg.SkipReason:
    """Look at the clock and at the outbox."""
    try:
        teller = Teller.of(load_settings())
        if teller is None:
            return dg.SkipReason(NOBODY)
        now = datetime.now(UTC)
        teller.look_at_clock(now)
        teller.deliver(now)
    except (SettingsError, NotPublished) as error:
        return dg.SkipReason(str(error))
    waiting = sum(teller.outbox.state(each.name).waiting for each in teller.alerts.routes)
    return dg.SkipReason(f"{waiting} waiting" if waiting else "Nothing is waiting.")


SENSORS = [alerts, refresh_failed]

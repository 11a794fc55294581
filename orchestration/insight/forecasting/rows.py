"""A forecast as rows of the three tables."""

from collections.abc import Iterator
from datetime import date

import numpy as np

from orchestration.insight.forecasting import bands, scopes
from orchestration.insight.forecasting.backtest import MONTHS
from orchestration.insight.forecasting.bands import Spread
from orchestration.insight.forecasting.calendars import add_months
from orchestration.insight.forecasting.errors import Judged
from orchestration.insight.forecasting.scopes import Scope
from orchestration.insight.forecasting.told import Forecast
from orchestration.insight.tables import Row

NOT_ENOUGH = "not enough data"
DAYS_AHEAD_PER_DAY = 2
"""A month is forecast if it lies at most this many times as far ahead as costs reach back."""


class Told:
    """One forecast, as it is told.

    Cents are rounded once, for each part and month; all else adds those up.
    """

    def __init__(self, forecast: Forecast, least_days: int) -> None:
        self._forecast = forecast
        self._origins = forecast.origins
        self._cents = np.stack([np.rint(one.best[-1]) for one in forecast.tried]).astype(np.int64)
        calendar = self._origins.calendar
        self._as_of = calendar.day(self._origins.as_of)
        self._scopes = scopes.scopes_of(forecast.parts)
        self._months_told = [ahead for ahead in range(MONTHS) if self._is_enough(ahead, least_days)]

    def forecasts(self) -> Iterator[Row]:
        """Rows of `forecasts`."""
        for scope in self._scopes:
            judged = self._judged(scope)
            spread = bands.spread_of(judged.relative)
            for ahead in range(MONTHS):
                yield self._row(scope, ahead, judged, spread)

    def parts(self) -> Iterator[Row]:
        """Rows of `forecast_parts`; none of months that cannot be told."""
        for number, part in enumerate(self._forecast.parts):
            key = part.key
            for ahead in self._months_told:
                yield (
                    self._as_of,
                    self._month(ahead),
                    key.connection,
                    key.org_id,
                    key.project_id,
                    part.resource_id,
                    part.resource_name,
                    key.service,
                    key.charge_type,
                    key.pricing_currency,
                    int(self._cents[number, ahead]),
                    self._forecast.tried[number].chosen,
                )

    def quality(self) -> Iterator[Row]:
        """Rows of `forecast_quality`."""
        for scope in self._scopes:
            head = (self._as_of, *_named(scope), None, None)
            ours = self._judged(scope)
            yield (*head, self._method(scope), *_errors(ours), *ours.coverage(), True, ours.origins)
            for name in self._forecast.rivals[0]:
                rival = self._judged(scope, name)
                yield (*head, name, *_errors(rival), None, None, False, rival.origins)
        for number, one in enumerate(self._forecast.tried):
            part = self._forecast.parts[number]
            key = part.key
            head = (
                self._as_of,
                "part",
                part.resource_id,
                scopes.label(part),
                key.org_id,
                key.pricing_currency,
                key.service,
                key.charge_type,
            )
            for name, months in one.forecasts.items():
                judged = Judged(months[one.usable], one.actuals[one.usable])
                chosen = name == one.chosen
                held = judged.coverage() if chosen else (None, None)
                yield (*head, name, *_errors(judged), *held, chosen, judged.origins)

    def _is_enough(self, ahead: int, least_days: int) -> bool:
        history = self._origins.as_of
        away = (self._month(ahead) - self._as_of).days
        return history >= least_days and away <= DAYS_AHEAD_PER_DAY * history

    def _month(self, ahead: int) -> date:
        return add_months(self._as_of, ahead)

    def _judged(self, scope: Scope, rival: str | None = None) -> Judged:
        """A scope's past forecasts from when it was old enough; what is young has none."""
        members = scope.members
        parts, tried = self._forecast.parts, self._forecast.tried
        began = min(parts[n].first for n in members)
        rows = [n for n, day in enumerate(self._origins.days[:-1]) if day - began >= 28]
        of_part = [self._forecast.rivals[n][rival] if rival else tried[n].best for n in members]
        return Judged(
            np.sum(of_part, axis=0)[rows], np.sum([tried[n].actuals for n in members], axis=0)[rows]
        )

    def _row(self, scope: Scope, ahead: int, judged: Judged, spread: Spread | None) -> Row:
        head = (self._as_of, self._month(ahead), *_named(scope))
        if ahead not in self._months_told:
            return (*head, *(None,) * 7, NOT_ENOUGH, None)
        expected = int(self._cents[list(scope.members), ahead].sum())
        ends: list[int | None] = [None] * 4
        if spread is not None:
            billed = self._billed(scope) if ahead == 0 else 0.0
            for level in range(len(bands.LEVELS)):
                ends[2 * level : 2 * level + 2] = bands.band(expected, ahead, spread, level, billed)
        return (
            *head,
            expected,
            *ends[2:],
            *ends,
            self._method(scope),
            _rounded(judged.mape(ahead)),
        )

    def _billed(self, scope: Scope) -> float:
        """What the running month costs already."""
        calendar, day = self._origins.calendar, self._origins.as_of
        start = max(calendar.month_start(day), 0)
        parts = self._forecast.parts
        return float(sum(parts[n].final[start : day + 1].sum() for n in scope.members))

    def _method(self, scope: Scope) -> str:
        used = [self._forecast.tried[n].chosen for n in scope.members]
        return used[0] if len(used) == 1 else f"sum of {len(used)} series"


def _named(scope: Scope) -> tuple[str, str, str, str | None, str]:
    return scope.kind, scope.id, scope.name, scope.org_id, scope.pricing_currency


def _errors(judged: Judged) -> tuple[float | None, float | None]:
    return _rounded(judged.mape(0)), _rounded(judged.mape(3))


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 6)

"""A forecast as rows of the three tables."""

from collections.abc import Iterator, Sequence
from datetime import date

import numpy as np

from orchestration.insight.forecasting import bands, scopes, usage
from orchestration.insight.forecasting.backtest import MONTHS, Tried
from orchestration.insight.forecasting.bands import Spread
from orchestration.insight.forecasting.calendars import Floats, add_months
from orchestration.insight.forecasting.errors import Judged
from orchestration.insight.forecasting.naive import RIVALS
from orchestration.insight.forecasting.parts import Part
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
            judged = self._judged(scope, [one.best for one in self._forecast.tried])
            spread = bands.spread_of(self._steadily(scope).relative)
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
                    key.project_id or None,
                    part.resource_id,
                    key.service,
                    key.charge_type,
                    key.pricing_currency,
                    part.resource_name,
                    int(self._cents[number, ahead]),
                    self._forecast.tried[number].chosen,
                    0 if ahead else round(self._forecast.tried[number].late),
                )

    def quality(self) -> Iterator[Row]:
        """Rows of `forecast_quality`."""
        for scope in self._scopes:
            yield from self._quality_of_scope(scope)
        for part, one in zip(self._forecast.parts, self._forecast.tried, strict=True):
            yield from self._quality_of_part(part, one)

    def _quality_of_scope(self, scope: Scope) -> Iterator[Row]:
        head = (self._as_of, *_named(scope), None, None)
        ours = self._judged(scope, [one.best for one in self._forecast.tried])
        held = self._steadily(scope).coverage()
        yield (*head, self._method(scope), *_errors(ours), *held, True, ours.origins)
        for name in RIVALS:
            rival = self._judged(scope, [each[name] for each in self._forecast.rivals])
            yield (*head, name, *_errors(rival), None, None, False, rival.origins)

    def _quality_of_part(self, part: Part, one: Tried) -> Iterator[Row]:
        key = part.key
        scope = "part", part.resource_id, scopes.label(part), key.org_id, key.pricing_currency
        for name, months in one.forecasts.items():
            judged = Judged(months[one.usable], one.actuals[one.usable])
            is_chosen = name == one.chosen
            held = judged.coverage() if is_chosen else (None, None)
            head = (self._as_of, *scope, key.service, key.charge_type, name)
            yield (*head, *_errors(judged), *held, is_chosen, judged.origins)

    def _is_enough(self, ahead: int, least_days: int) -> bool:
        history = self._origins.as_of
        away = (self._month(ahead) - self._as_of).days
        return history >= least_days and away <= DAYS_AHEAD_PER_DAY * history

    def _month(self, ahead: int) -> date:
        return add_months(self._as_of, ahead)

    def _steadily(self, scope: Scope) -> Judged:
        """A scope's past forecasts as if today's methods had been chosen all along."""
        return self._judged(scope, [one.of_chosen for one in self._forecast.tried])

    def _judged(self, scope: Scope, by_part: Sequence[Floats]) -> Judged:
        """A scope's past forecasts from when it was old enough; what is young has none."""
        members = list(scope.members)
        tried = self._forecast.tried
        began = min(self._forecast.parts[n].first for n in members)
        old_enough = [
            row
            for row, day in enumerate(self._origins.days[:-1])
            if day - began >= usage.MATURE_DAYS
        ]
        return Judged(
            np.sum([by_part[n] for n in members], axis=0)[old_enough],
            np.sum([tried[n].actuals for n in members], axis=0)[old_enough],
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

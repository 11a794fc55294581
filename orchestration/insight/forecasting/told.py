"""A whole forecast, before it is told as rows."""

from dataclasses import dataclass

from orchestration.insight.forecasting.backtest import Origins, Tried
from orchestration.insight.forecasting.calendars import Floats
from orchestration.insight.forecasting.parts import Part


@dataclass(frozen=True)
class Forecast:
    """Each part with what was tried on it.

    Attributes:
        tried: Of each part, in the order of the parts.
        rivals: Of each part, its months by origin under each naive forecast.
    """

    parts: list[Part]
    tried: list[Tried]
    rivals: list[dict[str, Floats]]
    origins: Origins

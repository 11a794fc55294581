"""How far the bill goes: nobody's clock is asked."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Reach:
    """How far the data goes.

    Attributes:
        complete_from: The first day from which on all is known.
        data_through: The newest day.
    """

    complete_from: date
    data_through: date

from dataclasses import dataclass
from datetime import date
@dataclass(frozen=True)
class Detail:
    series: int
    day: int
    billed_on: date
    sku: str
    cents: int
    quantity: float

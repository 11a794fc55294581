"""How an organization pays: by card in US dollars, or with credits that a contract bought."""

from dataclasses import dataclass
from decimal import Decimal

ONE_IN = 4


@dataclass(frozen=True, slots=True)
class Contract:
    """`currency` is what is paid in, `credit_price` what one credit costs in it.

    Invoices count in credits, which are US dollars for who pays by card.
    """

    currency: str = "USD"
    credit_price: Decimal = Decimal("1.00")

    @property
    def pricing_currency(self) -> str:
        """What invoices count in."""
        return "USD" if self == CARD else "Atlas Credits"


CARD = Contract()
SALES = Contract("EUR", Decimal("0.92"))


def of_seed(seed: int) -> Contract:
    """One seed in four has a sales contract; the demo's does not."""
    return SALES if seed % ONE_IN == 2 else CARD

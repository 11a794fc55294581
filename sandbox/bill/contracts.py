"""How an organization pays: by card in US dollars, or with credits that contracts bought."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

ONE_IN = 4
LATER_CONTRACT_FROM = 16


@dataclass(frozen=True, slots=True)
class Contract:
    """`currency` is what is paid in, `credit_price` what one credit costs in it.

    Invoices count in credits, which are US dollars for who pays by card. What is used from the
    16th of a month on costs `later_price` a credit, if a second contract has taken over by then.
    """

    currency: str = "USD"
    credit_price: Decimal = Decimal("1.00")
    issuer: str = "MongoDB"
    later_price: Decimal | None = None

    @property
    def pricing_currency(self) -> str:
        """What invoices count in."""
        terms = (self.currency, self.credit_price, self.later_price)
        return "USD" if terms == ("USD", Decimal(1), None) else "Atlas Credits"

    def price_on(self, day: date) -> Decimal:
        """What a credit costs for usage of this day."""
        if self.later_price is None or day.day < LATER_CONTRACT_FROM:
            return self.credit_price
        return self.later_price


CARD = Contract()
SALES = Contract("EUR", Decimal("0.92"))


def of_seed(seed: int) -> Contract:
    """One seed in four has a sales contract; the demo's does not."""
    return SALES if seed % ONE_IN == 2 else CARD
